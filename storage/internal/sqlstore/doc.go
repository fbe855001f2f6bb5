// Package sqlstore is the contract of package storage on a SQL database. It owns all
// statements, the schema and its migrations, how properties are packed into a row, the numbers
// that objects get, and the grouping of commits. What differs between databases is in a
// [Dialect]; packages storage/mysql and storage/sqlite bring theirs and open the connections.
//
// # Layout
//
// docs/database.md explains the tables. A store, folder or message is one row of hierarchy, which has
// all that tables show of it; its long values, recipients, attachments and embedded messages are rows of parts,
// side by side. Both keep their properties packed as JSON (see packer).
//
// # Concurrency
//
// Reads take a connection of the pool each. Writes go through shards (see shard): a lane belongs
// to one shard, and a shard has one goroutine and one connection. Where several shards write
// at once (MySQL), what is outside of a store is guarded by row locks (large values),
// unique keys (names) or the mark of a sequence; deadlocks are retried.
//
// # What it refuses
//
// Triggers, procedures, foreign keys, table locks, and statements put together from data: only numbers of question marks vary.
package sqlstore
