package client_test

import (
	"bytes"
	"fmt"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// Many messages are flagged by one call, whose answers are the numbers that tables show then, and a server without the capability is not asked.
func TestChangeFlags(t *testing.T) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			i := servertest.Start(t, engine, settings)
			_, ids := mailbox(t, i)
			s, made := counted(t, i, client.Options{User: "alice"})
			n := &numbered{t: t, s: s, folder: ids[client.Inbox], last: map[uint32]uint32{}}
			list := manyMessages(t, s, n.folder, 300)
			made.take()
			change := client.FlagChange{Read: mapi.ReadSet, Status: mapi.MsgStatusDelMarked, StatusMask: mapi.MsgStatusDelMarked,
				Set: mapi.Props{mapi.Long(mapi.PrFlagStatus, 2)}, Keywords: []string{"Work"}, KeywordMode: mapi.ListAdd}
			answers, err := s.ChangeFlags(t.Context(), n.folder, list, change)
			if err != nil {
				t.Fatal(err)
			}
			made.were(t, "the first time", "getIDsFromNames", "setReadFlags")
			by, _ := n.rows()
			numbers := make(map[uint32]bool)
			for _, number := range by {
				numbers[number] = true
			}
			for k, a := range answers {
				if a.State != mapi.MessageChanged || !numbers[a.Number] {
					t.Fatalf("message %d: %+v", k, a)
				}
			}
			highest, err := s.HighestModificationNumber(t.Context(), n.folder)
			if err != nil || highest != answers[len(answers)-1].Number {
				t.Errorf("the folder has %d, the last message %+v, %v", highest, answers[len(answers)-1], err)
			}
			m, err := s.LoadMessage(t.Context(), list[7])
			if err != nil || m.Props.Uint32(mapi.PrMsgStatus) != mapi.MsgStatusDelMarked || m.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0 ||
				len(m.Named) != 1 || m.Named[0].Name != keywords() || fmt.Sprint(m.Named[0].Value.Values()[0].Str()) != "Work" {
				t.Errorf("the message: %v %v, %v", m.Props, m.Named, err)
			}
			old := logOn(t, i, client.Options{User: "alice", NoExtensions: true})
			if _, err := old.ChangeFlags(t.Context(), n.folder, list, change); mapi.CodeOf(err) != mapi.NoSupport {
				t.Errorf("without the capability: %v", err)
			}
			if _, err := old.HighestModificationNumber(t.Context(), n.folder); mapi.CodeOf(err) != mapi.NoSupport {
				t.Errorf("without the capability: %v", err)
			}
			if _, err := old.LoadValue(t.Context(), n.folder, 0, mapi.PrHighestModificationNumber); !client.IsNotFound(err) {
				t.Errorf("a client of the original's: %v", err)
			}
		})
	}
}

// manyMessages saves messages.
func manyMessages(t testing.TB, s *client.Session, folder mapi.EntryID, n int) (list []mapi.EntryID) {
	t.Helper()
	for k := range n {
		id, err := s.SaveMessage(t.Context(), folder, &mapi.Message{Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, fmt.Sprint("mail ", k)),
			mapi.Binary(mapi.PrECIMAPEmail, fmt.Appendf(nil, "Subject: mail %d\r\n\r\n%s", k, bytes.Repeat([]byte("some text\r\n"), 520))),
		}}, client.SaveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, id)
	}
	return list
}

// BenchmarkChangeFlags is STORE of a thousand messages.
func BenchmarkChangeFlags(b *testing.B) {
	for _, engine := range servertest.Engines() {
		b.Run(engine, func(b *testing.B) {
			i := servertest.Start(b, engine, settings)
			s, folder := benchMailbox(b, i)
			list := manyMessages(b, s, folder, 1000)
			status := uint32(0)
			for b.Loop() {
				status ^= mapi.MsgStatusDelMarked
				answers, err := s.ChangeFlags(b.Context(), folder, list, client.FlagChange{Status: status, StatusMask: mapi.MsgStatusDelMarked})
				if err != nil || answers[999].State != mapi.MessageChanged {
					b.Fatal(err)
				}
			}
		})
	}
}

// benchMailbox makes alice and finds her inbox.
func benchMailbox(b *testing.B, i *servertest.Instance) (*client.Session, mapi.EntryID) {
	b.Helper()
	ctx := b.Context()
	admin, err := client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
	if err != nil {
		b.Fatal(err)
	}
	u := client.User{Name: "alice", Password: "secret", FullName: "alice", Email: "alice@example.com", Class: mapi.ClassActiveUser}
	if u.ID, u.EntryID, err = admin.CreateUser(ctx, u); err != nil {
		b.Fatal(err)
	}
	st, err := admin.CreateStore(ctx, u, client.English)
	if err != nil {
		b.Fatal(err)
	}
	s, err := client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: "alice"})
	if err != nil {
		b.Fatal(err)
	}
	inbox, err := s.ReceiveFolder(ctx, st.EntryID, "")
	if err != nil {
		b.Fatal(err)
	}
	return s, inbox
}
