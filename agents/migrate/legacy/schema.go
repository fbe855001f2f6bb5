package legacy

import (
	"context"
	"fmt"
)

// The schemas that can be read.
const (
	Oldest = 61  // Zarafa 7.0.3
	Newest = 118 // Kopano 11
)

// schema says what a database of a revision has. What all revisions from Oldest on have in common is not here.
type schema struct {
	revision int
	// filenames: singleinstances has the column filename, where files_v2 keeps a value.
	filenames bool
}

// schemaOf is the one place that knows which revision brought what.
func schemaOf(revision int) schema {
	return schema{revision: revision, filenames: revision >= 71}
}

// readSchema finds out which revision a database has. A database that was updated has a row for each revision it went through.
func readSchema(ctx context.Context, s *Session) (schema, error) {
	var revision int
	ok, err := s.one(ctx, "SELECT COALESCE(MAX(databaserevision),0) FROM versions", nil, &revision)
	switch {
	case err != nil:
		return schema{}, fmt.Errorf("the database has no readable table versions, so it is no Zarafa's or Kopano's (setting mysql_database of the old server.cfg): %w", err)
	case !ok || revision == 0:
		return schema{}, fmt.Errorf("the table versions is empty; the old server has never been started on this database")
	case revision < Oldest:
		return schema{}, fmt.Errorf("the database has schema %d; %d (Zarafa 7.0.3) is the oldest that can be read. Update it with a later Zarafa first", revision, Oldest)
	case revision > Newest:
		return schema{}, fmt.Errorf("the database has schema %d; %d (Kopano 11) is the newest that can be read", revision, Newest)
	}
	return schemaOf(revision), nil
}
