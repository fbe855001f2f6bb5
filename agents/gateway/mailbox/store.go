package mailbox

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"zarafa/client"
	"zarafa/mapi"
)

// store is a store whose folders the user sees.
type store struct {
	client.Store
	session *client.Session // on the server that has it
	root    mapi.EntryID    // the folder whose subfolders are shown
	prefix  string          // the name of the root: empty for the user's own store
	inbox   mapi.EntryID    // nil if the store has none
	props   mapi.Props      // of the store
	// inboxProps are those of the inbox: where standard folders are, what the user has subscribed to.
	inboxProps mapi.Props
	// complete says that inboxProps have the list of what the user has subscribed to, if there is one: it did not stay behind for its size.
	complete bool
	watch    *client.Subscription
}

// ownStore finds the user's store.
func (u *user) ownStore(ctx context.Context) (*store, error) {
	box, err := u.session.Mailbox(ctx, u.info.Name)
	if err != nil {
		return nil, err
	}
	st := &store{
		Store: box.Store, session: box.Store.Session, root: box.Props.Bytes(mapi.PrIPMSubtreeEntryID), inbox: box.Inbox, props: box.Props,
		inboxProps: box.InboxProps,
	}
	if st.session == nil {
		st.session = u.session
	}
	return st, nil
}

// setInbox takes in the properties of the inbox.
func (st *store) setInbox(o *client.Object) {
	st.inboxProps = o.Props
	st.complete = !slices.ContainsFunc(o.Large, func(tag mapi.PropTag) bool { return tag.ID() == mapi.PrECIMAPSubscribed.ID() })
}

// publicRoot is what the public store is called.
const publicRoot = "Public folders"

// publicStore finds the public store; it is nil if there is none.
func (u *user) publicStore(ctx context.Context) (*store, error) {
	found, err := u.session.PublicStore(ctx)
	if client.IsNotFound(err) || mapi.CodeOf(err) == mapi.NoAccess {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return u.sharedStore(ctx, found, publicRoot)
}

// sharedStore is a store that is not the user's own.
func (u *user) sharedStore(ctx context.Context, found client.Store, prefix string) (*store, error) {
	st := &store{Store: found, session: found.Session, prefix: prefix}
	if st.session == nil {
		st.session = u.session
	}
	o, err := st.session.LoadObject(ctx, found.EntryID)
	if err != nil {
		return nil, err
	}
	st.props, st.root = o.Props, o.Props.Bytes(mapi.PrIPMSubtreeEntryID)
	return st, nil
}

// Uses of folders (RFC 6154).
const (
	useSent   = "Sent"
	useTrash  = "Trash"
	useDrafts = "Drafts"
	useJunk   = "Junk"
)

// Place of the junk mail folder in PR_ADDITIONAL_REN_ENTRYIDS (MS-OXOSFLD 2.2.4).
const renJunk = 4

// use is the special use of a folder. It goes by where the store keeps its entry id, whatever the folder is called.
func (st *store) use(id mapi.EntryID) string {
	if st.prefix != "" {
		return "" // clients would take another's for their own
	}
	for use, is := range map[string][]byte{
		useSent: st.props.Bytes(mapi.PrIPMSentmailEntryID), useTrash: st.props.Bytes(mapi.PrIPMWastebasketEntryID),
		useDrafts: st.inboxProps.Bytes(mapi.PrIPMDraftsEntryID), useJunk: st.junk(),
	} {
		if len(is) > 0 && bytes.Equal(is, id) {
			return use
		}
	}
	return ""
}

func (st *store) junk() []byte {
	ren, _ := st.inboxProps.Get(mapi.PrAdditionalRenEntryIDs)
	if values := ren.Values(); renJunk < len(values) {
		return values[renJunk].Data
	}
	return nil
}

// standard reports whether a folder is one that programs find by its entry id, so that it must stay where it is.
func (st *store) standard(id mapi.EntryID) bool {
	if bytes.Equal(id, st.inbox) || bytes.Equal(id, st.root) || st.use(id) != "" || bytes.Equal(id, st.props.Bytes(mapi.PrIPMOutboxEntryID)) {
		return true
	}
	for _, tag := range []mapi.PropTag{
		mapi.PrIPMAppointmentEntryID, mapi.PrIPMContactEntryID, mapi.PrIPMJournalEntryID, mapi.PrIPMNoteEntryID, mapi.PrIPMTaskEntryID,
	} {
		if bytes.Equal(id, st.inboxProps.Bytes(tag)) {
			return true
		}
	}
	return bytes.Contains(st.inboxProps.Bytes(mapi.PrIPMOl2007EntryIDs), id)
}

// mailClass reports whether folders of a container class hold mail.
func mailClass(class string) bool {
	class = strings.ToUpper(class)
	return class == "" || class == "IPF.NOTE" || strings.HasPrefix(class, "IPM")
}
