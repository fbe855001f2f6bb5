package match_test

import (
	"bytes"
	"slices"
	"testing"

	"zarafa/mapi"
	"zarafa/server/internal/servicetest"
	"zarafa/server/match"
	"zarafa/storage"
	"zarafa/wire"
)

func property(op uint32, v mapi.PropValue) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResProperty, Op: op, Tag: v.Tag, Value: &v}
}

func exists(tag mapi.PropTag) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResExist, Tag: tag}
}

func contains(tag mapi.PropTag, text string) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring, Tag: tag, Value: &mapi.PropValue{Tag: tag, Data: []byte(text)}}
}

func sub(tag mapi.PropTag, r *mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResSub, Tag: tag, Sub: []*mapi.Restriction{r}}
}

// A message is matched by its row, by what its reference implies, by values that the row holds only the beginning of, and
// by its parts.
func TestMatches(t *testing.T) {
	b := servicetest.New(t)
	alice := b.NewMailbox("alice")
	folder := b.NewFolder(alice.User, alice.Root, "Inbox", mapi.FolderGeneric)
	body := append(bytes.Repeat([]byte("x"), 100_000), "needle"...)
	whole := b.Save(alice.User, folder, &wire.SaveObject{
		ModProps: []mapi.PropValue{
			mapi.String(mapi.PrSubject, "whole"), {Tag: mapi.PrBody, Data: body}, mapi.Binary(mapi.PrHTML, []byte("<b>html</b>")),
			mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		},
		Items: []wire.SaveObject{
			{ObjType: uint32(mapi.TypeMailUser), ModProps: []mapi.PropValue{mapi.String(mapi.PrDisplayName, "Bob")}},
			{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{mapi.String(mapi.PrAttachLongFilename, "notes.txt")}},
		},
	})
	plain := b.NewMessage(alice.User, folder, "plain", mapi.String(mapi.PrBody, "short"))
	fai := b.SaveAs(b.As(alice.User), folder, &wire.SaveObject{}, mapi.FlagAssociated, 0)
	for name, c := range map[string]struct {
		r    *mapi.Restriction
		want []storage.Ref
	}{
		"no restriction":    {nil, []storage.Ref{whole, plain, fai}},
		"subject":           {property(mapi.RelEQ, mapi.String(mapi.PrSubject, "plain")), []storage.Ref{plain}},
		"end of the body":   {contains(mapi.PrBody, "needle"), []storage.Ref{whole}},
		"short body":        {contains(mapi.PrBody, "short"), []storage.Ref{plain}},
		"html":              {exists(mapi.PrHTML), []storage.Ref{whole}},
		"entry id":          {property(mapi.RelEQ, mapi.Binary(mapi.PrEntryID, plain.EntryID)), []storage.Ref{plain}},
		"record key":        {property(mapi.RelEQ, mapi.Binary(mapi.PrRecordKey, plain.EntryID)), []storage.Ref{plain}},
		"source key":        {property(mapi.RelEQ, mapi.Binary(mapi.PrSourceKey, whole.SourceKey)), []storage.Ref{whole}},
		"instance key":      {property(mapi.RelEQ, mapi.Binary(mapi.PrInstanceKey, mapi.InstanceKey(whole.ID, 0))), []storage.Ref{whole}},
		"object type":       {property(mapi.RelEQ, mapi.Long(mapi.PrObjectType, 5)), []storage.Ref{whole, plain, fai}},
		"number":            {property(mapi.RelEQ, mapi.Long(mapi.PrECHierarchyID, plain.ID)), []storage.Ref{plain}},
		"folder's number":   {property(mapi.RelEQ, mapi.Long(mapi.PrECParentHierarchyID, folder.ID)), []storage.Ref{whole, plain, fai}},
		"folder's id":       {property(mapi.RelEQ, mapi.Binary(mapi.PrParentEntryID, folder.EntryID)), []storage.Ref{whole, plain, fai}},
		"another folder":    {property(mapi.RelNE, mapi.Binary(mapi.PrParentEntryID, folder.EntryID)), nil},
		"folder's key":      {property(mapi.RelEQ, mapi.Binary(mapi.PrParentSourceKey, folder.SourceKey)), []storage.Ref{whole, plain, fai}},
		"folder's name":     {exists(mapi.PrParentDisplay), []storage.Ref{whole, plain, fai}},
		"normal subject":    {property(mapi.RelEQ, mapi.String(mapi.PrNormalizedSubject, "plain")), []storage.Ref{plain}},
		"imap id":           {exists(mapi.PrECIMAPID), []storage.Ref{whole, plain, fai}},
		"associated":        {property(mapi.RelEQ, mapi.Bool(mapi.PrAssociated, true)), []storage.Ref{fai}},
		"status":            {property(mapi.RelEQ, mapi.Long(mapi.PrMsgStatus, 0)), []storage.Ref{whole, plain, fai}},
		"unread":            {property(mapi.RelEQ, mapi.Long(mapi.PrContentUnread, 0)), []storage.Ref{whole}},
		"recipient":         {sub(mapi.PrMessageRecipients, contains(mapi.PrDisplayName, "Bob")), []storage.Ref{whole}},
		"attachment":        {sub(mapi.PrMessageAttachments, exists(mapi.PrAttachLongFilename)), []storage.Ref{whole}},
		"not an attachment": {sub(mapi.PrMessageAttachments, contains(mapi.PrDisplayName, "Bob")), nil},
	} {
		m, err := match.New(b.Store, c.r, b.Locales.Default())
		b.OK(err)
		var got, want []uint32
		b.OK(eachRow(b, folder, func(row *storage.Row) error {
			ok, err := m.Matches(t.Context(), row)
			if ok {
				got = append(got, row.ID)
			}
			return err
		}))
		for _, ref := range c.want {
			want = append(want, ref.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// eachRow calls f for every message of a folder.
func eachRow(b *servicetest.Bench, folder storage.Ref, f func(*storage.Row) error) error {
	var rows []*storage.Row
	err := b.Store.Rows(b.Context(), storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage}, func(row *storage.Row) error {
		rows = append(rows, row)
		return nil
	})
	for _, row := range rows {
		if err == nil {
			err = f(row)
		}
	}
	return err
}

// A message that is gone by the time its rest is read does not match.
func TestMatchesNothingThatIsGone(t *testing.T) {
	b := servicetest.New(t)
	alice := b.NewMailbox("alice")
	folder := b.NewFolder(alice.User, alice.Root, "Inbox", mapi.FolderGeneric)
	message := b.NewMessage(alice.User, folder, "x")
	m, err := match.New(b.Store, sub(mapi.PrMessageRecipients, exists(mapi.PrDisplayName)), b.Locales.Default())
	b.OK(err)
	var row *storage.Row
	b.OK(eachRow(b, folder, func(r *storage.Row) error { row = r; return nil }))
	b.Delete(alice.User, 0x10, message)
	if ok, err := m.Matches(t.Context(), row); ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

// Rows are enough for restrictions on values that they hold whole.
func TestMatchesByRowAlone(t *testing.T) {
	b := servicetest.New(t)
	alice := b.NewMailbox("alice")
	folder := b.NewFolder(alice.User, alice.Root, "Inbox", mapi.FolderGeneric)
	b.NewMessage(alice.User, folder, "x", mapi.Binary(mapi.PrHTML, make([]byte, 100)))
	m, err := match.New(b.Store, property(mapi.RelEQ, mapi.String(mapi.PrSubject, "x")), b.Locales.Default())
	b.OK(err)
	b.OK(eachRow(b, folder, func(row *storage.Row) error {
		before := b.Store.Statements()
		ok, err := m.Matches(t.Context(), row)
		if n := b.Store.Statements() - before; !ok || n != 0 {
			t.Errorf("matches %v with %d statements", ok, n)
		}
		return err
	}))
}

func TestRefusesRestrictions(t *testing.T) {
	b := servicetest.New(t)
	deep := exists(mapi.PrSubject)
	for range 1000 {
		deep = &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{deep}}
	}
	_, err := match.New(b.Store, deep, b.Locales.Default())
	b.Fails(err, mapi.TooComplex)
}
