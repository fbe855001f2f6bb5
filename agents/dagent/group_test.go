package dagent

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/rules"
)

// addGroup makes a group with an address; users are those in it, and groups the groups in it.
func (w *world) addGroup(name string, users []string, groups ...string) {
	w.t.Helper()
	ctx := w.t.Context()
	if err := w.admin.CreateGroup(ctx, client.Group{Name: name, FullName: name, Email: name + "@example.com"}); err != nil {
		w.t.Fatal(err)
	}
	g, err := w.admin.Group(ctx, name)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, user := range users {
		u, err := w.admin.User(ctx, user)
		if err == nil {
			err = w.admin.AddMember(ctx, g, u)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	for _, group := range groups {
		inner, err := w.admin.Group(ctx, group)
		if err == nil {
			err = w.admin.AddMember(ctx, g, client.User{ID: inner.ID, EntryID: inner.EntryID})
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
}

// A mail to a group is in the mailbox of each who is in it, or in a group in it, once, whoever else is named beside it.
func TestGroup(t *testing.T) {
	w := newWorld(t, "", "alice", "bob", "dora")
	w.addGroup("sales", []string{"bob"})
	w.addGroup("staff", []string{"alice", "bob"}, "sales")
	w.addGroup("nobody", nil)
	// A member without a mailbox keeps nobody else from his mail.
	if _, _, err := w.admin.CreateUser(t.Context(), client.User{Name: "new", Password: "secret", FullName: "New", Email: "new@example.com"}); err != nil {
		t.Fatal(err)
	}
	w.addGroup("mixed", []string{"new", "dora"})
	w.addGroup("unborn", []string{"new"})
	send := w.lmtp(w.deliverer())
	ok := func(to string) string { return "250 2.1.5 <" + to + "> Ok" }
	answers := func(list ...string) string { return "[" + strings.Join(list, " ") + "]" }

	w.want("a group", send("carol@example.org", mail("one"), "sales@example.com"), answers(ok("sales@example.com")))
	w.want("with groups", send("carol@example.org", mail("two"), "staff+x@example.com"), answers(ok("staff+x@example.com")))
	w.want("beside others", send("carol@example.org", mail("three"), "bob@example.com", "staff@example.com", "sales@example.com", "dora@example.com"),
		answers(ok("bob@example.com"), ok("staff@example.com"), ok("sales@example.com"), ok("dora@example.com")))
	w.want("a member without a mailbox", send("carol@example.org", mail("four"), "mixed@example.com"), answers(ok("mixed@example.com")))
	w.want("none has one", send("carol@example.org", mail("five"), "unborn@example.com"), answers("550 5.1.1 <unborn@example.com> the group has no members with a mailbox"))
	w.want("no members", send("carol@example.org", mail("six"), "nobody@example.com"), answers("550 5.1.1 the group has no members with a mailbox"))
	for user, want := range map[string]string{"alice": "two|three", "bob": "one|two|three", "dora": "three|four"} {
		b := w.box(user)
		w.want(user, b.subjects(b.folders[client.Inbox]), want)
	}

	exit, out := w.run("", mail("seven"), "-R", "sales@example.com")
	w.want("the program: "+out, exit, 0)
	exit, out = w.run("expand_groups = no\n", mail("eight"), "sales")
	w.want("the program, expand_groups = no: "+out, exit, exitPermanent)
	bob := w.box("bob")
	w.want("bob", bob.subjects(bob.folders[client.Inbox]), "one|two|three|seven")
	w.cfg.ExpandGroups = false
	w.want("switched off", send("carol@example.org", mail("nine"), "sales@example.com"),
		answers("550 5.7.2 the address is that of a group, and mail to groups is not expanded here (expand_groups)"))
}

// A group in a group in itself ends, and a public folder gets the mail once.
func TestGroupOfItself(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	w.addGroup("sales", []string{"bob", "alice"})
	w.addGroup("staff", nil, "sales")
	sales, err := w.admin.Group(t.Context(), "sales")
	if err != nil {
		t.Fatal(err)
	}
	staff, err := w.admin.Group(t.Context(), "staff")
	if err == nil {
		err = w.admin.AddMember(t.Context(), sales, client.User{ID: staff.ID, EntryID: staff.EntryID})
	}
	t.Log("a circle of groups:", err) // the server may refuse it
	store, err := w.admin.CreatePublicStore(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	w.want("delivery", w.lmtp(w.deliverer())("carol@example.org", mail("one"), "staff@example.com"), "[250 2.1.5 <staff@example.com> Ok]")
	exit, out := w.run("", mail("public"), "-C", "-P", "News", "staff")
	w.want("public: "+out, exit, 0)
	for _, user := range []string{"alice", "bob"} {
		b := w.box(user)
		w.want(user, b.subjects(b.folders[client.Inbox]), "one")
	}
	o, err := w.admin.LoadObject(t.Context(), store.EntryID)
	if err != nil {
		t.Fatal(err)
	}
	news, err := w.admin.FolderByPath(t.Context(), o.Props.Bytes(mapi.PrIPMSubtreeEntryID), "News")
	if err != nil {
		t.Fatal(err)
	}
	w.want("the public folder", (&box{Session: w.admin, t: t}).subjects(news), "public")
}

// The sender of a mail to a group hears of a full mailbox when everybody else has the mail.
func TestGroupOfFull(t *testing.T) {
	w := newWorld(t, "", "alice", "full")
	w.addGroup("staff", []string{"alice", "full"})
	full, err := w.admin.User(t.Context(), "full")
	if err == nil {
		err = w.admin.SetQuota(t.Context(), full, client.Quota{Hard: 1 << 10})
	}
	if err != nil {
		t.Fatal(err)
	}
	send := w.lmtp(w.deliverer())
	big := mail("big", "X: "+strings.Repeat("y", 4000)+"\n")
	w.want("it fits", send("carol@example.org", big, "staff@example.com"), "[250 2.1.5 <staff@example.com> Ok]")
	w.want("it does not", send("carol@example.org", mail("more"), "staff@example.com"),
		"[552 5.2.2 <staff@example.com> 1 of 2 members of the group did not get the mail: the mailbox is full]")
	alice := w.box("alice")
	w.want("alice", alice.subjects(alice.folders[client.Inbox]), "big|more")
	if !strings.Contains(w.log.String(), "member=full") {
		t.Errorf("the log does not say who: %s", &w.log)
	}
}

// Rules of the members of a group that send mail on to the group come to an end: each sends on what came first, and with the guards against
// loops switched off what the other has sent.
func TestGroupLoopEnds(t *testing.T) {
	for _, flavor := range []uint32{0, rules.ForwardPreserveSender, rules.ForwardAsAttachment} {
		for lines, want := range map[string]int{"": 2, "no_double_forward = no\nset_rule_headers = no\ninhibit_forward_headers =\n": 4} {
			w := newWorld(t, lines, "alice", "bob")
			w.addGroup("staff", []string{"alice", "bob"})
			w.box("alice").sendOn(flavor, "staff@example.com")
			w.box("bob").sendOn(flavor, "staff@example.com")
			send := w.lmtp(w.deliverer())
			w.want("delivery", send("carol@example.org", mail("loop"), "staff@example.com"), "[250 2.1.5 <staff@example.com> Ok]")
			w.want("mails", w.circulate(send), want)
		}
	}
}
