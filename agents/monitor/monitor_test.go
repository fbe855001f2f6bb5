package monitor

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/daemon"
	"zarafa/mapi"
)

func TestLevels(t *testing.T) {
	w := newWorld(t, "")
	w.user("fine", client.English, mib/2, limits(mib, 2*mib, 3*mib))
	w.user("nolimits", client.English, mib, limits(0, 0, 0))
	w.user("warned", client.English, mib, limits(mib, 2*mib, 3*mib))
	w.user("softly", client.German, 2*mib, limits(mib, 2*mib, 3*mib))
	w.user("hardly", client.French, 3*mib, limits(mib, 2*mib, 3*mib))
	w.user("dutch", client.Dutch, mib, limits(mib, 0, 0))
	w.pass()
	w.wantSubjects("fine")
	w.wantSubjects("nolimits")
	w.wantSubjects("warned", "The mailbox of Warned Example is almost full")
	w.wantSubjects("softly", "Das Postfach von Softly Example ist voll: Senden ist nicht mehr möglich")
	w.wantSubjects("hardly", "La boîte aux lettres de Hardly Example est pleine : les messages sont refusés")
	w.wantSubjects("dutch", "Het postvak van Dutch Example is bijna vol")
	for level, want := range map[string]float64{"warning": 2, "soft": 1, "hard": 1} {
		if got := w.metric("mails_total", level); got != want {
			t.Errorf("%v mails of level %s are counted, not %v", got, level, want)
		}
	}
	if errors := w.metric("pass_errors", ""); errors != 0 {
		t.Errorf("%v errors are counted", errors)
	}
	if got := w.metric("pass_finished_seconds", ""); got != float64(w.now.Unix()) {
		t.Errorf("the last pass was at %v", got)
	}
}

// The mail is one that clients show as urgent and new, and IMAP as it would have come.
func TestMail(t *testing.T) {
	w := newWorld(t, "system_email_address = postmaster@example.com\n")
	u := w.user("alice", client.English, 2*mib, limits(mib, 0, 5*mib))
	alice := w.logOn("alice")
	st, err := alice.Store(t.Context())
	w.must(err)
	w.must(alice.Subscribe(t.Context(), 1, st.EntryID, mapi.EventNewMail))
	w.pass()
	events, err := alice.Poll(t.Context())
	if err != nil || len(events) != 1 || events[0].Type != mapi.EventNewMail || events[0].MessageClass != letterClass {
		t.Errorf("events %+v, %v", events, err)
	}
	mails := w.mails("alice")
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	p := mails[0].Props
	for tag, want := range map[mapi.PropTag]string{
		mapi.PrMessageClass: "IPM.Note.StorageQuotaWarning", mapi.PrSubject: "The mailbox of Alice Example is almost full",
		mapi.PrSenderName: "SYSTEM", mapi.PrSenderAddrtype: "ZARAFA", mapi.PrSenderEmailAddress: "SYSTEM", mapi.PrSentRepresentingName: "SYSTEM",
		mapi.PrDisplayTo: "Alice Example", mapi.PrDisplayCc: "",
	} {
		if got := p.Str(tag); got != want {
			t.Errorf("%v: %q, want %q", tag, got, want)
		}
	}
	if p.Uint32(mapi.PrMessageFlags)&(mapi.MsgRead|mapi.MsgUnsent) != 0 || p.Uint32(mapi.PrImportance) != 2 || p.Uint32(mapi.PrPriority) != 1 {
		t.Errorf("flags %#x, importance %d, priority %d", p.Uint32(mapi.PrMessageFlags), p.Uint32(mapi.PrImportance), p.Uint32(mapi.PrPriority))
	}
	if v, _ := p.Get(mapi.PrMessageDeliveryTime); !v.Time().Time().Equal(w.now) {
		t.Errorf("delivered at %v", v.Time().Time())
	}
	body := p.Str(mapi.PrBody)
	for _, want := range []string{"(alice) has reached a size of 2.1 MB", "Warning above:              1 MB\r\n", "above:  unlimited\r\n", "above: 5 MB\r\n"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %q", want, body)
		}
	}
	if r := mails[0].Recipients; len(r) != 1 || !bytes.Equal(r[0].Bytes(mapi.PrEntryID), u.EntryID) || r[0].Str(mapi.PrSMTPAddress) != "alice@example.com" {
		t.Errorf("recipients %v", mails[0].Recipients)
	}
	mail := string(p.Bytes(mapi.PrECIMAPEmail))
	head, text, _ := strings.Cut(mail, "\r\n\r\n")
	for _, line := range []string{
		"From: SYSTEM <postmaster@example.com>", "To: Alice Example <alice@example.com>", "Subject: The mailbox of Alice Example is almost full",
		"Date: Mon, 04 May 2026 12:00:00 +0000", "Message-ID: " + p.Str(mapi.PrInternetMessageID), "Importance: high",
		"Content-Type: text/plain; charset=us-ascii",
	} {
		if !slices.Contains(strings.Split(head, "\r\n"), line) {
			t.Errorf("no %q in %s", line, head)
		}
	}
	if text != body {
		t.Errorf("IMAP's text %q is not that of the message", text)
	}
	if int(p.Uint32(mapi.PrECIMAPEmailSize)) != len(mail) || p.Str(mapi.PrECIMAPBodystructure) == "" {
		t.Errorf("size %d of %d, structure %q", p.Uint32(mapi.PrECIMAPEmailSize), len(mail), p.Str(mapi.PrECIMAPBodystructure))
	}
}

