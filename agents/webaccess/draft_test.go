package webaccess

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/agents/webaccess/api"
	"zarafa/client"
	"zarafa/mapi"
)

func TestDraft(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.user("bob")
	b := w.logOn("alice")
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftNew, Format: api.FormatText, Text: "Hello", Subject: "First"})
	if d.Format != api.FormatText || d.Text != "Hello" || d.Subject != "First" || d.State == "" || d.Queued {
		t.Errorf("%+v", d)
	}
	to := []api.Recipient{{Kind: api.To, Name: "", Address: "bob@example.com"}, {Kind: api.Cc, Name: "Carl", Address: "carl@elsewhere.example"}}
	subject, text, high := "Second", "Dear Bob,\nall is well.", api.High
	saved := call[api.DraftSaved](b, "drafts/update", api.DraftUpdate{ID: d.ID, IfInState: d.State, Recipients: &to, Subject: &subject, Text: &text, Importance: &high})
	if saved.State == d.State || saved.State == "" {
		t.Errorf("%+v", saved)
	}
	b.refused("drafts/update", api.DraftUpdate{ID: d.ID, IfInState: d.State, Subject: &subject}, api.StateMismatch)
	now := call[api.Draft](b, "drafts/get", api.DraftGet{ID: d.ID})
	want := []api.Recipient{{Kind: api.To, Name: "Bob Example", Address: "bob@example.com"}, {Kind: api.Cc, Name: "Carl", Address: "carl@elsewhere.example"}}
	if now.State != saved.State || now.Subject != subject || now.Text != "Dear Bob,\r\nall is well." || now.Importance != api.High || !slices.Equal(now.Recipients, want) {
		t.Errorf("%+v", now)
	}
	row := b.rows(b.folder(api.RoleDrafts), "").Rows[0]
	if row.ID != d.ID || !row.Draft || row.Subject != subject || row.Date == "" || row.To != "Bob Example" {
		t.Errorf("%+v", row)
	}
	less := to[1:]
	call[api.DraftSaved](b, "drafts/update", api.DraftUpdate{ID: d.ID, Recipients: &less})
	if now := call[api.Draft](b, "drafts/get", api.DraftGet{ID: d.ID}); !slices.Equal(now.Recipients, want[1:]) || now.Text == "" {
		t.Errorf("%+v", now)
	}
	call[api.None](b, "drafts/destroy", api.DraftDestroy{IDs: []api.ID{d.ID}})
	b.refused("drafts/get", api.DraftGet{ID: d.ID}, api.NotFound)
	w.deliver("alice", letter(1))
	mail := b.rows(b.folder(api.RoleInbox), "").Rows[0].ID
	b.refused("drafts/get", api.DraftGet{ID: mail}, api.AlreadySent)
	b.refused("drafts/destroy", api.DraftDestroy{IDs: []api.ID{mail}}, api.AlreadySent)
	b.refused("drafts/create", api.DraftCreate{Kind: api.DraftReply}, api.Invalid)
	b.refused("drafts/create", api.DraftCreate{Kind: "nothing", About: &api.MessageRef{ID: mail}}, api.Invalid)
}

func (b *browser) upload(name string, data []byte) (u api.Upload) {
	b.Helper()
	b.must(json.Unmarshal(b.body(b.request("POST", "api/uploads?name="+name+"&type=text/x-test", "application/octet-stream", bytes.NewReader(data)), http.StatusOK), &u))
	return u
}

