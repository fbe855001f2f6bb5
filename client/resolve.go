package client

import (
	"context"
	"strings"

	"zarafa/mapi"
	"zarafa/wire"
)

// Resolution is what became of a name (objects.md section 10).
type Resolution uint32

// Resolutions.
const (
	Unresolved Resolution = iota
	Ambiguous
	Resolved
)

// addressLookup has a name taken as a whole: a login name, full name or address.
const addressLookup = 0x1

// Entry is a user, contact, group or company of the address book.
type Entry struct {
	Resolution Resolution
	EntryID    []byte          // address-book entry id
	ObjectType mapi.ObjectType // TypeMailUser or TypeDistList
	Name       string          // display name
	Account    string          // login name, or a group's name
	SMTP       string          // address; a group may have none
	// AddressType and Address are those of recipients: ZARAFA and the login name.
	AddressType, Address string
	DisplayType          uint32 // PR_DISPLAY_TYPE_EX: room, equipment and others
	AdminLevel           uint32
	HomeServer, Company  string
	SearchKey            []byte
	Disabled, Enabled    []string // features
	Aliases              []string // PR_EMS_AB_PROXY_ADDRESSES
}

func entryColumns() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrObjectType, mapi.PrDisplayName, mapi.PrAccount, mapi.PrSMTPAddress, mapi.PrAddrtype, mapi.PrEmailAddress,
		mapi.PrDisplayTypeEx, mapi.PrECAdministrator, mapi.PrECHomeserverName, mapi.PrECCompanyName, mapi.PrSearchKey,
		mapi.PrECDisabledFeatures, mapi.PrECEnabledFeatures, mapi.PrEMSABProxyAddresses,
	}
}

func entryOf(row mapi.Props) Entry {
	return Entry{
		Resolution: Resolved, EntryID: row.Bytes(mapi.PrEntryID), ObjectType: mapi.ObjectType(row.Uint32(mapi.PrObjectType)),
		Name: row.Str(mapi.PrDisplayName), Account: row.Str(mapi.PrAccount), SMTP: row.Str(mapi.PrSMTPAddress),
		AddressType: row.Str(mapi.PrAddrtype), Address: row.Str(mapi.PrEmailAddress), DisplayType: row.Uint32(mapi.PrDisplayTypeEx),
		AdminLevel: row.Uint32(mapi.PrECAdministrator), HomeServer: row.Str(mapi.PrECHomeserverName), Company: row.Str(mapi.PrECCompanyName),
		SearchKey: row.Bytes(mapi.PrSearchKey), Disabled: stringsOf(row, mapi.PrECDisabledFeatures),
		Enabled: stringsOf(row, mapi.PrECEnabledFeatures), Aliases: stringsOf(row, mapi.PrEMSABProxyAddresses),
	}
}

// stringsOf are the elements of a multi-valued string.
func stringsOf(props mapi.Props, tag mapi.PropTag) []string {
	v, _ := props.Get(tag)
	values := v.Values()
	list := make([]string, len(values))
	for i := range values {
		list[i] = values[i].Str()
	}
	return list
}

// Recipient is the entry as a row of a message's recipient table, of type To, Cc or Bcc.
func (e *Entry) Recipient(kind uint32) mapi.Props {
	return mapi.Props{
		mapi.Long(mapi.PrRecipientType, kind), mapi.Long(mapi.PrObjectType, uint32(e.ObjectType)), mapi.String(mapi.PrDisplayName, e.Name),
		mapi.String(mapi.PrAddrtype, e.AddressType), mapi.String(mapi.PrEmailAddress, e.Address), mapi.String(mapi.PrSMTPAddress, e.SMTP),
		mapi.Binary(mapi.PrEntryID, e.EntryID), mapi.Binary(mapi.PrSearchKey, e.SearchKey),
	}
}

// ResolveNames looks up any number of names by one call. A name is a login name, a full name or an address, aliases too, and counts as a
// whole; users come before groups, and these before contacts. The result has an entry for each name, in their order.
func (s *Session) ResolveNames(ctx context.Context, names ...string) ([]Entry, error) {
	return s.resolveNames(ctx, addressLookup, names)
}

