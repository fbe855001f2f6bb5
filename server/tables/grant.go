package tables

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// grant is what a table's rows depend on of its caller's rights. Two grants that are equal give the same rows.
type grant struct {
	refused    bool   // the caller may not have the table at all
	readable   bool   // the messages of the folder
	privileged bool   // the caller owns the store or administers its owner: nothing is hidden from him
	level      uint32 // as an administrator
	// version is that of the rights where each row is asked for: any change may hide or show some.
	version uint64
}

// granted asks anew what the table shows its caller, if rights have changed since it asked last. Who could open a table has what he may
// have now and not what he could have then. Without a change it costs the comparison of two numbers.
func (t *table) granted(ctx context.Context) (grant, error) {
	version := t.svc.Rights.Version(t.source.home()) // before the rights themselves, so that a change meanwhile is noticed
	t.mu.Lock()
	g, asked := t.grant, t.asked
	t.mu.Unlock()
	if asked == version {
		return g, nil
	}
	g, err := t.source.grant(ctx, t, version)
	if mapi.CodeOf(err) == mapi.NoAccess {
		g, err = grant{refused: true}, nil
	}
	if err != nil {
		return grant{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if version > t.asked {
		t.grant, t.asked = g, version
	}
	return t.grant, nil
}

// regrant is granted for an operation: NO_ACCESS, and no rows are kept, if the caller may not have the table any more.
func (t *table) regrant(ctx context.Context) error {
	g, err := t.granted(ctx)
	if err != nil {
		return err
	}
	if g.refused {
		t.release()
		return mapi.Errorf(mapi.NoAccess, "table", "user %d may not see the table any more", t.session.UserID)
	}
	return nil
}

// mayTell reports whether subscribers may hear of the table's rows now. If these were chosen by rights that are others now, they may not
// until an operation has had the rows chosen anew; whoever may still have the table is told that it changed. It is asked while a write
// lane waits. What cannot be found out counts as no.
func (t *table) mayTell() bool {
	t.mu.Lock()
	needless := len(t.subs) == 0 || t.rows == nil // nobody hears, or the rows will be those of now
	t.mu.Unlock()
	if needless {
		return true
	}
	now, err := t.granted(context.Background())
	if err != nil {
		return false
	}
	may, changed := true, false
	t.mu.Lock()
	if rows := t.rows; rows != nil {
		may = rows.grant == now && !now.refused
		changed = rows.told != now && !now.refused
		rows.told = now
	}
	t.mu.Unlock()
	if changed {
		t.push(nil, []note{{event: mapi.TableChanged}})
	}
	return may
}

// grantOfStore is the grant of a table in a store whose rows are hidden one by one from whoever is not privileged there.
func (t *table) grantOfStore(ctx context.Context, store uint32, version uint64) (grant, error) {
	privileged, err := t.svc.privileged(ctx, t.session.UserID, store)
	if err != nil || privileged {
		return grant{readable: true, privileged: true}, err
	}
	return grant{readable: true, version: version}, nil
}

// readable reports whether the caller may read what lies in an object that the table was opened for.
func (t *table) readable(ctx context.Context, opened storage.Ref) (bool, error) {
	now, err := t.svc.current(ctx, opened)
	if err != nil {
		return false, err
	}
	return t.svc.Rights.Readable(ctx, t.session.UserID, now)
}

// current is an object where it is now, or as it was when it is gone: rights are inherited from where it lies.
func (s *Service) current(ctx context.Context, opened storage.Ref) (storage.Ref, error) {
	now, err := s.Tree.Ref(ctx, opened.ID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return opened, nil
	}
	return now, err
}

func (f *folderSource) home() uint32 { return f.folder.Store }

func (f *folderSource) grant(ctx context.Context, t *table, version uint64) (grant, error) {
	g, err := t.grantOfStore(ctx, f.folder.Store, version)
	if err != nil || t.kind.objType == mapi.TypeFolder {
		return g, err
	}
	g.version = 0 // messages are asked for all at once
	g.readable, err = t.readable(ctx, f.folder)
	return g, err
}

func (s *partsSource) home() uint32 { return s.parent.Store }

func (s *partsSource) grant(ctx context.Context, t *table, _ uint64) (g grant, err error) {
	g.readable, err = t.readable(ctx, s.parent)
	return g, err
}

func (s *searchSource) home() uint32 { return s.folder.Store }

// grant refuses whom the folder is not visible to: unlike other folders it must be.
func (s *searchSource) grant(ctx context.Context, t *table, version uint64) (grant, error) {
	now, err := t.svc.current(ctx, s.folder)
	if err != nil {
		return grant{}, err
	}
	visible, err := t.svc.Rights.Visible(ctx, t.session.UserID, now)
	if err == nil && !visible {
		err = mapi.Errorf(mapi.NoAccess, "tableOpen", "search folder %d is not visible to user %d", s.folder.ID, t.session.UserID)
	}
	if err != nil {
		return grant{}, err
	}
	return t.grantOfStore(ctx, s.folder.Store, version)
}

func (q *queueSource) home() uint32 { return q.store }

// grant refuses the queue of a store to all but its owner and his administrators, that of the spooler to all but administrators.
func (q *queueSource) grant(ctx context.Context, t *table, _ uint64) (grant, error) {
	if q.store == 0 {
		return grant{}, t.svc.maySpool(ctx, t.session.UserID)
	}
	ok, err := t.svc.privileged(ctx, t.session.UserID, q.store)
	if err == nil && !ok {
		err = mapi.Errorf(mapi.NoAccess, "tableOpen", "the outgoing queue of store %d belongs to somebody else", q.store)
	}
	return grant{}, err
}

func (s *keptSource) home() uint32 { return 0 }

// grant is the caller's level. The rows are those of a moment, and only what he is may change them; with companies that is more than one
// number.
func (s *keptSource) grant(ctx context.Context, t *table, version uint64) (g grant, err error) {
	if s.addressBook && !t.svc.Directory.Hosted() {
		return grant{}, nil // it is the same for all
	}
	if g.level, err = t.svc.adminLevel(ctx, t.session.UserID); err != nil {
		return grant{}, err
	}
	if g.level < s.level {
		return grant{}, mapi.Errorf(mapi.NoAccess, "tableOpen", "user %d is no administrator of level %d", t.session.UserID, s.level)
	}
	if t.svc.Directory.Hosted() {
		g.version = version
	}
	return g, nil
}
