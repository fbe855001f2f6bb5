package storagetest

import (
	"bytes"
	"context"
	"encoding/binary"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// testImport: what another server has numbered keeps its numbers, and none of them is given again, not even after the
// database was closed.
func testImport(t *testing.T, f *fixture) {
	guid := mapi.NewGUID()
	claimed := storage.Numbers{Object: 10_000, SourceKey: 70_000, IMAP: 653, Change: 90_001, ABChange: 17, Sync: 900, User: 80, Name: 300}
	name := storage.Name{ID: 62, GUID: mapi.NewGUID(), IsString: true, String: "zoo"}
	sync := storage.Sync{ID: 7, SourceKey: []byte("folder"), ChangeID: 12, Type: 1, Time: time.Unix(1000, 0).UTC()}
	change := storage.ABChange{ID: 9, Parent: []byte("p"), SourceKey: []byte("k"), Type: 0x4001}
	for range 2 { // a migration that was interrupted writes everything again
		f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
			if err := tx.ClaimNumbers(ctx, claimed); err != nil {
				return err
			}
			if err := tx.ClaimNumbers(ctx, storage.Numbers{Object: 5}); err != nil {
				return err
			}
			if err := tx.ImportServerGUID(ctx, guid); err != nil {
				return err
			}
			if err := tx.ImportName(ctx, name); err != nil {
				return err
			}
			if err := tx.ImportSync(ctx, sync); err != nil {
				return err
			}
			return tx.ImportABChange(ctx, change)
		})
	}
	for what, clash := range map[string]func(context.Context, storage.Tx) error{
		"the id of a name": func(ctx context.Context, tx storage.Tx) error {
			return tx.ImportName(ctx, storage.Name{ID: name.ID, GUID: name.GUID, LID: 1})
		},
		"a name under another id": func(ctx context.Context, tx storage.Tx) error {
			return tx.ImportName(ctx, storage.Name{ID: 63, GUID: name.GUID, IsString: true, String: "zoo"})
		},
		"the id of a change of the address book": func(ctx context.Context, tx storage.Tx) error {
			return tx.ImportABChange(ctx, storage.ABChange{ID: change.ID, Parent: change.Parent, SourceKey: []byte("l"), Type: change.Type})
		},
	} {
		if err := f.s.Update(f.ctx, 0, clash, nil); mapi.CodeOf(err) != mapi.Collision {
			t.Errorf("%s: %v, want COLLISION", what, err)
		}
	}
	f.reopen()
	if got := f.s.ServerGUID(); got != guid {
		t.Errorf("the server is %v, want %v", got, guid)
	}
	names, err := f.s.Names(f.ctx, 0)
	f.same("names", names, err, []storage.Name{name})
	got, err := f.s.Sync(f.ctx, 7)
	f.same("sync", got, err, sync)
	changes, err := f.s.ABChanges(f.ctx, 0)
	f.same("changes of the address book", changes, err, []storage.ABChange{change})
	f.update(storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error { return f.takeNumbers(ctx, tx, guid, claimed) })
}

// takeNumbers takes a number of each kind, which must lie above those that were claimed.
func (f *fixture) takeNumbers(ctx context.Context, tx storage.Tx, guid mapi.GUID, claimed storage.Numbers) error {
	above := func(what string, got, highest uint32, err error) error {
		if err == nil && got <= highest {
			f.Errorf("%s %d is given again; up to %d were claimed", what, got, highest)
		}
		return err
	}
	id, err := tx.NewObjectID(ctx)
	if err := above("object", id, claimed.Object, err); err != nil {
		return err
	}
	id, err = tx.NewIMAPID(ctx)
	if err := above("IMAP id", id, claimed.IMAP, err); err != nil {
		return err
	}
	id, err = tx.NewChangeID(ctx)
	if err := above("change", id, claimed.Change, err); err != nil {
		return err
	}
	id, err = tx.AddSync(ctx, storage.Sync{SourceKey: []byte("f"), Time: time.Unix(1, 0)})
	if err := above("sync", id, claimed.Sync, err); err != nil {
		return err
	}
	id, err = tx.PutABChange(ctx, storage.ABChange{Parent: []byte("p"), SourceKey: []byte("new"), Type: 1})
	if err := above("change of the address book", id, claimed.ABChange, err); err != nil {
		return err
	}
	id, err = tx.AddUserID(ctx, storage.UserID{ExternalID: []byte("x"), Class: mapi.ClassActiveUser})
	if err := above("user", id, claimed.User, err); err != nil {
		return err
	}
	name, err := tx.AddName(ctx, storage.Name{GUID: guid, LID: 4})
	if err := above("name", name.ID, claimed.Name, err); err != nil {
		return err
	}
	key, err := tx.NewSourceKey(ctx)
	if err == nil && (!bytes.HasPrefix(key, guid[:]) || counterOf(key) <= claimed.SourceKey) {
		f.Errorf("the source key %x is not of the server %v, or was claimed", key, guid)
	}
	return err
}

// counterOf reads the counter at the end of a source key of this server.
func counterOf(key []byte) uint64 {
	return binary.LittleEndian.Uint64(append(bytes.Clone(key[16:]), 0, 0))
}
