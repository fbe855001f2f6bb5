-- Schema version 2, MySQL and MariaDB: the number of the last commit of each shard, by which a commit whose answer was lost is found.
CREATE TABLE IF NOT EXISTS commits (
  shard INT UNSIGNED NOT NULL PRIMARY KEY, epoch BIGINT UNSIGNED NOT NULL, last BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;
