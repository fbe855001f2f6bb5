package storage

import (
	"context"
	"io"

	"zarafa/mapi"
)

// LobRef is a property whose value lies in the table lob: an instance that several
// properties of several objects may share.
type LobRef struct {
	Tag      mapi.PropTag
	Instance uint32
	Size     int64
}

// Blob is a large value on its way into the database. Open may be called more than once.
type Blob struct {
	Size   int64
	SHA256 [32]byte
	Open   func() (io.ReadCloser, error)
}

// LobPiece is how many bytes of a large value its reader holds at most.
const LobPiece = 384 << 10

// LobReader reads large values.
type LobReader interface {
	// Lob finds an instance; NOT_FOUND if there is none.
	Lob(ctx context.Context, instance uint32) (LobRef, error)
	// OpenLob streams an instance's bytes in pieces of up to LobPiece. Nothing of the database stays open between two pieces, so a reader may be
	// as slow as he likes. An instance never changes; if it is removed meanwhile, the next piece is NOT_FOUND.
	OpenLob(ctx context.Context, instance uint32) (io.ReadCloser, error)
	// LobContents calls fn with the contents of some instances, ascending, in pieces of up to LobPiece, which are fn's to keep. Instances that do
	// not exist are left out. It is one statement for some hundreds; do not call the store from within fn.
	LobContents(ctx context.Context, instances []uint32, fn func(instance uint32, piece []byte) error) error
	// LobHolders lists up to limit objects (messages or parts) that refer to an instance.
	LobHolders(ctx context.Context, instance uint32, limit int) ([]uint32, error)
}

// LobWriter stores large values.
type LobWriter interface {
	// PutLob stores a value, or finds the instance that has the same contents, and returns it with Tag set to tag.
	// An instance that no object refers to when the update commits is dropped by the next clean-up.
	PutLob(ctx context.Context, tag mapi.PropTag, b Blob) (LobRef, error)
}
