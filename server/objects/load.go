package objects

import (
	"context"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// reminderClass is the container class of the search folder in which a client collects reminders.
const reminderClass = "Outlook.Reminder"

// LoadObject reads a store, a folder, or a message with all its parts (objects.md section 3.3). Values of
// mapi.LoadValueLimit bytes and more appear as tags only.
func (s *Service) LoadObject(c *session.Call, req *wire.LoadObjectRequest, resp *wire.LoadObjectResponse) error {
	return s.loadObject(c, req, resp, s.countersOf)
}

// loadObject is LoadObject that asks count for the counters of a store or folder if it keeps the rest.
func (s *Service) loadObject(c *session.Call, req *wire.LoadObjectRequest, resp *wire.LoadObjectResponse, count counting) error {
	ref, err := s.findToLoad(c, req)
	if err != nil {
		return err
	}
	if req.NotSubscribe != nil {
		if s.subs == nil {
			return mapi.Errorf(mapi.NoSupport, "loadObject", "there are no subscriptions")
		}
		if err := s.subs.Subscribe(c, req.NotSubscribe); err != nil {
			return err
		}
	}
	access, err := s.rights.ForFolder(c.Context, c.Session.UserID, ref)
	if err != nil {
		return err
	}
	kept, ticket := s.findKept(ref, access)
	if kept != nil {
		resp.SaveObject.Raw = kept
		return nil
	}
	o, err := s.objectOf(c.Context, ref, count)
	if err != nil {
		return err
	}
	if err := s.refuseReminders(c, o); err != nil {
		return err
	}
	ld := loader{svc: s, call: c, access: access}
	if err := ld.load(c.Context, o, &resp.SaveObject); err != nil {
		return err
	}
	if o.Type == mapi.TypeMessage {
		c.Scratch = ld.keep(o.ID, ticket, &resp.SaveObject, c.Scratch)
	}
	return nil
}

// findToLoad finds the object of a request and checks that the caller may open it in the state it is in.
func (s *Service) findToLoad(c *session.Call, req *wire.LoadObjectRequest) (storage.Ref, error) {
	id := mapi.EntryID(req.EntryID)
	ref, err := s.tree.ByEntryID(c.Context, id)
	if mapi.CodeOf(err) == mapi.NotFound && id.Type() == mapi.TypeStore && !id.Override() {
		return ref, mapi.Errorf(mapi.UnableToComplete, "loadObject", "no such store here")
	}
	if err != nil {
		return ref, err
	}
	if req.Flags&^mapi.OpenUnicode != ref.Flags&mapi.FlagDeleted {
		code := mapi.NotFound
		if ref.Type == mapi.TypeStore {
			code = mapi.UnableToComplete
		}
		return ref, mapi.Errorf(code, "loadObject", "object %d has the flags 0x%X, asked for were 0x%X", ref.ID, ref.Flags, req.Flags)
	}
	switch ref.Type {
	case mapi.TypeStore:
		if err := s.requireReach(c, ref); err != nil {
			return ref, err
		}
		if id.Override() {
			return ref, nil
		}
		return ref, s.atHome(c, ref)
	case mapi.TypeFolder:
		return ref, s.check(c, ref, rights.Visible)
	}
	if s.locks.LockedFor(ref.ID, c.Session.ID) {
		return ref, mapi.Errorf(mapi.NoAccess, "loadObject", "message %d is locked by another session", ref.ID)
	}
	return ref, s.check(c, ref, rights.Read)
}

// refuseReminders hides the reminders of others, if the settings say so.
func (s *Service) refuseReminders(c *session.Call, o *storage.Object) error {
	if !s.settings.HideReminders || o.Type != mapi.TypeFolder || o.FolderKind() != mapi.FolderSearch ||
		!strings.EqualFold(o.Props.Str(mapi.PrContainerClass), reminderClass) {
		return nil
	}
	box, err := s.tree.Mailbox(c.Context, o.Store)
	if err != nil || box.UserID == c.Session.UserID {
		return err
	}
	admin, err := s.rights.IsAdminOver(c.Context, c.Session.UserID, box.UserID)
	if err == nil && !admin {
		err = mapi.Errorf(mapi.NotFound, "loadObject", "reminders are not shared (shared_reminders = no)")
	}
	return err
}

// loader turns an object and its parts into the answer for one caller.
type loader struct {
	svc    *Service
	call   *session.Call
	access rights.Access
	seen   []seen // one for each message
	// passing: the object shows less than it will without being changed itself.
	passing bool
}

func (ld *loader) load(ctx context.Context, o *storage.Object, out *wire.SaveObject) error {
	out.ServerID, out.ObjType = o.ID, uint32(o.Type)
	if o.Type == mapi.TypeMessage {
		ld.note(o)
	}
	list := withCounters(o)
	slices.SortStableFunc(list, func(a, b mapi.PropValue) int { return int(a.Tag.ID()) - int(b.Tag.ID()) })
	out.DelProps = make([]mapi.PropTag, 0, len(list)+len(o.Lobs)+8)
	out.ModProps = make([]mapi.PropValue, 0, len(list)+8)
	var large []mapi.PropTag
	for _, v := range list {
		if v.Tag == mapi.PrModificationNumber {
			continue // tables show it, and LoadProp to who asks
		}
		hidden, err := ld.svc.names.Hidden(ctx, v.Tag.ID())
		if err != nil {
			return err
		}
		if hidden {
			ld.passing = true // until the name is made
			continue
		}
		if !v.Tag.Type().Multi() && len(v.Data) >= mapi.LoadValueLimit {
			large = append(large, v.Tag)
			continue
		}
		out.DelProps = append(out.DelProps, v.Tag)
		out.ModProps = append(out.ModProps, v)
	}
	computed, err := ld.computed(ctx, o)
	if err != nil {
		return err
	}
	for _, v := range computed {
		out.DelProps = append(out.DelProps, v.Tag)
		out.ModProps = append(out.ModProps, v)
	}
	if err := ld.appendLarge(ctx, out, o, large); err != nil {
		return err
	}
	return ld.loadParts(ctx, o, out)
}

// appendLarge adds the tags of values that the client has to fetch one by one.
func (ld *loader) appendLarge(ctx context.Context, out *wire.SaveObject, o *storage.Object, large []mapi.PropTag) error {
	for _, lob := range o.Lobs {
		large = append(large, lob.Tag)
	}
	for _, tag := range large {
		hidden, err := ld.svc.names.Hidden(ctx, tag.ID())
		if err != nil {
			return err
		}
		if hidden {
			ld.passing = true
			continue
		}
		out.DelProps = append(out.DelProps, tag)
	}
	return nil
}

func (ld *loader) loadParts(ctx context.Context, o *storage.Object, out *wire.SaveObject) error {
	if len(o.Children) == 0 {
		return nil
	}
	out.Items = make([]wire.SaveObject, len(o.Children))
	for i, part := range o.Children {
		if err := ld.load(ctx, part, &out.Items[i]); err != nil {
			return err
		}
	}
	return nil
}

// withCounters is an object's properties together with those that are kept as counters. The root folder
// shows no counts.
func withCounters(o *storage.Object) mapi.Props {
	list := make(mapi.Props, len(o.Props), len(o.Props)+10)
	copy(list, o.Props)
	k := &o.Counters
	switch {
	case o.Type == mapi.TypeStore && (k.Size != 0 || o.Props.Has(mapi.PrCreationTime.ID())):
		return append(list, mapi.I8(mapi.PrMessageSizeExtended, k.Size))
	case o.Type != mapi.TypeFolder:
		return list
	}
	if o.FolderKind() != mapi.FolderRoot {
		list = append(list,
			long(mapi.PrContentCount, k.Content), long(mapi.PrContentUnread, k.Unread),
			mapi.Bool(mapi.PrSubfolders, k.Subfolders > 0), long(mapi.PrAssocContentCount, k.Associated),
			long(mapi.PrFolderChildCount, k.Subfolders), long(mapi.PrDeletedMsgCount, k.DeletedContent),
			long(mapi.PrDeletedFolderCount, k.DeletedFolders), long(mapi.PrDeletedAssocMsgCount, k.DeletedAssoc))
	}
	if k.CommitTime != 0 {
		list = append(list, mapi.Time(mapi.PrLocalCommitTimeMax, k.CommitTime))
	}
	return list
}

// long is a counter as clients see it.
func long(tag mapi.PropTag, v int64) mapi.PropValue {
	return mapi.Long(tag, uint32(min(max(v, 0), 1<<31-1)))
}
