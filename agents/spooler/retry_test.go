package spooler

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// settle moves the clock on to the next thing that is to be done, and waits until it is done.
func (sp *spooler) settle(until func() bool) {
	sp.w.t.Helper()
	sp.waitFor(func() bool {
		if until() {
			return true
		}
		if at := sp.w.clock.next(); !at.IsZero() {
			sp.w.clock.advance(at.Sub(sp.w.clock.now()))
		}
		return false
	})
}

// What the relay does not take for the time being is tried again, by another spooler too; what it took is not sent again, what it refuses
// is reported at once.
func TestRetry(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	w.relay.answers(func(to string) error {
		switch to {
		case "later@example.net":
			return later()
		case "never@example.net":
			return never()
		}
		return nil
	}, nil)
	began := w.clock.now()
	sp := w.start()
	alice.submit(letter{subject: "Offer", recipients: []mapi.Props{
		to(mapi.RecipientTo, "good@example.net"), to(mapi.RecipientTo, "later@example.net"), to(mapi.RecipientBcc, "never@example.net"),
	}})
	if m := <-w.relay.arrived; strings.Join(m.to, " ") != "good@example.net" {
		t.Errorf("envelope %+v", m)
	}
	var m *mapi.Message
	sp.waitFor(func() bool {
		m = alice.messages(client.Outbox)[0]
		return m.Props.Has(mapi.PrDeferredSendTime.ID())
	})
	sp.stop()
	next, _ := m.Props.Get(mapi.PrDeferredSendTime)
	if pause := next.Time().Time().Sub(began); pause < 50*time.Second || pause > 70*time.Second {
		t.Errorf("next attempt after %v", pause)
	}
	for i, want := range []bool{true, false, true} {
		if v, _ := m.Recipients[i].Get(mapi.PrResponsibility); v.Bool() != want {
			t.Errorf("recipient %d is done: %v", i, v.Bool())
		}
	}
	reports := alice.take(client.Inbox)
	if len(reports) != 1 {
		t.Fatalf("%d reports", len(reports))
	}
	r := reports[0]
	if r.Props.Str(mapi.PrMessageClass) != "REPORT.IPM.Note.NDR" || !strings.Contains(r.Props.Str(mapi.PrBody), "never@example.net") ||
		!strings.Contains(r.Props.Str(mapi.PrBody), "550 5.1.1 no such user") || strings.Contains(r.Props.Str(mapi.PrBody), "later@") ||
		r.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0 {
		t.Errorf("report %v", r.Props)
	}
	if len(r.Attachments) != 1 || r.Attachments[0].Message == nil || r.Attachments[0].Message.Props.Str(mapi.PrSubject) != "Offer" {
		t.Error("the report has no original")
	}
	if n := r.Recipients[0].Uint32(mapi.PrNDRStatusCode); n != 511 {
		t.Errorf("status code %d", n)
	}
	w.relay.answers(nil, nil)
	sp = w.start()
	sp.settle(func() bool { return len(w.relay.arrived) > 0 })
	if m := <-w.relay.arrived; strings.Join(m.to, " ") != "later@example.net" || strings.Contains(m.text, "never@") {
		t.Errorf("envelope %+v", m)
	}
	sp.idle()
	sent := alice.messages(client.SentItems)
	if len(sent) != 1 || sent[0].Props.Has(mapi.PrDeferredSendTime.ID()) || len(alice.take(client.Inbox)) != 0 {
		t.Errorf("%d in Sent Items", len(sent))
	}
}

