package dagent

import (
	"context"
	"fmt"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// junkFolder is the place of the folder for junk in PR_ADDITIONAL_REN_ENTRYIDS (MS-OXOSFLD 2.2.4).
const junkFolder = 4

// choose decides on the folder: a public one, a named one, that for junk, or the inbox.
func (v *delivery) choose(ctx context.Context) error {
	if v.box.Inbox == nil {
		return fmt.Errorf("%s has no folder for new mail: %w", v.to.Account, mapi.NotFound)
	}
	v.folder, v.inInbox = v.box.Inbox, true
	switch {
	case v.target.Public:
		return v.choosePublic(ctx)
	case len(v.target.Folder) > 0:
		id, err := v.named(ctx, v.box.Store.Session, v.box.Props.Bytes(mapi.PrIPMSubtreeEntryID))
		if mapi.CodeOf(err) == mapi.NotFound {
			v.log.Warn("there is no such folder, so the mail goes to the inbox", "user", v.to.Account, "folder", strings.Join(v.target.Folder, "/"))
			return nil
		}
		v.folder, v.inInbox = id, false
		return err
	case v.target.Junk || v.isJunk():
		if id := v.junk(); id != nil {
			v.folder, v.inInbox = id, false
		}
	}
	return nil
}

func (v *delivery) choosePublic(ctx context.Context) error {
	st, err := v.session.PublicStore(ctx)
	if err != nil {
		return fmt.Errorf("the public store: %w", err)
	}
	o, err := st.Session.LoadObject(ctx, st.EntryID)
	if err != nil {
		return err
	}
	id, err := v.named(ctx, st.Session, o.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	if mapi.CodeOf(err) == mapi.NotFound {
		v.log.Warn("there is no such public folder, so the mail goes to the inbox", "user", v.to.Account, "folder", strings.Join(v.target.Folder, "/"))
		return nil
	}
	v.folder, v.inInbox = id, false
	return err
}

// named finds the folder that the target names, below another one, and makes what is missing if that is wanted.
func (v *delivery) named(ctx context.Context, s *client.Session, below mapi.EntryID) (mapi.EntryID, error) {
	id, err := s.FolderByPath(ctx, below, v.target.Folder...)
	if mapi.CodeOf(err) != mapi.NotFound || !v.target.Create {
		return id, err
	}
	for _, name := range v.target.Folder {
		if below, err = s.CreateFolder(ctx, below, client.NewFolder{Name: name}); err != nil {
			return nil, err
		}
	}
	return below, nil
}

// isJunk reports whether a filter has marked the mail. It looks at the one line alone: what follows may quote others.
func (v *delivery) isJunk() bool {
	if v.config.SpamHeaderName == "" {
		return false
	}
	for _, value := range v.mail.header.Values(v.config.SpamHeaderName) {
		if strings.Contains(strings.ToLower(value), strings.ToLower(v.config.SpamHeaderValue)) {
			return true
		}
	}
	return false
}

// junk is the user's folder for junk, nil if there is none.
func (v *delivery) junk() mapi.EntryID {
	for _, props := range []mapi.Props{v.box.InboxProps, v.box.Props} {
		ids, _ := props.Get(mapi.PrAdditionalRenEntryIDs)
		if values := ids.Values(); junkFolder < len(values) && len(values[junkFolder].Data) > 0 {
			return values[junkFolder].Data
		}
	}
	return nil
}
