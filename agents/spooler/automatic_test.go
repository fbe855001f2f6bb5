package spooler

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// What a rule redirects and what a program answers leaves byte by byte; nobody can answer an answer, nor is told that it was lost.
func TestWritten(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	redirected := "From: Stranger <stranger@example.org>\r\nTo: alice@example.com\r\nSubject: odd\r\n  folding\r\nMessage-ID: <1@example.org>\r\n\r\nbody\r\n"
	answer := "From: alice@example.com\r\nTo: stranger@example.org\r\nSubject: Away\r\nAuto-Submitted: auto-replied; x=y\r\n\r\nI am away\r\n"
	forged := "From: alice@example.com, Stranger <stranger@example.org>\r\nTo: x@example.org\r\nSubject: forged\r\n\r\nbody\r\n"
	for _, tt := range []struct {
		name, lines, mail string
		whole             bool
		path              string
		refuse            bool // the relay does
		reports           int
	}{
		{name: "redirected", mail: redirected, whole: true, path: "alice@example.com"},
		{name: "redirected in vain", mail: redirected, refuse: true, reports: 1},
		{name: "redirecting forbidden", lines: "allow_redirect_spoofing = no\n", mail: redirected, refuse: true, reports: 1},
		{name: "answer", mail: answer, whole: true},
		{name: "answer, redirecting forbidden", lines: "allow_redirect_spoofing = no\n", mail: answer, whole: true},
		{name: "answer in vain", mail: answer, refuse: true},
		{name: "forged, redirecting forbidden", lines: "allow_redirect_spoofing = no\n", mail: forged, path: "alice@example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.lines = tt.lines
			w.relay.answers(nil, nil)
			if tt.refuse {
				w.relay.answers(func(string) error { return never() }, nil)
			}
			parsed := tree.ParseBytes([]byte(tt.mail))
			m, err := convert.Import(parsed, &convert.ImportOptions{})
			w.must(err)
			w.must(convert.SetIMAP(m, parsed))
			m.Recipients = []mapi.Props{to(mapi.RecipientTo, "next@example.net")}
			for _, v := range []mapi.PropValue{
				mapi.Bool(mapi.PrAutoForwarded, true), mapi.Bool(mapi.PrDeleteAfterSubmit, true), mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent),
			} {
				m.Props.Set(v)
			}
			sp := w.start()
			id, err := alice.s.SaveMessage(t.Context(), alice.ids[client.Outbox], m, client.SaveOptions{})
			w.must(err)
			w.must(alice.s.SubmitMessage(t.Context(), id, nil, w.clock.now()))
			sp.idle()
			if n := len(alice.take(client.Inbox)); n != tt.reports {
				t.Errorf("%d reports", n)
			}
			if tt.refuse {
				return
			}
			got := <-w.relay.arrived
			if whole := got.text == tt.mail; whole != tt.whole || got.from != tt.path || strings.Join(got.to, " ") != "next@example.net" {
				t.Errorf("as it was: %v, from %q to %q:\n%s", whole, got.from, got.to, got.text)
			}
			if !tt.whole && strings.Contains(got.text, "stranger@") {
				t.Errorf("another's name in\n%s", got.text)
			}
		})
	}
}