// One mail in an interval, whatever the level is and however often the program starts.
func TestRateLimit(t *testing.T) {
	w := newWorld(t, "")
	u := w.user("alice", client.English, 2*mib, limits(mib, 0, 0))
	w.pass()
	w.pass()
	w.now = w.now.Add(23 * time.Hour)
	w.must(w.admin.SetQuota(t.Context(), u, limits(mib, 0, mib))) // the level rises, which is no reason for another mail
	w.pass()
	warning, hard := "The mailbox of Alice Example is almost full", "The mailbox of Alice Example is full: mail to it is refused"
	w.wantSubjects("alice", warning)
	w.now = w.now.Add(58 * time.Minute)
	w.pass()
	w.wantSubjects("alice", warning, hard)
	w.now = w.now.Add(24 * time.Hour)
	w.lines = "mailquota_resend_interval = 3\n"
	w.pass()
	w.wantSubjects("alice", warning, hard)
	w.now = w.now.Add(48 * time.Hour)
	w.pass()
	w.wantSubjects("alice", warning, hard, hard)
	if records := w.records("alice"); len(records) != 1 || records["Zarafa.Quota"] != w.now {
		t.Errorf("records %v", records)
	}
}

// records are the messages that say when the last mail was sent, by subject.
func (w *world) records(user string) map[string]time.Time {
	w.Helper()
	box, err := w.admin.Mailbox(w.Context(), user)
	w.must(err)
	list := make(map[string]time.Time)
	class := mapi.String(mapi.PrMessageClass, recordClass)
	w.must(box.Store.Session.EachRow(w.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: box.Props.Bytes(mapi.PrIPMSubtreeEntryID), ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | mapi.OpenAssociated,
		Columns:  []mapi.PropTag{mapi.PrSubject, mapi.PrECQuotaMailTime},
		Restrict: &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: class.Tag, Value: &class},
	}, func(row mapi.Props) error {
		v, _ := row.Get(mapi.PrECQuotaMailTime)
		list[row.Str(mapi.PrSubject)] = v.Time().Time().UTC()
		return nil
	}))
	return list
}

// The record of the original program counts, and is the one that is used further.
func TestRecordOfTheOriginal(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice", client.English, 2*mib, limits(mib, 0, 0))
	box, err := w.admin.Mailbox(t.Context(), "alice")
	w.must(err)
	_, err = w.admin.SaveMessage(t.Context(), box.Props.Bytes(mapi.PrIPMSubtreeEntryID), &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, recordClass), mapi.String(mapi.PrSubject, "Kopano.Quota"),
		mapi.Time(mapi.PrECQuotaMailTime, mapi.FileTimeOf(w.now.Add(-time.Hour))),
	}}, client.SaveOptions{Associated: true})
	w.must(err)
	w.pass()
	w.wantSubjects("alice")
	w.now = w.now.Add(24 * time.Hour)
	w.pass()
	w.wantSubjects("alice", "The mailbox of Alice Example is almost full")
	if records := w.records("alice"); len(records) != 1 || records["Kopano.Quota"] != w.now {
		t.Errorf("records %v", records)
	}
}