// Small files are saved with the draft, large ones as a stream; what the draft has besides stays.
func TestDraftAttachments(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftNew, Format: api.FormatText, Text: "Hello", Subject: "First", To: []api.Recipient{{Kind: api.To, Address: "x@example.org"}}})
	names := func(files []api.Attachment) (list []string) {
		for _, f := range files {
			list = append(list, fmt.Sprint(f.Path, " ", f.Name, " ", f.Size))
		}
		return list
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), 6<<20/16)
	state := d.State
	for _, step := range []struct {
		attach []api.ID
		detach []string
		want   []string
	}{
		{attach: []api.ID{b.upload("one.txt", []byte("one")).ID, b.upload("two.txt", []byte("two!")).ID}, want: []string{"1 one.txt 3", "2 two.txt 4"}},
		{attach: []api.ID{b.upload("large.bin", large).ID}, want: []string{"1 one.txt 3", "2 two.txt 4", "3 large.bin 6291456"}},
		{attach: []api.ID{b.upload("more.bin", large).ID}, want: []string{"1 one.txt 3", "2 two.txt 4", "3 large.bin 6291456", "4 more.bin 6291456"}},
		{detach: []string{"2", "3"}, want: []string{"1 one.txt 3", "2 more.bin 6291456"}},
	} {
		saved := call[api.DraftSaved](b, "drafts/update", api.DraftUpdate{ID: d.ID, IfInState: state, Attach: step.attach, Detach: step.detach})
		if got := names(saved.Files); !slices.Equal(got, step.want) {
			t.Fatalf("%q, want %q", got, step.want)
		}
		state = saved.State
	}
	now := call[api.Draft](b, "drafts/get", api.DraftGet{ID: d.ID})
	if now.State != state || now.Text != "Hello" || now.Subject != "First" || len(now.Recipients) != 1 || now.Recipients[0].Address != "x@example.org" {
		t.Errorf("%+v", now)
	}
	if got := b.get(now.Files[1].Address, 200); !bytes.Equal(got, large) {
		t.Errorf("%d bytes", len(got))
	}
	b.refused("drafts/update", api.DraftUpdate{ID: d.ID, Detach: []string{"3"}}, api.NotFound)
	b.refused("drafts/update", api.DraftUpdate{ID: d.ID, Attach: []api.ID{"x"}}, api.NotFound)
}

func TestReplies(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	m := letter(1)
	m.Recipients = append(m.Recipients, mapi.Props{
		mapi.Long(mapi.PrRecipientType, mapi.RecipientCc), mapi.String(mapi.PrDisplayName, "Carl"), mapi.String(mapi.PrAddrtype, "SMTP"), mapi.String(mapi.PrEmailAddress, "carl@elsewhere.example"),
	})
	m.Attachments = []*mapi.Attachment{{Content: mapi.Bytes("file"), Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "f.txt")}}}
	w.deliver("alice", m)
	b := w.logOn("alice")
	call[api.SettingsResult](b, "settings/set", api.SettingsSet{Set: json.RawMessage(`{"signatures":[{"id":"1","name":"Mine","html":"<p>A</p>","text":"Alice"}],"replySignature":"1"}`)})
	row := b.rows(b.folder(api.RoleInbox), "").Rows[0]
	for _, tt := range []struct {
		kind          api.DraftKind
		to            string
		subject, text string
		files         int
	}{
		{api.DraftReply, "to bob@elsewhere.example", "Re: letter 1", "Mine:\r\n\r\n-- \r\nAlice\r\n\r\nHe wrote\r\n> Text of 1.\r\n> More.\r\n", 0},
		{api.DraftReplyAll, "to bob@elsewhere.example, cc carl@elsewhere.example", "Re: letter 1", "Mine:\r\n\r\n-- \r\nAlice\r\n\r\nHe wrote\r\n> Text of 1.\r\n> More.\r\n", 0},
		{api.DraftForward, "", "Fwd: letter 1", "Mine:\r\n\r\n-- \r\nAlice\r\n\r\nHe wrote\r\nText of 1.\r\nMore.", 1},
		{api.DraftForwardAttached, "", "Fwd: letter 1", "Mine:\r\n\r\n-- \r\nAlice", 1},
		{api.DraftCopy, "to alice@example.com, cc carl@elsewhere.example", "letter 1", "Mine:Text of 1.\r\nMore.", 1},
	} {
		d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: tt.kind, About: &api.MessageRef{ID: row.ID}, Text: "Mine:", Heading: "He wrote"})
		var to []string
		for _, r := range d.Recipients {
			to = append(to, string(r.Kind)+" "+r.Address)
		}
		if strings.Join(to, ", ") != tt.to || d.Subject != tt.subject || d.Text != tt.text || len(d.Files) != tt.files {
			t.Errorf("%s: to %q, %q, %q, %d files", tt.kind, to, d.Subject, d.Text, len(d.Files))
		}
		id, err := w.message(d.ID)
		w.must(err)
		p, err := w.admin.LoadMessage(t.Context(), id)
		w.must(err)
		reply := tt.kind == api.DraftReply || tt.kind == api.DraftReplyAll
		if got := p.Props.Str(mapi.PrInReplyToID); (got == "<1@elsewhere.example>") != reply {
			t.Errorf("%s: In-Reply-To %q", tt.kind, got)
		}
	}
	plain := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftForward, About: &api.MessageRef{ID: row.ID}})
	if !strings.Contains(plain.Text, "-----Original message-----\r\nFrom: Bob Elsewhere <bob@elsewhere.example>\r\n") {
		t.Errorf("%q", plain.Text)
	}
}

