package dagent

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
)

// The program delivers what it reads to the recipients that it is given.
func TestProgram(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	alice, bob := w.box("alice"), w.box("bob")
	for _, args := range [][]string{{"alice"}, {"-R", "alice@example.com"}, {"-e", "alice@elsewhere.example"}} {
		exit, out := w.run("", mail("plain"), args...)
		w.want(strings.Join(args, " ")+": "+out, exit, 0)
	}
	w.want("inbox", alice.subjects(alice.folders[client.Inbox]), "plain|plain|plain")
	exit, out := w.run("", mail("both"), "alice", "bob")
	w.want("two recipients: "+out, exit, 0)
	w.want("bob's inbox", bob.subjects(bob.folders[client.Inbox]), "both")
	m := alice.mails(alice.folders[client.Inbox])[0]
	for tag, want := range map[mapi.PropTag]string{
		mapi.PrSenderName: "Carol", mapi.PrReceivedByName: "Alice Example", mapi.PrReceivedByEmailAddress: "alice", mapi.PrBody: "Hello\r\n",
	} {
		w.want("a property", m.Props.Str(tag), want)
	}
	if v, _ := m.Props.Get(mapi.PrMessageToMe); !v.Bool() {
		t.Error("the mail is not said to be addressed to its recipient")
	}
}

// Exit codes tell mail servers what to do with the mail.
func TestExitCodes(t *testing.T) {
	w := newWorld(t, "", "alice")
	for _, test := range []struct {
		lines string
		args  []string
		exit  int
	}{
		{"", nil, 64},
		{"", []string{"-R", "-e", "alice"}, 64},
		{"", []string{"--no-such-option", "alice"}, 64},
		{"", []string{"nobody"}, 70},
		{"", []string{"-q", "nobody"}, 100},
		{"server_socket = file:///nonexistent\n", []string{"alice"}, 75},
		{"server_socket = file:///nonexistent\n", []string{"-q", "alice"}, 111},
		{"lmtp_max_messagesize = 20\n", []string{"alice"}, 70},
		{"plugin_enabled = yes\n", []string{"alice"}, 75},
		{"", []string{"-f", "/nonexistent", "alice"}, 75},
		{"", []string{"-V"}, 0},
		{"", []string{"--help"}, 0},
	} {
		exit, out := w.run(test.lines, mail("x"), test.args...)
		w.want(strings.Join(test.args, " ")+": "+out, exit, test.exit)
		if exit != 0 && !strings.Contains(out, "zarafa-dagent: ") {
			t.Errorf("%v: the mail server is not told why: %q", test.args, out)
		}
	}
	alice := w.box("alice")
	w.want("nothing was delivered", alice.subjects(alice.folders[client.Inbox]), "")
}

