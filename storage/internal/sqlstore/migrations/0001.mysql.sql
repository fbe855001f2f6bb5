-- Schema version 1, MySQL and MariaDB. docs/database.md explains the tables.
CREATE TABLE IF NOT EXISTS hierarchy (
  store INT UNSIGNED NOT NULL, parent INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL,
  type TINYINT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL, owner INT UNSIGNED NOT NULL,
  entryid VARBINARY(255), sourcekey VARBINARY(255),
  message_class VARCHAR(255), subject VARCHAR(255), delivery_time BIGINT, last_modified BIGINT,
  message_flags INT UNSIGNED, message_size INT UNSIGNED,
  props LONGTEXT NOT NULL,
  PRIMARY KEY (store, parent, id),
  UNIQUE KEY hierarchy_id (id), UNIQUE KEY hierarchy_entryid (entryid), UNIQUE KEY hierarchy_sourcekey (sourcekey)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS parts (
  store INT UNSIGNED NOT NULL, message INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL,
  parent INT UNSIGNED NOT NULL, type TINYINT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL, owner INT UNSIGNED NOT NULL,
  props LONGTEXT NOT NULL,
  PRIMARY KEY (store, message, id), UNIQUE KEY parts_id (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS counters (
  store INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL,
  content BIGINT NOT NULL, unread BIGINT NOT NULL, associated BIGINT NOT NULL, subfolders BIGINT NOT NULL,
  deleted_content BIGINT NOT NULL, deleted_assoc BIGINT NOT NULL, deleted_folders BIGINT NOT NULL,
  size BIGINT NOT NULL, commit_time BIGINT NOT NULL,
  PRIMARY KEY (store, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS lobindex (
  instanceid INT UNSIGNED NOT NULL PRIMARY KEY, hash BINARY(32) NOT NULL, size BIGINT NOT NULL,
  UNIQUE KEY lobindex_hash (hash)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS lob (
  instanceid INT UNSIGNED NOT NULL, chunkid INT UNSIGNED NOT NULL, val_binary LONGBLOB NOT NULL,
  PRIMARY KEY (instanceid, chunkid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS singleinstances (
  store INT UNSIGNED NOT NULL, message INT UNSIGNED NOT NULL, hierarchyid INT UNSIGNED NOT NULL, tag INT UNSIGNED NOT NULL,
  instanceid INT UNSIGNED NOT NULL,
  PRIMARY KEY (store, message, hierarchyid, tag), KEY singleinstances_instance (instanceid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS stores (
  id INT UNSIGNED NOT NULL PRIMARY KEY, root INT UNSIGNED NOT NULL, guid BINARY(16) NOT NULL, type TINYINT UNSIGNED NOT NULL,
  user_id INT UNSIGNED NOT NULL, user_name VARBINARY(1024) NOT NULL, company INT UNSIGNED NOT NULL,
  UNIQUE KEY stores_guid (guid), KEY stores_user (user_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS receivefolder (
  storeid INT UNSIGNED NOT NULL, messageclass VARBINARY(1024) NOT NULL, objid INT UNSIGNED NOT NULL,
  PRIMARY KEY (storeid, messageclass)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS acl (
  store INT UNSIGNED NOT NULL, hierarchy_id INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL, type TINYINT UNSIGNED NOT NULL, rights INT UNSIGNED NOT NULL,
  PRIMARY KEY (store, hierarchy_id, id, type), KEY acl_object (hierarchy_id), KEY acl_user (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS outgoingqueue (
  store_id INT UNSIGNED NOT NULL, hierarchy_id INT UNSIGNED NOT NULL, master TINYINT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL,
  PRIMARY KEY (store_id, hierarchy_id, master), UNIQUE KEY outgoingqueue_message (hierarchy_id, master)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS searchresults (
  store INT UNSIGNED NOT NULL, folderid INT UNSIGNED NOT NULL, hierarchyid INT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL,
  PRIMARY KEY (store, folderid, hierarchyid),
  KEY searchresults_folder (folderid, hierarchyid), KEY searchresults_message (hierarchyid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS names (
  id INT UNSIGNED NOT NULL PRIMARY KEY, guid BINARY(16) NOT NULL, isstring TINYINT UNSIGNED NOT NULL, nameid INT UNSIGNED NOT NULL, namestring VARBINARY(1024) NOT NULL,
  UNIQUE KEY names_name (guid, isstring, nameid, namestring)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS settings (
  name VARBINARY(255) NOT NULL PRIMARY KEY, value LONGBLOB NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS sequences (
  name VARBINARY(255) NOT NULL PRIMARY KEY, next BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS changes (
  parentsourcekey VARBINARY(255) NOT NULL, sourcekey VARBINARY(255) NOT NULL, change_type INT UNSIGNED NOT NULL,
  id INT UNSIGNED NOT NULL, flags INT UNSIGNED NOT NULL, sourcesync INT UNSIGNED NOT NULL,
  PRIMARY KEY (parentsourcekey, sourcekey, change_type),
  UNIQUE KEY changes_id (id), UNIQUE KEY changes_folder (parentsourcekey, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS abchanges (
  parentsourcekey VARBINARY(255) NOT NULL, sourcekey VARBINARY(255) NOT NULL, change_type INT UNSIGNED NOT NULL, id INT UNSIGNED NOT NULL,
  PRIMARY KEY (parentsourcekey, sourcekey, change_type), UNIQUE KEY abchanges_id (id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS syncs (
  id INT UNSIGNED NOT NULL PRIMARY KEY, sourcekey VARBINARY(255) NOT NULL, change_id INT UNSIGNED NOT NULL,
  sync_type INT UNSIGNED NOT NULL, sync_time BIGINT NOT NULL,
  KEY syncs_folder (sourcekey), KEY syncs_time (sync_time)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS syncedmessages (
  sync_id INT UNSIGNED NOT NULL, change_id INT UNSIGNED NOT NULL, sourcekey VARBINARY(255) NOT NULL,
  PRIMARY KEY (sync_id, change_id, sourcekey)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS users (
  id INT UNSIGNED NOT NULL PRIMARY KEY, externid VARBINARY(255) NOT NULL, objectclass INT UNSIGNED NOT NULL, signature VARBINARY(255) NOT NULL, company INT UNSIGNED NOT NULL,
  UNIQUE KEY users_extern (externid, objectclass)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS object (
  externid VARBINARY(255) NOT NULL PRIMARY KEY, objectclass INT UNSIGNED NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS objectproperty (
  externid VARBINARY(255) NOT NULL, propname VARBINARY(185) NOT NULL, value LONGBLOB NOT NULL,
  PRIMARY KEY (externid, propname)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS objectmvproperty (
  externid VARBINARY(255) NOT NULL, propname VARBINARY(185) NOT NULL, orderid INT UNSIGNED NOT NULL, value LONGBLOB NOT NULL,
  PRIMARY KEY (externid, propname, orderid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE TABLE IF NOT EXISTS objectrelation (
  parentexternid VARBINARY(255) NOT NULL, externid VARBINARY(255) NOT NULL, relationtype INT UNSIGNED NOT NULL,
  PRIMARY KEY (parentexternid, relationtype, externid), KEY objectrelation_child (externid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
CREATE OR REPLACE VIEW properties (store, message, hierarchyid, tag, value, instanceid) AS
  SELECT h.store, h.id, h.id, j.tag, COALESCE(j.scalar, JSON_EXTRACT(h.props, CONCAT('$[', j.place - 1, '][1]'))), CAST(NULL AS UNSIGNED)
    FROM hierarchy h JOIN JSON_TABLE(h.props, '$[*]' COLUMNS (
         place FOR ORDINALITY, tag CHAR(8) PATH '$[0]', scalar LONGTEXT PATH '$[1]' NULL ON ERROR,
         cut INT PATH '$[2]' DEFAULT '0' ON EMPTY)) j WHERE j.cut = 0
  UNION ALL
  SELECT p.store, p.message, p.id, j.tag,
         CASE WHEN j.instance IS NULL THEN COALESCE(j.scalar, JSON_EXTRACT(p.props, CONCAT('$[', j.place - 1, '][1]'))) END, j.instance
    FROM parts p JOIN JSON_TABLE(p.props, '$[*]' COLUMNS (
         place FOR ORDINALITY, tag CHAR(8) PATH '$[0]', scalar LONGTEXT PATH '$[1]' NULL ON ERROR,
         instance INT UNSIGNED PATH '$[1].instance' NULL ON EMPTY NULL ON ERROR)) j
  UNION ALL SELECT store, id, id, '001A001F', message_class, NULL FROM hierarchy WHERE message_class IS NOT NULL AND LOCATE('["001A001F",null,1]', props) = 0
  UNION ALL SELECT store, id, id, '0037001F', subject, NULL FROM hierarchy WHERE subject IS NOT NULL AND LOCATE('["0037001F",null,1]', props) = 0
  UNION ALL SELECT store, id, id, '0E060040', delivery_time, NULL FROM hierarchy WHERE delivery_time IS NOT NULL
  UNION ALL SELECT store, id, id, '30080040', last_modified, NULL FROM hierarchy WHERE last_modified IS NOT NULL
  UNION ALL SELECT store, id, id, '0E070003', message_flags, NULL FROM hierarchy WHERE message_flags IS NOT NULL
  UNION ALL SELECT store, id, id, '0E080003', message_size, NULL FROM hierarchy WHERE message_size IS NOT NULL;
CREATE OR REPLACE VIEW usergroup_acl (group_id, user_id) AS
  SELECT g.id, u.id FROM objectrelation r
    JOIN users g ON g.externid = r.parentexternid JOIN users u ON u.externid = r.externid
   WHERE r.relationtype = 1;