// queue are the messages that wait to be sent.
func (w *world) queue() (list []client.Queued) {
	w.Helper()
	t, err := w.admin.OpenQueue(w.Context(), nil)
	w.must(err)
	defer t.Close(w.Context())
	rows, err := t.Rows(w.Context(), 100)
	w.must(err)
	for _, row := range rows {
		list = append(list, client.QueuedOf(row))
	}
	return list
}

func TestSend(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	w.deliver("alice", letter(1))
	b := w.logOn("alice")
	row := b.rows(b.folder(api.RoleInbox), "").Rows[0]
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftReply, About: &api.MessageRef{ID: row.ID}, Text: "Yes."})
	before := w.now()
	sent := call[api.DraftSent](b, "drafts/send", api.DraftSend{ID: d.ID, IfInState: d.State, Hold: 13})
	until, err := time.Parse(time.RFC3339, string(sent.Until))
	if hold := until.Sub(before); err != nil || hold < 13*time.Second-time.Millisecond || hold > time.Minute {
		t.Errorf("held for %v", hold)
	}
	q := w.queue()
	if len(q) != 1 || q[0].Owner != "alice" || q[0].Deferred.Time().Sub(until).Abs() > time.Second {
		t.Fatalf("%+v", q)
	}
	if got := b.rows(b.folder(api.RoleDrafts), "").Rows[0]; !got.Queued || !got.Draft {
		t.Errorf("%+v", got)
	}
	if got := b.rows(b.folder(api.RoleInbox), "").Rows[0]; !got.Answered {
		t.Errorf("%+v", got)
	}
	b.refused("drafts/send", api.DraftSend{ID: d.ID}, api.AlreadySent)
	m, err := w.admin.LoadMessage(t.Context(), q[0].EntryID)
	w.must(err)
	if p := m.Props; p.Str(mapi.PrSenderName) != "Alice Example" || p.Str(mapi.PrSentRepresentingSMTPAddress) != "alice@example.com" || p.Bytes(mapi.PrSentmailEntryID) == nil {
		t.Errorf("the sender is %q, %q", p.Str(mapi.PrSenderName), p.Str(mapi.PrSentRepresentingSMTPAddress))
	}
	if len(m.Named) != 0 {
		t.Errorf("named properties go out: %+v", m.Named)
	}
	back := call[api.Draft](b, "drafts/hold", api.DraftGet{ID: d.ID})
	if back.Queued || back.Text != d.Text || len(w.queue()) != 0 {
		t.Errorf("%+v, queue %+v", back, w.queue())
	}
	b.refused("drafts/hold", api.DraftGet{ID: d.ID}, api.AlreadySent)
	call[api.DraftSent](b, "drafts/send", api.DraftSend{ID: d.ID})
	if q := w.queue(); len(q) != 1 || q[0].Deferred != 0 {
		t.Errorf("%+v", q)
	}
	if found := call[api.Addresses](b, "addresses/complete", api.AddressesComplete{Text: "bob@", N: 5}); len(found.List) != 1 || found.List[0] != (api.Address{Name: "Bob Elsewhere", Address: "bob@elsewhere.example", Kind: api.AddressRecent}) {
		t.Errorf("%+v", found)
	}
	call[api.None](b, "addresses/forget", api.AddressesForget{Addresses: []string{"BOB@elsewhere.example"}})
	if found := call[api.Addresses](b, "addresses/complete", api.AddressesComplete{Text: "bob@", N: 5}); len(found.List) != 0 {
		t.Errorf("%+v", found)
	}
	empty := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftNew})
	b.refused("drafts/send", api.DraftSend{ID: empty.ID}, api.Invalid)
	b.refused("drafts/send", api.DraftSend{ID: empty.ID, Hold: 121}, api.Invalid)
	b.refused("drafts/send", api.DraftSend{ID: row.ID}, api.AlreadySent)
}

// A message that the spooler has taken away is sent.
func TestTooLateToHold(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice")
	b := w.logOn("alice")
	d := call[api.Draft](b, "drafts/create", api.DraftCreate{Kind: api.DraftNew, To: []api.Recipient{{Kind: api.To, Address: "x@example.org"}}})
	call[api.DraftSent](b, "drafts/send", api.DraftSend{ID: d.ID, Hold: 1})
	id, err := w.message(d.ID)
	w.must(err)
	w.must(w.admin.FinishSubmit(t.Context(), id))
	b.refused("drafts/hold", api.DraftGet{ID: d.ID}, api.AlreadySent)
	w.must(w.admin.DeleteMessages(t.Context(), false, id))
	b.refused("drafts/hold", api.DraftGet{ID: d.ID}, api.AlreadySent)
}