// Options choose the folder and how the mail is stored.
func TestTargets(t *testing.T) {
	w := newWorld(t, "", "alice")
	alice := w.box("alice")
	store, err := w.admin.CreatePublicStore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run := func(subject string, args ...string) {
		t.Helper()
		exit, out := w.run("", mail(subject, "X-Spam-Status: Yes, score=9\n"), args...)
		w.want(subject+": "+out, exit, 0)
	}
	run("junk", "alice")
	w.want("the folder for junk", alice.subjects(alice.folders[client.JunkEmail]), "junk")
	if exit, out := w.run("spam_header_name =\n", mail("forced"), "-j", "alice"); exit != 0 {
		t.Error(out)
	}
	w.want("the folder for junk", alice.subjects(alice.folders[client.JunkEmail]), "junk|forced")
	run("missing", "-F", `Lists\Go`, "alice")
	w.want("a folder that is missing", alice.subjects(alice.folders[client.Inbox]), "missing")
	run("created", "-C", "-F", `Lists\Go`, "-r", "alice")
	subtree := alice.storeProps().Bytes(mapi.PrIPMSubtreeEntryID)
	lists, err := alice.FolderByPath(t.Context(), subtree, "Lists", "Go")
	if err != nil {
		t.Fatal(err)
	}
	w.want("a folder that was created", alice.subjects(lists), "created")
	if m := alice.mails(lists)[0]; m.Props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead == 0 {
		t.Error("the mail is unread")
	}
	run("public", "-C", "-p", "/", "-P", "News/Old", "alice")
	o, err := w.admin.LoadObject(t.Context(), store.EntryID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.FolderByPath(t.Context(), o.Props.Bytes(mapi.PrIPMSubtreeEntryID), "News", "Old"); err != nil {
		t.Errorf("the public folder: %v", err)
	}
}

func (b *box) storeProps() mapi.Props {
	b.t.Helper()
	o, err := b.LoadObject(b.t.Context(), b.store.EntryID)
	if err != nil {
		b.t.Fatal(err)
	}
	return o.Props
}

// Each recipient has an answer of his own; a delivery without rules is three calls to the server at first.
func TestLMTP(t *testing.T) {
	w := newWorld(t, "catch_all = bob\n", "alice", "bob", "full")
	alice, bob := w.box("alice"), w.box("bob")
	send := w.lmtp(w.deliverer())
	w.calls = nil
	w.want("one recipient", send("carol@example.org", mail("first"), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	w.want("calls", w.calls, "[abResolveNames resolveUserStore getIDsFromNames saveObject]")
	w.calls = nil
	w.want("again", send("carol@example.org", mail("second"), "alice@example.com"), "[250 2.1.5 <alice@example.com> Ok]")
	w.want("calls", w.calls, "[resolveUserStore saveObject]")
	w.want("several", send("", mail("third"), "alice", "alice+tag@example.com", "stranger@example.com", "alice@example.com"),
		"[250 2.1.5 <alice@login.invalid> Ok 250 2.1.5 <alice+tag@example.com> Ok 250 2.1.5 <stranger@example.com> Ok 250 2.1.5 <alice@example.com> Ok]")
	w.want("alice", alice.subjects(alice.folders[client.Inbox]), "first|second|third")
	w.want("the catch-all", bob.subjects(bob.folders[client.Inbox]), "third")
	m := alice.mails(alice.folders[client.Inbox])[0]
	headers := m.Props.Str(mapi.PrTransportMessageHeaders)
	if !strings.HasPrefix(headers, "Return-Path: <carol@example.org>\r\nReceived: from sender.example.org ([127.0.0.1])") {
		t.Errorf("trace: %.200s", headers)
	}
	if mail := m.Props.Bytes(mapi.PrECIMAPEmail); !strings.HasSuffix(string(mail), "\r\n\r\nHello\r\n\r\n") || m.Props.Uint32(mapi.PrECIMAPEmailSize) != uint32(len(mail)) {
		t.Errorf("kept for IMAP: %q", mail)
	}
	w.want("expired", send("carol@example.org", mail("old", "Expires: Mon, 23 Nov 2026 09:30:00 +0000\n"), "alice@example.com"), "[250 2.4.7 <alice@example.com> the mail has expired]")
	w.cfg.CatchAll = ""
	w.want("unknown", send("carol@example.org", mail("x"), "nobody@example.com"), "[503 5.1.1 there is no such user]")
	full, err := w.admin.User(t.Context(), "full")
	if err == nil {
		err = w.admin.SetQuota(t.Context(), full, client.Quota{Hard: 1 << 10})
	}
	if err != nil {
		t.Fatal(err)
	}
	big := mail("big", "X: "+strings.Repeat("y", 4000)+"\n")
	w.want("the first mail fits", send("carol@example.org", big, "full@example.com"), "[250 2.1.5 <full@example.com> Ok]")
	w.want("full", send("carol@example.org", big, "full@example.com", "bob@example.com"),
		"[552 5.2.2 <full@example.com> the mailbox is full 250 2.1.5 <bob@example.com> Ok]")
}