// A store for which something fails keeps no other from its mail, and gets its own with the next pass.
func TestOneBadStore(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice", client.English, 2*mib, limits(mib, 0, 0))
	w.user("broken", client.English, 2*mib, limits(mib, 0, 0))
	w.user("carol", client.English, 2*mib, limits(mib, 0, 0))
	box, err := w.admin.Mailbox(t.Context(), "broken")
	w.must(err)
	m := w.monitor(Start{Once: true})
	w.must(w.admin.DeleteProps(t.Context(), box.Store.EntryID, mapi.PrIPMSubtreeEntryID))
	err = m.Serve(t.Context())
	if err == nil || errors.Is(err, daemon.ErrDone) || !strings.Contains(err.Error(), "1 stores or servers") {
		t.Errorf("%v", err)
	}
	w.wantSubjects("alice", "The mailbox of Alice Example is almost full")
	w.wantSubjects("carol", "The mailbox of Carol Example is almost full")
	if log := w.log.String(); !strings.Contains(log, "user=broken") || strings.Count(log, "level=ERROR") != 1 {
		t.Error(log)
	}
	if got := w.metric("pass_errors", ""); got != 1 {
		t.Errorf("%v errors are counted", got)
	}
	w.must(w.admin.SetProps(t.Context(), box.Store.EntryID, mapi.Binary(mapi.PrIPMSubtreeEntryID, box.Props.Bytes(mapi.PrIPMSubtreeEntryID))))
	w.pass()
	w.wantSubjects("broken", "The mailbox of Broken Example is almost full")
	w.wantSubjects("alice", "The mailbox of Alice Example is almost full")
}

func writeTemplate(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestTemplates(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice", client.German, 2*mib, limits(mib, 0, 0))
	w.user("bob", client.German, 2*mib, limits(0, mib, 0))
	hard := w.user("carol", client.English, 2*mib, limits(0, 0, mib))
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		writeTemplate(t, path, text)
		return path
	}
	w.lines = fmt.Sprintf("userquota_warning_template = %s\nuserquota_soft_template = %s\nuserquota_hard_template = %s\n",
		file("warning", "\xEF\xBB\xBFSubject: ${KOPANO_QUOTA_NAME}: ${ZARAFA_QUOTA_WARN_SIZE} ${HOME}\r\n\r\n${ZARAFA_QUOTA_FULLNAME} ${KOPANO_QUOTA_SOFT_SIZE}\r\n"),
		file("soft", "Gr\xFC\xDFe an ${ZARAFA_QUOTA_NAME}\n"), filepath.Join(dir, "missing"))
	w.must(w.admin.SetUser(t.Context(), client.User{ID: hard.ID, EntryID: hard.EntryID, Name: "carol", FullName: "Carol ${ZARAFA_QUOTA_NAME}", AdminLevel: client.AdminUnchanged, Class: hard.Class}))
	w.pass()
	w.wantSubjects("alice", "alice: 1 MB ${HOME}")
	if got := w.mails("alice")[0].Props.Str(mapi.PrBody); got != "Alice Example unlimited\r\n" {
		t.Errorf("body %q", got)
	}
	// A template without a subject has that of the text in the reader's language.
	w.wantSubjects("bob", "Das Postfach von Bob Example ist voll: Senden ist nicht mehr möglich")
	if got := w.mails("bob")[0].Props.Str(mapi.PrBody); got != "Grüße an bob\r\n" {
		t.Errorf("body %q", got)
	}
	w.wantSubjects("carol", "The mailbox of Carol ${ZARAFA_QUOTA_NAME} is full: mail to it is refused")
	if log := w.log.String(); strings.Count(log, "userquota_hard_template cannot be read") != 1 || strings.Count(log, "level=ERROR") != 1 {
		t.Error(log)
	}
}

// Template files that nobody has written are not missed where they are by default, and are read anew in each pass where they are named.
func TestTemplateFiles(t *testing.T) {
	w := newWorld(t, "")
	var log logBuffer
	cfg := w.config(Start{})
	own := func() string {
		l := letters{cfg: cfg, log: slog.New(slog.NewTextHandler(&log, nil))}
		subject, _ := l.text(userHard, client.English, values{fullName: "Alice"})
		return subject
	}
	for _, tt := range []struct{ path, want, logged string }{
		{defaultUserHard, "The mailbox of Alice is full: mail to it is refused", ""},
		{"", "The mailbox of Alice is full: mail to it is refused", ""},
		{t.TempDir(), "The mailbox of Alice is full: mail to it is refused", "userquota_hard_template cannot be read"},
	} {
		cfg.UserHard = tt.path
		if got := own(); got != tt.want || tt.logged == "" && log.String() != "" || !strings.Contains(log.String(), tt.logged) {
			t.Errorf("%q: %q, log %s", tt.path, got, log.String())
		}
	}
	cfg.UserHard = filepath.Join(t.TempDir(), "hard")
	for _, subject := range []string{"One", "Two"} {
		writeTemplate(t, cfg.UserHard, "Subject: "+subject)
		if got := own(); got != subject {
			t.Errorf("%q, want %q", got, subject)
		}
	}
	writeTemplate(t, cfg.UserHard, strings.Repeat("x", maxTemplate+1))
	if got := own(); got == "" || !strings.Contains(log.String(), "more than 1048576 bytes") {
		t.Errorf("%q, log %s", got, log.String())
	}
}
