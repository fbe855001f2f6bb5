package change

import (
	"bytes"
	"crypto/sha256"
	"io"

	"zarafa/mapi"
	"zarafa/storage"
)

// Draft is what a client wants an object to be: a message with its parts (attachments with at most one message, and recipients), or, to
// change one that exists, a store or a folder. It is never changed, and its blobs must stay open until it is stored.
type Draft struct {
	// ID is the part to change, among those of the object that exists; 0 makes a new one. It says nothing of a draft without a parent.
	ID     uint32
	Type   mapi.ObjectType
	Delete bool // the part with this ID goes

	Drop   []mapi.PropTag   // properties that an object that exists loses first
	Props  mapi.Props       // of two with the same id the first counts; a list without entries stands for no property
	Large  []LargeValue     // values that are not in memory; they go before those in Props
	Stored []storage.LobRef // values that the database has already; they take the place of others
	Parts  []*Draft
}

// LargeValue is a property whose value is not in memory.
type LargeValue struct {
	Tag mapi.PropTag
	storage.Blob
}

// BlobOf makes a large value of bytes in memory, which must not change until it is stored.
func BlobOf(b []byte) storage.Blob {
	return storage.Blob{Size: int64(len(b)), SHA256: sha256.Sum256(b), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

// Check fails with TOO_COMPLEX if more messages lie in each other than limit and the one that holds them, and with INVALID_PARAMETER if
// there are parts where there can be none. op is the operation that is refused.
func (d *Draft) Check(op string, limit int) error { return d.check(op, limit, 0) }

func (d *Draft) check(op string, limit, depth int) error {
	if d.Type == mapi.TypeMessage {
		if depth++; depth > limit+1 {
			return mapi.Errorf(mapi.TooComplex, op, "messages are embedded deeper than embedded_attachment_limit = %d", limit)
		}
	}
	switch {
	case len(d.Parts) == 0:
	case d.Type == mapi.TypeMessage:
	case d.Type == mapi.TypeAttach && len(d.Parts) == 1:
	default:
		return mapi.Errorf(mapi.InvalidParameter, op, "an object of type %d cannot have %d children", d.Type, len(d.Parts))
	}
	for _, part := range d.Parts {
		if err := part.check(op, limit, depth); err != nil {
			return err
		}
	}
	return nil
}

// speaks reports whether a draft says anything of the object's own properties.
func (d *Draft) speaks() bool { return len(d.Drop)+len(d.Props)+len(d.Large)+len(d.Stored) > 0 }

// Rules are what holds for all objects of a draft.
type Rules struct {
	// Login and User are the name of the user who changes the object and his entry id in the address book.
	Login string
	User  []byte
	// Trusted clients say more than others of what they save: all message flags but those that are the server's, and when and by whom it was
	// changed last. They are those that synchronise, or send a message as a whole.
	Trusted bool
}

// Saved is what became of a draft.
type Saved struct {
	Object *storage.Object // nil if the draft was to delete it
	New    bool            // the object was made
	Said   bool            // the draft said something of the object's own properties
	// Blobs are the values of PR_ATTACH_DATA_BIN and PR_EC_IMAP_EMAIL that were saved with the draft.
	Blobs []storage.LobRef
	Parts []Saved // of the draft's parts, in their order
}
