-- Schema version 3, MySQL and MariaDB: what a folder is listed by date with, beside each other, so that opening it does not read its rows.
-- MySQL has no IF NOT EXISTS for indexes.
SET @step = IF((SELECT COUNT(*) FROM information_schema.STATISTICS WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME='hierarchy' AND INDEX_NAME='hierarchy_view') = 0,
  'CREATE INDEX hierarchy_view ON hierarchy (store, parent, id, type, flags, delivery_time)', 'DO 0');
PREPARE step FROM @step;
EXECUTE step;
DEALLOCATE PREPARE step;
