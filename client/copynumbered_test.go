package client_test

import (
	"bytes"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// check compares what was answered of messages with what a table of the folder shows.
func (n *numbered) check(what string, saved ...client.Saved) {
	n.t.Helper()
	numbers, ids := n.rows()
	for i, m := range saved {
		if numbers[m.UID] != m.Number || !bytes.Equal(ids[m.UID], m.EntryID) || m.UID == 0 || m.Number == 0 {
			n.t.Errorf("%s, message %d: answered %+v, the table has %d, %x", what, i, m, numbers[m.UID], ids[m.UID])
		}
		if i > 0 && m.UID <= saved[i-1].UID {
			n.t.Errorf("%s, message %d: UID %d behind %d", what, i, m.UID, saved[i-1].UID)
		}
	}
}

// APPENDUID and COPYUID: what is saved, copied or moved is answered with its numbers, by one call.
func TestNumbersOfCopies(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings)
	st, ids := mailbox(t, i)
	s, made := counted(t, i, client.Options{User: "alice"})
	inbox := &numbered{t: t, s: s, folder: ids[client.Inbox]}
	drafts := &numbered{t: t, s: s, folder: ids[client.Drafts]}
	var saved []client.Saved
	for _, content := range []mapi.Content{mapi.Bytes("small"), file{n: 1 << 20}, mapi.Bytes("small")} {
		m := &mapi.Message{Attachments: []*mapi.Attachment{{Content: content}}}
		one, err := s.SaveNumbered(t.Context(), inbox.folder, m, client.SaveOptions{NewMail: true})
		if err != nil {
			t.Fatal(err)
		}
		saved = append(saved, one)
	}
	made.were(t, "saving", "saveObject", "importMessageFromStream", "saveObject")
	inbox.check("saved", saved...)
	gone, err := s.SaveMessage(t.Context(), inbox.folder, &mapi.Message{}, client.SaveOptions{})
	if err == nil {
		err = s.DeleteMessages(t.Context(), false, gone)
	}
	if err != nil {
		t.Fatal(err)
	}
	made.take()
	order := []mapi.EntryID{saved[2].EntryID, gone, saved[0].EntryID, mapi.NewEntryID(st.GUID, mapi.TypeMessage), saved[1].EntryID}
	copied, err := s.CopyNumbered(t.Context(), drafts.folder, order...)
	if err != nil || len(copied) != 5 || copied[1].EntryID != nil || copied[3].EntryID != nil {
		t.Fatalf("copied: %+v, %v", copied, err)
	}
	made.were(t, "copying", "copyObjects")
	drafts.check("copied", copied[0], copied[2], copied[4])
	done, err := s.MoveNumbered(t.Context(), drafts.folder, order...)
	if err != nil || done[1].EntryID != nil || done[3].EntryID != nil {
		t.Fatalf("moved: %+v, %v", done, err)
	}
	drafts.check("moved", done[0], done[2], done[4])
	if left, _ := inbox.rows(); len(left) != 0 {
		t.Errorf("%d messages were left", len(left))
	}
	same, err := s.MoveNumbered(t.Context(), drafts.folder, done[0].EntryID)
	if err != nil || same[0].UID != done[0].UID {
		t.Errorf("moved to where it is: %+v, %v", same, err)
	}
}
