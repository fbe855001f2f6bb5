package storage

import "context"

// SettingAdopting is the name of the row of settings that says how far a migration into this database has come. It is there and not empty until
// the migration has ended; no server may use the database so long.
const SettingAdopting = "adopting"

// Numbers are how far another server has come in giving numbers: of each kind, the highest one that it may have given.
type Numbers struct {
	Object    uint32
	SourceKey uint64 // the counter at the end of a source key
	IMAP      uint32
	Change    uint32
	ABChange  uint32
	Sync      uint32
	User      uint32
	Name      uint32
}

// ImportWriter takes over what another server has numbered: clients know these numbers, so they must stay what they are. Everything else
// that has a number of its own is written as usual: [ObjectWriter.Insert], [DirectoryWriter.PutUserID] and [ChangeWriter.PutChange] take the
// caller's. Nothing but a migration into a database that no server uses yet may call these.
type ImportWriter interface {
	// ClaimNumbers keeps numbers up to those given from being given to anything new. It never lowers anything; 0 says nothing.
	ClaimNumbers(ctx context.Context, n Numbers) error
	// ImportServerGUID makes the installation the other one. [Store.ServerGUID], and the source keys made, are the new
	// ones when the database is opened next.
	ImportServerGUID(ctx context.Context, guid [16]byte) error
	// ImportName writes a name under the id it has, and does nothing if it is there under that id; COLLISION if the id or the name is taken.
	ImportName(ctx context.Context, n Name) error
	// ImportSync inserts or replaces a sync under the id it has.
	ImportSync(ctx context.Context, s Sync) error
	// ImportABChange records a change of the address book under the id it has, in place of the row of the same object and type; COLLISION if
	// another one has the id.
	ImportABChange(ctx context.Context, c ABChange) error
}
