package client

import (
	"context"
	"fmt"

	"zarafa/mapi"
)

// DefaultFolder is a folder that every private store has.
type DefaultFolder int

// The folders below the store's visible tree, in the order in which they are created.
const (
	Inbox DefaultFolder = iota
	Outbox
	DeletedItems
	SentItems
	Contacts
	Calendar
	Drafts
	Journal
	Notes
	Tasks
	JunkEmail
	RSSFeeds
	ConversationActions
	QuickSteps
	SuggestedContacts
	numDefaultFolders
)

// Places where the entry ids of default folders are kept.
type place int

const (
	inReceiveFolder place = iota // the receive folder of all mail
	inStore                      // a property of the store
	inInbox                      // a property of the inbox and of the root folder
	inRen                        // PR_ADDITIONAL_REN_ENTRYIDS, with the place in it
	inPersist                    // PR_IPM_OL2007_ENTRYIDS, with the id in it
)

// definition says how a default folder is made and found again (objects.md section 2.1).
type definition struct {
	class  string // PR_CONTAINER_CLASS
	hidden bool
	place  place
	tag    mapi.PropTag // for inStore and inInbox
	number int          // for inRen and inPersist
}

// definitionOf describes a default folder.
func definitionOf(f DefaultFolder) definition {
	switch f {
	case Outbox:
		return definition{place: inStore, tag: mapi.PrIPMOutboxEntryID}
	case DeletedItems:
		return definition{place: inStore, tag: mapi.PrIPMWastebasketEntryID}
	case SentItems:
		return definition{place: inStore, tag: mapi.PrIPMSentmailEntryID}
	case Contacts:
		return definition{class: "IPF.Contact", place: inInbox, tag: mapi.PrIPMContactEntryID}
	case Calendar:
		return definition{class: "IPF.Appointment", place: inInbox, tag: mapi.PrIPMAppointmentEntryID}
	case Drafts:
		return definition{class: "IPF.Note", place: inInbox, tag: mapi.PrIPMDraftsEntryID}
	case Journal:
		return definition{class: "IPF.Journal", place: inInbox, tag: mapi.PrIPMJournalEntryID}
	case Notes:
		return definition{class: "IPF.StickyNote", place: inInbox, tag: mapi.PrIPMNoteEntryID}
	case Tasks:
		return definition{class: "IPF.Task", place: inInbox, tag: mapi.PrIPMTaskEntryID}
	case JunkEmail:
		return definition{class: "IPF.Note", place: inRen, number: renJunk}
	case RSSFeeds:
		return definition{class: "IPF.Note.OutlookHomepage", place: inPersist, number: 0x8001}
	case ConversationActions:
		return definition{class: "IPF.Configuration", hidden: true, place: inPersist, number: 0x8006}
	case QuickSteps:
		return definition{class: "IPF.Configuration", hidden: true, place: inPersist, number: 0x8007}
	case SuggestedContacts:
		return definition{class: "IPF.Contact", place: inPersist, number: 0x8008}
	}
	return definition{place: inReceiveFolder} // the Inbox
}

// Places in PR_ADDITIONAL_REN_ENTRYIDS: those before the junk mail belong to offline clients.
const (
	renJunk = 4
	renSize = 5
)

// FolderIDs are the entry ids of the default folders: ids[Inbox] and so on.
type FolderIDs [numDefaultFolders]mapi.EntryID

// DefaultFolders finds the default folders of a private store. A folder that the store lacks has a nil entry id.
func (s *Session) DefaultFolders(ctx context.Context, st Store) (ids FolderIDs, err error) {
	store, err := s.LoadObject(ctx, st.EntryID)
	if err != nil {
		return ids, err
	}
	if ids[Inbox], err = s.ReceiveFolder(ctx, st.EntryID, ""); err != nil {
		return ids, fmt.Errorf("finding the inbox: %w", err)
	}
	inbox, err := s.LoadObject(ctx, ids[Inbox])
	if err != nil {
		return ids, err
	}
	persist := parsePersistList(inbox.Props.Bytes(mapi.PrIPMOl2007EntryIDs))
	ren, _ := inbox.Props.Get(mapi.PrAdditionalRenEntryIDs)
	for f := range numDefaultFolders {
		switch d := definitionOf(f); d.place {
		case inStore:
			ids[f] = store.Props.Bytes(d.tag)
		case inInbox:
			ids[f] = inbox.Props.Bytes(d.tag)
		case inRen:
			if values := ren.Values(); d.number < len(values) {
				ids[f] = values[d.number].Data
			}
		case inPersist:
			ids[f] = persist[uint16(d.number)]
		}
	}
	return ids, nil
}
