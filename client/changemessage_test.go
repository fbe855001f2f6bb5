package client_test

import (
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func TestChangeMessage(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	st, ids := mailbox(t, i)
	s, made := counted(t, i, client.Options{User: "SYSTEM"})
	id, err := s.SaveMessage(t.Context(), ids[client.Drafts], everything(mapi.Bytes("x")), client.SaveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	made.take()
	added := header("x-added")
	if err := s.ChangeMessage(t.Context(), id, client.MessageChange{
		Set:         mapi.Props{mapi.String(mapi.PrSubject, "changed")},
		SetNamed:    []mapi.NamedValue{{Name: added, Value: mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "new")}},
		Delete:      []mapi.PropTag{mapi.PrBody},
		DeleteNamed: []mapi.PropName{keywords()},
		Recipients:  []mapi.Props{{mapi.Long(mapi.PrRecipientType, mapi.RecipientBcc), mapi.String(mapi.PrDisplayName, "Eve"), mapi.String(mapi.PrEmailAddress, "eve@example.net")}},
		Attachments: []*mapi.Attachment{{Content: mapi.Bytes("only this")}}, RemoveAttachments: true,
	}); err != nil {
		t.Fatal(err)
	}
	made.were(t, "with a new name", "getIDsFromNames", "loadObject", "saveObject")
	m, err := s.LoadMessage(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.GetNamed(keywords(), mapi.PtMVUnicode); ok || m.Props.Has(mapi.PrBody.ID()) || m.Props.Str(mapi.PrSubject) != "changed" {
		t.Errorf("properties %v, %v", m.Props, m.Named)
	}
	if v, _ := m.GetNamed(added, mapi.PtUnicode); v.Str() != "new" {
		t.Errorf("named %v", m.Named)
	}
	if len(m.Recipients) != 1 || m.Recipients[0].Str(mapi.PrDisplayName) != "Eve" || m.Props.Str(mapi.PrDisplayTo) != "" || m.Props.Str(mapi.PrDisplayBcc) != "Eve" {
		t.Errorf("recipients %v", m.Recipients)
	}
	if len(m.Attachments) != 1 {
		t.Fatalf("%d attachments", len(m.Attachments))
	}
	sameContent(t, m.Attachments[0].Content, mapi.Bytes("only this"))
	made.take()
	if err := s.ChangeMessage(t.Context(), id, client.MessageChange{Set: mapi.Props{mapi.String(mapi.PrSubject, "again")}}); err != nil {
		t.Error(err)
	}
	made.were(t, "properties only", "loadObject", "saveObject")
	if m, err := s.LoadMessage(t.Context(), id); err != nil || len(m.Recipients) != 1 || len(m.Attachments) != 1 || m.Props.Str(mapi.PrSubject) != "again" {
		t.Errorf("after a change of properties: %v, %v", m, err)
	}
	if err := s.ChangeMessage(t.Context(), mapi.NewEntryID(st.GUID, mapi.TypeMessage), client.MessageChange{}); !client.IsNotFound(err) {
		t.Errorf("a message that does not exist: %v", err)
	}
}
