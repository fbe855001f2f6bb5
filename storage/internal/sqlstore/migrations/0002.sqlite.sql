-- Schema version 2, SQLite: what a folder is listed by date with, beside each other, so that opening it does not read its rows.
CREATE INDEX IF NOT EXISTS hierarchy_view ON hierarchy (store, parent, id, type, flags, delivery_time);
