package outlook

import (
	"context"
	"encoding/binary"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// sourceKeys makes the keys of what a client creates and changes in its copy (objects.md section 1.3).
type sourceKeys struct {
	origin mapi.GUID
	last   uint32
}

func newSourceKeys() sourceKeys { return sourceKeys{origin: mapi.NewGUID()} }

// source makes a PR_SOURCE_KEY.
func (k *sourceKeys) source() []byte {
	k.last++
	return mapi.SourceKey(k.origin, uint64(k.last))
}

// change makes a PR_CHANGE_KEY.
func (k *sourceKeys) change() []byte {
	k.last++
	return binary.LittleEndian.AppendUint32(append([]byte{}, k.origin[:]...), k.last)
}

// uploads makes the calls that change items of a folder: in cached mode for its synchronisation.
func (u *User) uploads(f truth.Folder) client.Uploads {
	up := client.Uploads{Session: u.session}
	if c := u.copyOf(f); c != nil {
		up.Sync = c.sync.ID
	}
	return up
}

// uploadNew puts a new item into the copy and uploads it.
func (u *User) uploadNew(ctx context.Context, f *cachedFolder, t content.Token, m *client.Message) error {
	key, change, id := u.local.keys.source(), u.local.keys.change(), mapi.NewEntryID(u.store.GUID, mapi.TypeMessage)
	stamped := *m
	stamped.Props = append(append(mapi.Props{}, m.Props...), mapi.Binary(mapi.PrSourceKey, key), mapi.Binary(mapi.PrChangeKey, change),
		mapi.Binary(mapi.PrPredecessorChangeList, mapi.AddToPredecessors(nil, change)))
	u.truth.Adding(t, f.folder, m.Props, digest(m))
	err := u.session.ImportMessage(ctx, client.Import{Folder: u.folders[f.folder], ID: id, New: true, Sync: f.sync.ID}, stamped.MAPI())
	if err != nil {
		if mapi.CodeOf(err) != mapi.NetworkError {
			u.truth.Removed(t)
		}
		return err
	}
	u.truth.Added(t, id)
	return u.truth.Put(f.copy, key, append(stamped.Props, mapi.Binary(mapi.PrEntryID, id)), digest(m))
}

// uploadEdit changes an item in the copy and uploads it whole. As the importer of the reference client does it first looks whether the
// server has another version than the copy was made from.
func (u *User) uploadEdit(ctx context.Context, f *cachedFolder, p truth.Picked, m *client.Message) error {
	base, err := u.session.VersionOf(ctx, p.ID)
	if err != nil {
		return err
	}
	return u.replace(ctx, f, p, m, base)
}

// replace uploads an item in the place of the version that the server has.
func (u *User) replace(ctx context.Context, f *cachedFolder, p truth.Picked, m *client.Message, base client.Version) error {
	change := u.local.keys.change()
	stamped := *m
	stamped.Props = append(append(mapi.Props{}, m.Props...), mapi.Binary(mapi.PrChangeKey, change),
		mapi.Binary(mapi.PrPredecessorChangeList, mapi.AddToPredecessors(base.Predecessors, change)))
	u.truth.BeginEdit(p.Token)
	err := u.change(func() error {
		return u.session.ImportMessage(ctx, client.Import{ID: p.ID, Sync: f.sync.ID}, stamped.MAPI())
	}, p.Token)
	if err != nil {
		return err
	}
	u.edited(p, m)
	u.truth.EditOwn(f.copy, p.Token, m.Props.Str(mapi.PrSubject), digest(m))
	return nil
}
