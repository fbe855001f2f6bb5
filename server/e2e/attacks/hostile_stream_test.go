package attacks_test

import (
	"bytes"
	"fmt"
	"testing"

	"zarafa/client"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire/msgstream"
)

// messageStream is a message with a recipient, an attachment and a message in an attachment.
func messageStream(t *testing.T) []byte {
	t.Helper()
	prop := func(v mapi.PropValue) []msgstream.Property { return []msgstream.Property{{PropValue: v}} }
	var b bytes.Buffer
	w := msgstream.NewWriter(&b)
	for _, err := range []error{
		w.Message(0, prop(mapi.String(mapi.PrSubject, "streamed")), 3),
		w.Recipient(mapi.TypeMailUser, 1, prop(mapi.String(mapi.PrDisplayName, "Bob"))),
		w.Attachment(2, prop(mapi.String(mapi.PrAttachLongFilename, "a")), 4, bytes.NewReader([]byte("data"))),
		w.Attachment(3, prop(mapi.Long(mapi.PrAttachMethod, 5)), 0, nil),
		w.Message(4, prop(mapi.String(mapi.PrSubject, "inner")), 0),
		w.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestHostileStreams imports streams that are cut off or spoilt at every byte. None of those that are cut off leaves anything behind.
func TestHostileStreams(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	alice, a := addMailbox(t, instance, "alice"), newAttacker(t, instance)
	var op *operation
	d := loadDescription(t)
	for _, op = range d.Operations {
		if op.Name == streamed {
			break
		}
	}
	request := d.request(op, alice.value(alice.Session.ID()))
	whole := a.stream
	send := func(what string, stream []byte) e2e.Answer {
		a.stream = stream
		request.child("sEntryId").text = b64(mapi.NewEntryID(alice.Store.GUID, mapi.TypeMessage))
		return a.try(op, variant{what, request.envelope()})
	}
	if got := send("whole", whole); got.Code != mapi.OK {
		t.Fatalf("a good stream: %v", got.Code)
	}
	before := folderCount(t, alice)
	for n := range whole {
		if got := send(fmt.Sprintf("cut off at %d", n), whole[:n]); got.Code == mapi.OK && !got.Fault {
			t.Errorf("cut off at %d: accepted", n)
		}
	}
	if after := folderCount(t, alice); after != before {
		t.Errorf("streams that were cut off left %d messages", after-before)
	}
	for n := range whole {
		for _, mask := range []byte{0x01, 0x80, 0xFF} {
			spoilt := bytes.Clone(whole)
			spoilt[n] ^= mask
			send(fmt.Sprintf("byte %d spoilt by %#x", n, mask), spoilt)
		}
	}
	t.Logf("%d requests: %v", a.sent, a.codes)
}

// folderCount counts the messages in the mailbox's folder; the folder must count the same.
func folderCount(t *testing.T, m *mailbox) (rows int) {
	t.Helper()
	err := m.Session.EachRow(t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: m.Folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(mapi.Props) error { rows++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	folder, err := m.Session.LoadObject(t.Context(), m.Folder)
	if err != nil {
		t.Fatal(err)
	}
	if count := int(folder.Props.Uint32(mapi.PrContentCount)); count != rows {
		t.Errorf("the folder counts %d messages and shows %d", count, rows)
	}
	return rows
}

// TestHostilePolls sends notifyGetItems in every variant; the session ends while it may be waiting.
func TestHostilePolls(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	a, d := newAttacker(t, instance), loadDescription(t)
	user := &mailbox{Mailbox: &e2e.Mailbox{Object: &client.Object{Children: make([]client.Object, 2)}, Message: make(mapi.EntryID, 48)}}
	for _, op := range d.Operations {
		if op.Name != "notifyGetItems" {
			continue
		}
		const standIn = 98765432109876543
		variants(d.request(op, user.value(standIn)), valuesAbout(100, user), testseed.New(t), func(v variant) {
			s := e2e.LogOn(t, instance.Endpoint(), "SYSTEM")
			v.body = bytes.ReplaceAll(v.body, []byte(number(standIn)), []byte(number(s.ID())))
			ended := make(chan error)
			go func() { ended <- s.Close(t.Context()) }()
			if got := a.try(op, v); !got.Fault && got.Code != mapi.EndOfSession {
				t.Errorf("%s: %v", v.what, got.Code)
			}
			if err := <-ended; err != nil {
				t.Error(err)
			}
		})
	}
}
