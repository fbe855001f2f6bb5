package spooler

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/spooler/config"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// victimFile and victimCalls tell a process of the test's own program that it is a spooler, which dies at a call.
const (
	victimFile  = "ZARAFA_TEST_SPOOLER_CONFIG"
	victimCalls = "ZARAFA_TEST_SPOOLER_CALLS"
)

// TestVictim is no test but the spooler that [TestKill] kills.
func TestVictim(t *testing.T) {
	file := os.Getenv(victimFile)
	if file == "" {
		t.Skip("only TestKill starts this")
	}
	last, err := strconv.Atoi(os.Getenv(victimCalls))
	if err != nil {
		t.Fatal(err)
	}
	c := config.New(config.Start{})
	set, err := settings.New(c.Sections())
	if err != nil {
		t.Fatal(err)
	}
	if err := set.ReadFile(file, settings.Source{}); err != nil {
		t.Fatal(err)
	}
	if err := set.Apply(); err != nil {
		t.Fatal(err)
	}
	if err := c.Finish(set); err != nil {
		t.Fatal(err)
	}
	s := Open(c, daemon.Env{Log: slog.New(slog.DiscardHandler), Registry: prometheus.NewRegistry()}, "victim")
	var calls atomic.Int64
	s.onCall = func(operation string) {
		if operation == "setLockState" || calls.Load() > 0 { // the mail's own calls count
			if operation != "notifyGetItems" && calls.Add(1) == int64(last) {
				fmt.Println("died at", operation)
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
		}
	}
	fmt.Println("ended with", s.Serve(context.Background()))
}

// A spooler that is killed before any of its calls, and one that comes after it, send each mail once, report each refusal once and make
// each copy once. Only if it dies after the relay has taken the mail and before the message says so, the relay gets it again, with the same
// Message-ID.
func TestKill(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts many processes")
	}
	w := newWorld(t, "alice", "boss")
	w.relay.answers(func(to string) error {
		if to == "nobody@example.net" {
			return never()
		}
		return nil
	}, nil)
	alice, boss := w.users["alice"], w.users["boss"]
	w.lines = "always_send_delegates = yes\n"
	w.load()
	twice, died := 0, 0
	for call := 1; ; call++ {
		alice.submit(letter{subject: fmt.Sprint("mail ", call), recipients: []mapi.Props{
			to(mapi.RecipientTo, "outside@example.net"), to(mapi.RecipientTo, "nobody@example.net"),
		}, props: as(boss.entry, representing())})
		victim := exec.Command(os.Args[0], "-test.run=^TestVictim$")
		victim.Env = append(os.Environ(), victimFile+"="+w.dir+"/spooler.cfg", victimCalls+"="+strconv.Itoa(call))
		killed := make(chan error, 1)
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		go func() { killed <- victim.Wait() }()
		finished := false
		watch := &spooler{w: w}
		watch.waitFor(func() bool {
			select {
			case <-killed:
				return true
			default:
				finished = watch.queued() == 0 && count(alice.messages(client.Outbox), mapi.PrSubject, fmt.Sprint("mail ", call)) == 0
				return finished
			}
		})
		if finished {
			_ = victim.Process.Kill()
			<-killed
		} else {
			died++
		}
		// The locks of the dead end with the server.
		w.restart()
		sp := w.start()
		sp.idle()
		twice += w.checkOnce(fmt.Sprint("mail ", call))
		if finished {
			break
		}
	}
	if died < 10 || twice > 1 {
		t.Errorf("the spooler died at %d calls, after which %d mails came twice", died, twice)
	}
}

// restart stops the server and starts it again.
func (w *world) restart() {
	w.t.Helper()
	w.must(w.i.Stop())
	w.i = servertest.StartIn(w.t, w.dir, w.serverLines())
}

// checkOnce checks what has come of a mail everywhere, and reports whether the relay got it again.
func (w *world) checkOnce(subject string) (again int) {
	w.t.Helper()
	var ids []string
	for len(w.relay.arrived) > 0 {
		m := <-w.relay.arrived
		if !m.has("Subject: " + subject) {
			w.t.Errorf("%s: a mail came that was sent before", subject)
		}
		ids = append(ids, regexp.MustCompile("(?m)^Message-ID: .*$").FindString(m.text))
	}
	switch {
	case len(ids) == 2 && ids[0] == ids[1]:
		again = 1
	case len(ids) != 1:
		w.t.Errorf("%s: the relay took it %d times: %q", subject, len(ids), ids)
	}
	alice := w.users["alice"]
	reports := count(alice.messages(client.Inbox), mapi.PrOriginalSubject, subject)
	copies := count(w.users["boss"].messages(client.SentItems), mapi.PrSubject, subject)
	sent := count(alice.messages(client.SentItems), mapi.PrSubject, subject) + count(alice.messages(client.Outbox), mapi.PrSubject, subject)
	if reports != 1 || copies != 1 || sent != 1 {
		w.t.Errorf("%s: %d reports, %d copies for the other, %d for the sender", subject, reports, copies, sent)
	}
	return again
}

// count is how many messages have a text in a property.
func count(list []*mapi.Message, tag mapi.PropTag, text string) (n int) {
	for _, m := range list {
		if m.Props.Str(tag) == text {
			n++
		}
	}
	return n
}
