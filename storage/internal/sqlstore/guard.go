package sqlstore

import (
	"context"
	"database/sql"
)

// Guard sees to it that one server alone writes to the database: numbers, counters and caches of this one are in
// memory. Whoever opens the store has got the database for itself before; the guard keeps it.
type Guard interface {
	// Begin is called when the schema is up to date and before the first update.
	Begin(ctx context.Context) error
	// Claim is called for each new connection that writes, before anything is written over it. done, if not nil, is called when the
	// connection is closed, which must then not be used again.
	Claim(ctx context.Context, conn *sql.Conn) (done func(), err error)
	// Check fails once another server has got the database; there is no way back.
	Check() error
	// Close lets others have it. All other connections are closed then.
	Close() error
}