// SearchNames is ResolveNames for texts that names and addresses contain. With more than one hit a text is Ambiguous.
func (s *Session) SearchNames(ctx context.Context, texts ...string) ([]Entry, error) {
	return s.resolveNames(ctx, 0, texts)
}

func (s *Session) resolveNames(ctx context.Context, flags uint32, names []string) (list []Entry, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	rows := &wire.RowSet{Rows: make([][]mapi.PropValue, len(names))}
	for i, name := range names {
		rows.Rows[i] = []mapi.PropValue{mapi.String(mapi.PrDisplayName, name)}
	}
	var resp wire.ABResolveNamesResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ABResolveNamesRequest{
			SessionID: session, PropTag: entryColumns(), RowSet: rows, LpaFlags: make([]uint32, len(names)), UlFlags: flags | mapi.OpenUnicode,
		}
	}, &resp, func() error {
		if len(resp.RowSet.Rows) != len(names) || len(resp.Flags) != len(names) {
			return errIncomplete
		}
		list = make([]Entry, len(names))
		for i, row := range resp.RowSet.Rows {
			if list[i].Resolution = Resolution(resp.Flags[i]); list[i].Resolution == Resolved {
				list[i] = entryOf(mapi.CloneProps(row))
			}
		}
		return nil
	})
	return list, err
}

// Entry reads the address book's entry with an entry id.
func (s *Session) Entry(ctx context.Context, id []byte) (Entry, error) {
	props, err := s.EntryProps(ctx, id)
	return entryOf(props), err
}

// EntryProps reads all properties that the address book has of an entry.
func (s *Session) EntryProps(ctx context.Context, id []byte) (props mapi.Props, err error) {
	var resp wire.ReadPropsResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.ReadABPropsRequest{SessionID: session, EntryID: id}
	}, &resp, func() error { props = mapi.CloneProps(resp.PropVal); return nil })
	return props, err
}

// Containers of the address book (objects.md section 1.2).
const (
	globalAddressBook = 1
	allAddressLists   = 2
)

// GlobalAddressBook is the container of all users, groups and contacts that the session's user may see.
func GlobalAddressBook() []byte {
	return mapi.ABEntryID{Type: mapi.TypeABCont, ID: globalAddressBook}.Encode()
}

// AddressLists is the container of the address lists.
func AddressLists() []byte {
	return mapi.ABEntryID{Type: mapi.TypeABCont, ID: allAddressLists}.Encode()
}

// Entries lists the entries of a container of the address book, or the members of a group. restrict leaves some out, nil none; text,
// if not empty, only lets through what it may stand for (PR_ANR).
func (s *Session) Entries(ctx context.Context, container []byte, text string, restrict *mapi.Restriction) (list []Entry, err error) {
	if text = strings.TrimSpace(text); text != "" {
		v := mapi.String(mapi.PrAnr, text)
		anr := &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrAnr, Value: &v}
		if restrict != nil {
			anr = &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{anr, restrict}}
		}
		restrict = anr
	}
	err = s.EachRow(ctx, TableQuery{
		Kind: mapi.TableAB, EntryID: container, ObjectType: mapi.TypeMailUser, Flags: mapi.OpenUnicode, Columns: entryColumns(), Restrict: restrict,
	}, func(row mapi.Props) error { list = append(list, entryOf(row)); return nil })
	return list, err
}

// maxGroupDepth is how many groups within groups are looked into.
const maxGroupDepth = 10

// ExpandGroup lists the users and contacts in a group and in the groups in it, each once. Groups that lie deeper than 10 levels count for nothing.
func (s *Session) ExpandGroup(ctx context.Context, group []byte) (users []Entry, err error) {
	seen := map[string]bool{string(group): true}
	for groups, depth := [][]byte{group}, 0; len(groups) > 0 && depth <= maxGroupDepth; depth++ {
		var next [][]byte
		for _, id := range groups {
			list, err := s.Entries(ctx, id, "", nil)
			if err != nil {
				return nil, err
			}
			for _, e := range list {
				switch {
				case seen[string(e.EntryID)]:
				case e.ObjectType == mapi.TypeDistList:
					next = append(next, e.EntryID)
				default:
					users = append(users, e)
				}
				seen[string(e.EntryID)] = true
			}
		}
		groups = next
	}
	return users, nil
}
