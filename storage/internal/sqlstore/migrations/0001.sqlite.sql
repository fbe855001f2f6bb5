-- Schema version 1, SQLite. docs/database.md explains the tables.
CREATE TABLE IF NOT EXISTS hierarchy (
  store INTEGER NOT NULL, parent INTEGER NOT NULL, id INTEGER NOT NULL,
  type INTEGER NOT NULL, flags INTEGER NOT NULL, owner INTEGER NOT NULL,
  entryid BLOB, sourcekey BLOB,
  message_class TEXT, subject TEXT, delivery_time INTEGER, last_modified INTEGER,
  message_flags INTEGER, message_size INTEGER,
  props TEXT NOT NULL,
  PRIMARY KEY (store, parent, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS hierarchy_id ON hierarchy (id);
CREATE UNIQUE INDEX IF NOT EXISTS hierarchy_entryid ON hierarchy (entryid);
CREATE UNIQUE INDEX IF NOT EXISTS hierarchy_sourcekey ON hierarchy (sourcekey);
CREATE TABLE IF NOT EXISTS parts (
  store INTEGER NOT NULL, message INTEGER NOT NULL, id INTEGER NOT NULL,
  parent INTEGER NOT NULL, type INTEGER NOT NULL, flags INTEGER NOT NULL, owner INTEGER NOT NULL,
  props TEXT NOT NULL,
  PRIMARY KEY (store, message, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS parts_id ON parts (id);
CREATE TABLE IF NOT EXISTS counters (
  store INTEGER NOT NULL, id INTEGER NOT NULL,
  content INTEGER NOT NULL, unread INTEGER NOT NULL, associated INTEGER NOT NULL, subfolders INTEGER NOT NULL,
  deleted_content INTEGER NOT NULL, deleted_assoc INTEGER NOT NULL, deleted_folders INTEGER NOT NULL,
  size INTEGER NOT NULL, commit_time INTEGER NOT NULL,
  PRIMARY KEY (store, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lobindex (
  instanceid INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL, size INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS lobindex_hash ON lobindex (hash);
CREATE TABLE IF NOT EXISTS lob (
  instanceid INTEGER NOT NULL, chunkid INTEGER NOT NULL, val_binary BLOB NOT NULL,
  PRIMARY KEY (instanceid, chunkid)
);
CREATE TABLE IF NOT EXISTS singleinstances (
  store INTEGER NOT NULL, message INTEGER NOT NULL, hierarchyid INTEGER NOT NULL, tag INTEGER NOT NULL,
  instanceid INTEGER NOT NULL,
  PRIMARY KEY (store, message, hierarchyid, tag)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS singleinstances_instance ON singleinstances (instanceid);
CREATE TABLE IF NOT EXISTS stores (
  id INTEGER NOT NULL PRIMARY KEY, root INTEGER NOT NULL, guid BLOB NOT NULL, type INTEGER NOT NULL,
  user_id INTEGER NOT NULL, user_name TEXT NOT NULL, company INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS stores_guid ON stores (guid);
CREATE INDEX IF NOT EXISTS stores_user ON stores (user_id);
CREATE TABLE IF NOT EXISTS receivefolder (
  storeid INTEGER NOT NULL, messageclass TEXT NOT NULL, objid INTEGER NOT NULL,
  PRIMARY KEY (storeid, messageclass)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS acl (
  store INTEGER NOT NULL, hierarchy_id INTEGER NOT NULL, id INTEGER NOT NULL, type INTEGER NOT NULL, rights INTEGER NOT NULL,
  PRIMARY KEY (store, hierarchy_id, id, type)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS acl_object ON acl (hierarchy_id);
CREATE INDEX IF NOT EXISTS acl_user ON acl (id);
CREATE TABLE IF NOT EXISTS outgoingqueue (
  store_id INTEGER NOT NULL, hierarchy_id INTEGER NOT NULL, master INTEGER NOT NULL, flags INTEGER NOT NULL,
  PRIMARY KEY (store_id, hierarchy_id, master)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS outgoingqueue_message ON outgoingqueue (hierarchy_id, master);
CREATE TABLE IF NOT EXISTS searchresults (
  store INTEGER NOT NULL, folderid INTEGER NOT NULL, hierarchyid INTEGER NOT NULL, flags INTEGER NOT NULL,
  PRIMARY KEY (store, folderid, hierarchyid)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS searchresults_folder ON searchresults (folderid, hierarchyid);
CREATE INDEX IF NOT EXISTS searchresults_message ON searchresults (hierarchyid);
CREATE TABLE IF NOT EXISTS names (
  id INTEGER NOT NULL PRIMARY KEY, guid BLOB NOT NULL, isstring INTEGER NOT NULL, nameid INTEGER NOT NULL, namestring TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS names_name ON names (guid, isstring, nameid, namestring);
CREATE TABLE IF NOT EXISTS settings (name TEXT NOT NULL PRIMARY KEY, value BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS sequences (name TEXT NOT NULL PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS changes (
  parentsourcekey BLOB NOT NULL, sourcekey BLOB NOT NULL, change_type INTEGER NOT NULL,
  id INTEGER NOT NULL, flags INTEGER NOT NULL, sourcesync INTEGER NOT NULL,
  PRIMARY KEY (parentsourcekey, sourcekey, change_type)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS changes_id ON changes (id);
CREATE UNIQUE INDEX IF NOT EXISTS changes_folder ON changes (parentsourcekey, id);
CREATE TABLE IF NOT EXISTS abchanges (
  parentsourcekey BLOB NOT NULL, sourcekey BLOB NOT NULL, change_type INTEGER NOT NULL, id INTEGER NOT NULL,
  PRIMARY KEY (parentsourcekey, sourcekey, change_type)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS abchanges_id ON abchanges (id);
CREATE TABLE IF NOT EXISTS syncs (
  id INTEGER NOT NULL PRIMARY KEY, sourcekey BLOB NOT NULL, change_id INTEGER NOT NULL,
  sync_type INTEGER NOT NULL, sync_time INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS syncs_folder ON syncs (sourcekey);
CREATE INDEX IF NOT EXISTS syncs_time ON syncs (sync_time);
CREATE TABLE IF NOT EXISTS syncedmessages (
  sync_id INTEGER NOT NULL, change_id INTEGER NOT NULL, sourcekey BLOB NOT NULL,
  PRIMARY KEY (sync_id, change_id, sourcekey)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS users (
  id INTEGER NOT NULL PRIMARY KEY, externid BLOB NOT NULL, objectclass INTEGER NOT NULL, signature TEXT NOT NULL, company INTEGER NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS users_extern ON users (externid, objectclass);
CREATE TABLE IF NOT EXISTS object (externid BLOB NOT NULL PRIMARY KEY, objectclass INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objectproperty (
  externid BLOB NOT NULL, propname TEXT NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (externid, propname)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objectmvproperty (
  externid BLOB NOT NULL, propname TEXT NOT NULL, orderid INTEGER NOT NULL, value TEXT NOT NULL,
  PRIMARY KEY (externid, propname, orderid)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objectrelation (
  parentexternid BLOB NOT NULL, externid BLOB NOT NULL, relationtype INTEGER NOT NULL,
  PRIMARY KEY (parentexternid, relationtype, externid)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS objectrelation_child ON objectrelation (externid);
DROP VIEW IF EXISTS properties;
CREATE VIEW properties (store, message, hierarchyid, tag, value, instanceid) AS
  SELECT h.store, h.id, h.id, substr(j.value, 3, 8), json_extract(j.value, '$[1]'), NULL
    FROM hierarchy h, json_each(h.props) j WHERE json_array_length(j.value) = 2
  UNION ALL
  SELECT p.store, p.message, p.id, substr(j.value, 3, 8),
         CASE WHEN json_type(j.value, '$[1].instance') IS NULL THEN json_extract(j.value, '$[1]') END,
         json_extract(j.value, '$[1].instance')
    FROM parts p, json_each(p.props) j
  UNION ALL SELECT store, id, id, '001A001F', message_class, NULL FROM hierarchy WHERE message_class IS NOT NULL AND instr(props, '["001A001F",null,1]') = 0
  UNION ALL SELECT store, id, id, '0037001F', subject, NULL FROM hierarchy WHERE subject IS NOT NULL AND instr(props, '["0037001F",null,1]') = 0
  UNION ALL SELECT store, id, id, '0E060040', delivery_time, NULL FROM hierarchy WHERE delivery_time IS NOT NULL
  UNION ALL SELECT store, id, id, '30080040', last_modified, NULL FROM hierarchy WHERE last_modified IS NOT NULL
  UNION ALL SELECT store, id, id, '0E070003', message_flags, NULL FROM hierarchy WHERE message_flags IS NOT NULL
  UNION ALL SELECT store, id, id, '0E080003', message_size, NULL FROM hierarchy WHERE message_size IS NOT NULL;
DROP VIEW IF EXISTS usergroup_acl;
CREATE VIEW usergroup_acl (group_id, user_id) AS
  SELECT g.id, u.id FROM objectrelation r
    JOIN users g ON g.externid = r.parentexternid JOIN users u ON u.externid = r.externid
   WHERE r.relationtype = 1;