// A relay that is away costs nothing but time: its senders are told after four hours, and after the lifetime that it was in vain.
func TestLate(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	w.relay.close()
	began := w.clock.now()
	w.lines = "smtp_lifetime = 1\n"
	sp := w.start()
	alice.submit(letter{subject: "Offer"})
	sp.settle(func() bool { return len(alice.messages(client.Inbox)) == 1 })
	notice := alice.take(client.Inbox)[0]
	if after := w.clock.now().Sub(began); after < 4*time.Hour || after > 5*time.Hour+15*time.Minute {
		t.Errorf("told after %v", after)
	}
	if class := notice.Props.Str(mapi.PrMessageClass); class != "REPORT.IPM.Note.Delayed" {
		t.Errorf("class %s", class)
	}
	sp.settle(func() bool { return sp.queued() == 0 })
	if after := w.clock.now().Sub(began); after < 24*time.Hour || after > 26*time.Hour {
		t.Errorf("given up after %v", after)
	}
	sp.idle()
	reports := alice.take(client.Inbox)
	if len(reports) != 1 || reports[0].Props.Str(mapi.PrMessageClass) != "REPORT.IPM.Note.NDR" ||
		!strings.Contains(reports[0].Props.Str(mapi.PrBody), "4.4.7 The mail was given up") {
		t.Errorf("%d reports", len(reports))
	}
	if n := len(alice.messages(client.SentItems)); n != 1 {
		t.Errorf("%d in Sent Items", n)
	}
}

// A relay that comes back gets everything at once that waited for it.
func TestRelayComesBack(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	address := w.relay.address()
	w.relay.close()
	sp := w.start()
	for range 5 {
		alice.submit(letter{subject: "Offer"})
	}
	sp.settle(func() bool {
		return w.clock.next().After(w.clock.now()) && deferred(alice) == 5
	})
	w.relay.listen(address)
	sp.settle(func() bool { return len(w.relay.arrived) == 5 })
	sp.idle()
	if n := len(alice.messages(client.SentItems)); n != 5 {
		t.Errorf("%d in Sent Items", n)
	}
}

// deferred is how many mails in the outbox are to be tried again.
func deferred(p *person) (n int) {
	for _, m := range p.messages(client.Outbox) {
		if m.Props.Has(mapi.PrDeferredSendTime.ID()) {
			n++
		}
	}
	return n
}

// A sender's own time is kept, to the second, and what happens before does not count.
func TestDeferred(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	at := w.clock.now().Add(30 * time.Hour)
	sp := w.start()
	alice.submit(letter{subject: "Tomorrow", props: mapi.Props{mapi.Time(mapi.PrDeferredSendTime, mapi.FileTimeOf(at))}})
	sp.waitFor(func() bool { return w.clock.next().Equal(at) })
	w.clock.advance(30*time.Hour - time.Second)
	if len(w.relay.arrived) != 0 {
		t.Error("it went out too early")
	}
	w.clock.advance(time.Second)
	<-w.relay.arrived
	sp.idle()
}

// A mail that goes out again from Sent Items, as a copy or after it was changed, is a new one.
func TestAgain(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	sp := w.start()
	id := alice.submit(letter{subject: "Offer", keep: true})
	<-w.relay.arrived
	sp.waitFor(func() bool { // it leaves the queue first, and is unlocked then
		_, err := alice.s.LoadObject(t.Context(), id)
		return err == nil && sp.queued() == 0
	})
	w.clock.advance(time.Minute)
	w.must(alice.s.SubmitMessage(t.Context(), id, alice.ids[client.SentItems], w.clock.now()))
	<-w.relay.arrived
	sp.idle()
}

// Two spoolers, and one that starts while another is at work, send each mail once.
func TestTwoSpoolers(t *testing.T) {
	w := newWorld(t, "alice", "bob")
	first, second := w.start(), w.start()
	var want []string
	for n := range 30 {
		p := w.users[[]string{"alice", "bob"}[n%2]]
		subject := string(rune('a'+n%26)) + strings.Repeat("x", n)
		p.submit(letter{subject: subject})
		want = append(want, subject)
	}
	first.settle(func() bool { return first.queued() == 0 })
	first.stop()
	second.idle()
	var got []string
	for len(w.relay.arrived) > 0 {
		m := <-w.relay.arrived
		got = append(got, field(m.text, "Subject"))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("%d mails came: %q", len(got), got)
	}
}

// A server that restarts is waited for.
func TestServerRestarts(t *testing.T) {
	w := newWorld(t, "alice")
	alice := w.users["alice"]
	sp := w.start()
	alice.submit(letter{subject: "before"})
	<-w.relay.arrived
	sp.waitFor(func() bool { return sp.queued() == 0 })
	w.restart()
	alice.submit(letter{subject: "after"})
	if m := <-w.relay.arrived; !m.has("Subject: after") {
		t.Errorf("mail:\n%s", m.text)
	}
	sp.idle()
}
