package serve_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/mapi"
	"zarafa/quickstart"
	"zarafa/serve"
)

const mail = "From: bob@example.net\r\nTo: admin@example.com\r\nSubject: hello\r\nMessage-ID: <1@example.net>\r\n\r\nThe text.\r\n"

// From nothing to mail in, mail read and mail out, in one process.
func TestQuickstartAndServe(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	if answer := w.deliver("admin@example.com", mail); !strings.HasPrefix(answer, "250 ") {
		t.Errorf("the mail is answered with %q", answer)
	}
	if answer := w.deliver("nobody@example.com", mail); !strings.Contains(answer, " 5.1.1 ") {
		t.Errorf("a mail to nobody is answered with %q", answer)
	}
	say := w.imap()
	if answer := say("SELECT INBOX"); !strings.Contains(answer, "* 1 EXISTS\n") {
		t.Errorf("the inbox:\n%s", answer)
	}
	if answer := say("FETCH 1 BODY.PEEK[]"); !strings.Contains(answer, "\nSubject: hello\n") || !strings.Contains(answer, "\nThe text.\n") {
		t.Errorf("the mail:\n%s", answer)
	}
	w.send("out")
	if text := <-w.relay.arrived; !strings.Contains(text, "\nSubject: out\r\n") || !strings.Contains(text, "admin@example.com") {
		t.Errorf("what left:\n%s", text)
	}
	if answer := w.web(w.password); !strings.HasPrefix(answer, "200 ") || !strings.Contains(answer, "admin@example.com") {
		t.Errorf("the web client answers %q", answer)
	}
	if answer := w.web("wrong"); strings.HasPrefix(answer, "200 ") { // what comes through memory is believed, but not here
		t.Errorf("the web client takes a wrong password: %q", answer)
	}
	if got := w.status("/healthz"); got != "ok\n" {
		t.Errorf("health: %s", got)
	}
	metrics := w.status("/metrics")
	for _, want := range []string{"zarafa_build_info{program=\"zarafa\",version=\"1.2.3\"} 1", "zarafa_dagent_", "zarafa_gateway_", "zarafa_spooler_", "zarafa_monitor_", "zarafa_webaccess_"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics have no %s", want)
		}
	}
	w.stop(r)
	if _, err := os.Stat(filepath.Join(w.folder, "run", "server.sock")); err == nil {
		t.Error("the socket is left behind")
	}
	for _, bad := range []string{"level=error", "level=warning", "level=crit", "panic"} {
		if strings.Contains(r.log.String(), bad) {
			t.Errorf("the log has %s:\n%s", bad, r.log.String())
		}
	}
}

// send submits a mail of the administrator to somebody elsewhere.
func (w *world) send(subject string) {
	w.Helper()
	ctx := w.Context()
	s := w.socket("admin", w.password)
	st, err := s.UserStore(ctx, "admin", mapi.StorePrivate)
	w.must(err)
	ids, err := s.DefaultFolders(ctx, st)
	w.must(err)
	id, err := s.CreateMessage(ctx, ids[client.Outbox], &client.Message{
		Props:      mapi.Props{mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrBody, "Text"), mapi.Long(mapi.PrMessageFlags, mapi.MsgUnsent|mapi.MsgRead)},
		Recipients: []client.Recipient{{Type: mapi.RecipientTo, Address: "bob@example.net"}},
	})
	w.must(err)
	w.must(s.SubmitMessage(ctx, id, ids[client.SentItems], time.Now()))
}

// HUP reaches all programs of the process.
func TestReload(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	path := filepath.Join(w.folder, "dagent.cfg")
	text, err := os.ReadFile(path)
	w.must(err)
	w.must(os.WriteFile(path, append(text, "catch_all = admin\n"...), 0o644))
	r.signals <- syscall.SIGHUP
	for _, program := range []string{"server", "dagent", "spooler", "monitor", "gateway", "webaccess"} {
		r.log.await("\"settings reloaded\" program=zarafa-" + program)
	}
	if answer := w.deliver("nobody@example.com", mail); !strings.HasPrefix(answer, "250 ") {
		t.Errorf("with catch_all a mail is answered with %q", answer)
	}
	w.stop(r)
}

// A folder has one process.
func TestSecondServe(t *testing.T) {
	w := newWorld(t)
	r := w.start()
	var errs bytes.Buffer
	status := serve.Folder{Path: w.folder}.Run(t.Context(), daemon.Process{Out: &errs, Err: &errs})
	if want := w.folder + " is served already, by process "; status != 1 || !strings.Contains(errs.String(), want) {
		t.Errorf("status %d: %s", status, errs.String())
	}
	if answer := w.deliver("admin@example.com", mail); !strings.HasPrefix(answer, "250 ") {
		t.Errorf("after that a mail is answered with %q", answer)
	}
	w.stop(r)
	w.stop(w.start()) // the lock is free again
}

// An agent without settings does not run, and where its server is, an agent is not asked.
func TestWithoutAgents(t *testing.T) {
	w := newWorld(t)
	for _, agent := range []string{"dagent", "spooler", "monitor", "webaccess"} {
		w.must(os.Remove(filepath.Join(w.folder, agent+".cfg")))
	}
	path := filepath.Join(w.folder, "gateway.cfg")
	text, err := os.ReadFile(path)
	w.must(err)
	w.must(os.WriteFile(path, append(text, "server_socket = /elsewhere\n"...), 0o644))
	r := w.start()
	if want := "server_socket has no effect in " + path; !strings.Contains(r.log.String(), want) {
		t.Errorf("the log has no %q:\n%s", want, r.log.String())
	}
	if len(w.addresses) != 2 {
		t.Errorf("there listen %v", w.addresses)
	}
	w.stop(r)
}

// A folder with mail in it is not made again; one whose making was broken off is.
func TestQuickstartTwice(t *testing.T) {
	w := newWorld(t)
	var out bytes.Buffer
	if err := quickstart.Run(t.Context(), w.options(), &out); err == nil || !strings.Contains(err.Error(), "server.cfg is there already") {
		t.Error(err)
	}
	w.must(os.Remove(filepath.Join(w.folder, serve.ServerFile)))
	w.must(quickstart.Run(t.Context(), w.options(), &out))
	if w.password = passwordIn(out.String()); w.password == "" {
		t.Fatal(out.String())
	}
	w.louder()
	r := w.start()
	w.imap() // with the new password
	w.stop(r)
}
