package outlook

import (
	"context"
	"slices"

	"zarafa/client"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// Names of the folders of conflicts, and their places in PR_ADDITIONAL_REN_ENTRYIDS (objects.md section 13).
const (
	syncIssues       = "Sync Issues"
	conflictsName    = "Conflicts"
	renConflicts     = 0
	renSyncIssues    = 1
	renWithSyncTrees = 2
)

// conflictsOf is the folder of conflicts that an inbox points to, nil if there was none yet.
func conflictsOf(inbox mapi.Props) mapi.EntryID {
	ren, _ := inbox.Get(mapi.PrAdditionalRenEntryIDs)
	if values := ren.Values(); len(values) > renConflicts && len(values[renConflicts].Data) > 0 {
		return values[renConflicts].Data
	}
	return nil
}

// createConflicts creates the folder of conflicts.
func (u *User) createConflicts(ctx context.Context) error {
	issues, err := u.session.CreateFolder(ctx, u.subtree, client.NewFolder{Name: syncIssues})
	if err != nil {
		return err
	}
	id, err := u.session.CreateFolder(ctx, issues, client.NewFolder{Name: conflictsName})
	if err != nil {
		return err
	}
	object, err := u.session.LoadObject(ctx, u.folders[inbox])
	if err != nil {
		return err
	}
	ren, _ := object.Props.Get(mapi.PrAdditionalRenEntryIDs)
	ids := slices.Clone(ren.Values())
	for len(ids) < renWithSyncTrees {
		ids = append(ids, mapi.PropValue{Data: []byte{}})
	}
	ids[renConflicts].Data, ids[renSyncIssues].Data = id, issues
	for _, folder := range []mapi.EntryID{u.folders[inbox], u.store.RootID} {
		if err := u.session.SetProps(ctx, folder, mapi.Multi(mapi.PrAdditionalRenEntryIDs, ids...)); err != nil {
			return err
		}
	}
	u.folders[conflicts] = id
	return nil
}

// conflict changes an appointment on another device and in the copy. The server has the last word: the copy's version goes to the
// folder of conflicts, and both point to each other.
func (u *User) conflict(ctx context.Context) error {
	f := u.copyOf(calendar)
	if f == nil {
		return errNothing
	}
	if u.folders[conflicts] == nil {
		if err := u.createConflicts(ctx); err != nil {
			return err
		}
	}
	p, err := u.pick(calendar, truth.Any)
	if err != nil {
		return err
	}
	base, err := u.session.VersionOf(ctx, p.ID)
	if err != nil {
		return err
	}
	if err := u.edit(ctx, p, u.newAppointment(p.Token)); err != nil { // the other device
		return err
	}
	now, err := u.session.VersionOf(ctx, p.ID)
	switch {
	case err != nil:
		return err
	case base.Includes(now):
		return u.violation(truth.Stale, "item %v was changed and has its old version", p.Token)
	case !now.Includes(base):
		return u.violation(truth.Mixed, "the version of item %v does not come from the one before", p.Token)
	}
	if err := u.keepConflict(ctx, p); err != nil {
		return err
	}
	return u.syncFolder(ctx, f)
}

// keepConflict uploads the copy's version of an item to the folder of conflicts.
func (u *User) keepConflict(ctx context.Context, p truth.Picked) error {
	t := u.newToken()
	m, id := u.newAppointment(t), mapi.NewEntryID(u.store.GUID, mapi.TypeMessage)
	u.truth.Adding(t, conflicts, m.Props, digest(m))
	err := u.session.ImportMessage(ctx, client.Import{Folder: u.folders[conflicts], ID: id, New: true, Conflicts: []mapi.EntryID{p.ID}}, m.MAPI())
	if err != nil {
		if mapi.CodeOf(err) != mapi.NetworkError {
			u.truth.Removed(t)
		}
		return err
	}
	u.truth.Added(t, id)
	return u.change(func() error {
		err := u.session.SetProps(ctx, p.ID, mapi.Multi(mapi.PrConflictItems, mapi.PropValue{Data: id}))
		if err == nil {
			u.truth.Undone(p.Token) // nothing that is checked has changed
		}
		return err
	}, p.Token)
}
