package dagent

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
	"zarafa/rules"
)

// always holds for every mail.
func always() *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResExist, Tag: mapi.PrMessageClass}
}

// sendOn gives a mailbox a rule that sends every mail on.
func (b *box) sendOn(flavor uint32, addresses ...string) {
	b.t.Helper()
	var rows [][]mapi.PropValue
	for _, a := range addresses {
		rows = append(rows, to(a))
	}
	b.setRules(rules.Rule{Name: "send on", Condition: always(), Actions: []mapi.Action{{Type: mapi.ActForward, Flavor: flavor, Recipients: rows}}})
}

// answerAll gives a mailbox a rule that answers every mail.
func (b *box) answerAll() {
	b.t.Helper()
	template := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note.Rules.ReplyTemplate.Microsoft"), mapi.String(mapi.PrSubject, "Thank you"), mapi.String(mapi.PrBody, "I have it.\r\n"),
	}}
	id, err := b.SaveMessage(b.t.Context(), b.folders[client.Inbox], template, client.SaveOptions{Associated: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.setRules(rules.Rule{Name: "answer", Condition: always(), Actions: []mapi.Action{{Type: mapi.ActReply, Message: id}}})
}

func (b *box) refuseAll() {
	b.t.Helper()
	b.setRules(rules.Rule{Name: "refuse", Condition: always(), Actions: []mapi.Action{{Type: mapi.ActBounce, Code: 38}}})
}

func (b *box) goAway(now time.Time) {
	b.t.Helper()
	away := client.OutOfOffice{On: true, Subject: "Away", Message: "Not here.\n", From: now.Add(-time.Hour), Until: now.Add(time.Hour)}
	if err := b.SetOutOfOffice(b.t.Context(), b.store.EntryID, away); err != nil {
		b.t.Fatal(err)
	}
}

// mostRounds is after how many rounds a loop counts as one without end.
const mostRounds = 60

// circulate delivers what is sent, as a spooler and a mail server would, until nothing is sent any more. It returns how many mails were sent.
// All have their sender as return path, also those that should have none: programs beyond this one do not always keep to that.
func (w *world) circulate(send func(from, text string, to ...string) []string) (mails int) {
	w.t.Helper()
	options := &convert.ExportOptions{Domain: "example.com", Now: w.now, Addresses: func(who mapi.Props) (string, bool) {
		account := who.Str(mapi.PrEmailAddress)
		return account + "@example.com", account != ""
	}}
	for range mostRounds {
		list := w.sent()
		if len(list) == 0 {
			return mails
		}
		for _, m := range list {
			mails++
			var text bytes.Buffer
			forwarded, _ := m.Props.Get(mapi.PrAutoForwarded)
			if raw := m.Props.Bytes(mapi.PrECIMAPEmail); forwarded.Bool() && len(raw) > 0 {
				text.Write(raw)
			} else if err := convert.Export(&text, m.Message, options); err != nil {
				w.t.Fatal(err)
			}
			for _, r := range m.Recipients {
				address := r.Str(mapi.PrSMTPAddress)
				if !strings.HasSuffix(address, "@example.com") {
					continue // it leaves
				}
				answer := send(m.owner+"@example.com", strings.ReplaceAll(text.String(), "\r\n", "\n"), address)
				if len(answer) != 1 || !strings.HasPrefix(answer[0], "250") {
					w.t.Fatalf("%s: %s", address, answer)
				}
			}
		}
	}
	w.t.Errorf("%d mails were sent, and it goes on", mails)
	return mails
}

// Whatever two mailboxes do with each other's mail, it ends. The numbers are the mails that they send because of one that comes in.
func TestLoopsEnd(t *testing.T) {
	const (
		forward  = 0
		redirect = rules.ForwardPreserveSender
		attach   = rules.ForwardAsAttachment
		careless = "no_double_forward = no\nset_rule_headers = no\ninhibit_forward_headers =\ninhibit_auto_reply_headers =\n"
		everyone = "autorespond_cc = yes\nautorespond_bcc = yes\nautorespond_norecip = yes\nautorespond_timelimit = 0\n"
	)
	shared := newWorld(t, "")
	people := 0 // each situation has its own
	for _, tt := range []struct {
		name         string
		set          func(w *world, alice, bob, dora *box)
		bobs         bool   // whether bob sends the first mail, or somebody outside
		more         string // of its header
		usual, loose int    // with the settings as they are, and with those that guard against loops switched off
	}{
		{"redirect to each other", func(_ *world, a, b, _ *box) { a.sendOn(redirect, b.address); b.sendOn(redirect, a.address) }, false, "", 1, 1},
		{"forward to each other", func(_ *world, a, b, _ *box) { a.sendOn(forward, b.address); b.sendOn(forward, a.address) }, false, "", 1, 1},
		{"attach for each other", func(_ *world, a, b, _ *box) { a.sendOn(attach, b.address); b.sendOn(attach, a.address) }, false, "", 1, 1},
		{"redirect and forward", func(_ *world, a, b, _ *box) { a.sendOn(redirect, b.address); b.sendOn(forward, a.address) }, false, "", 1, 1},
		{"redirect in a circle", func(_ *world, a, b, d *box) {
			a.sendOn(redirect, b.address)
			b.sendOn(redirect, d.address)
			d.sendOn(redirect, a.address)
		}, false, "", 1, 3},
		{"forward in a circle", func(_ *world, a, b, d *box) {
			a.sendOn(forward, b.address)
			b.sendOn(forward, d.address)
			d.sendOn(forward, a.address)
		}, false, "", 1, 3},
		{"attach in a circle", func(_ *world, a, b, d *box) {
			a.sendOn(attach, b.address)
			b.sendOn(attach, d.address)
			d.sendOn(attach, a.address)
		}, false, "", 1, 3},
		{"all to all", func(_ *world, a, b, d *box) {
			a.sendOn(forward, b.address, d.address)
			b.sendOn(redirect, a.address, d.address)
			d.sendOn(forward, a.address, b.address)
		}, false, "", 1, 4},
		{"redirect to oneself", func(_ *world, a, _, _ *box) { a.sendOn(redirect, a.address) }, false, "", 0, 0},
		{"forward to oneself", func(_ *world, a, _, _ *box) { a.sendOn(forward, a.address) }, false, "", 0, 0},
		{"forward to the sender", func(_ *world, a, b, _ *box) { a.sendOn(forward, b.address) }, true, "", 0, 0},
		{"both away", func(w *world, a, b, _ *box) { a.goAway(w.now); b.goAway(w.now) }, true, "", 1, 1},
		{"both answer", func(_ *world, a, b, _ *box) { a.answerAll(); b.answerAll() }, true, "", 1, 1},
		{"away and answering", func(w *world, a, b, _ *box) { a.goAway(w.now); b.answerAll() }, true, "", 1, 1},
		{"both refuse", func(_ *world, a, b, _ *box) { a.refuseAll(); b.refuseAll() }, true, "", 1, 1},
		{"answer a list", func(w *world, a, _, _ *box) { a.answerAll(); a.goAway(w.now) }, true, "List-Id: <x.example.com>\n", 0, 0},
		{"forward to one who is away", func(w *world, a, b, _ *box) { a.sendOn(forward, b.address); b.goAway(w.now) }, false, "", 1, 1},
		{"redirect to one who is away", func(w *world, a, b, _ *box) { a.sendOn(redirect, b.address); b.goAway(w.now) }, false, "", 2, 2},
		{"away and forwarding to each other", func(w *world, a, b, _ *box) {
			a.sendOn(forward, b.address)
			b.sendOn(forward, a.address)
			a.goAway(w.now)
			b.goAway(w.now)
		}, false, "", 2, 2},
	} {
		for lines, want := range map[string]int{"": tt.usual, careless + everyone: tt.loose} {
			name := tt.name
			if lines != "" {
				name += ", loose"
			}
			people++
			t.Run(name, func(t *testing.T) {
				w := shared.with(t, lines)
				var boxes []*box
				for _, name := range []string{"alice", "bob", "dora"} {
					name = fmt.Sprint(name, people)
					createUser(t, w.admin, name)
					boxes = append(boxes, w.box(name))
				}
				alice, bob := boxes[0], boxes[1]
				tt.set(w, alice, bob, boxes[2])
				send := w.lmtp(w.deliverer())
				from := "carol@example.org"
				if tt.bobs {
					from = bob.address
				}
				text := strings.NewReplacer("carol@example.org", from, "alice@example.com", alice.address).Replace(mail("loop", tt.more))
				w.want("delivery", send(from, text, alice.address), "[250 2.1.5 <"+alice.address+"> Ok]")
				w.want("mails", w.circulate(send), want)
			})
		}
	}
}
