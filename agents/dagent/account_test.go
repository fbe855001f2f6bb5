package dagent

import (
	"context"
	"strings"
	"testing"

	"zarafa/client"
)

// An account of the machine that is no administrator delivers to the user of its name, with all that belongs to a delivery.
func TestOwnAccount(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	alice, bob := w.box("alice"), w.box("bob")
	for _, test := range []struct{ account, args, endpoint, want string }{
		{"alice", "alice", "", "alice"},
		{"Alice", "-e alice@elsewhere.example", "", "alice"},
		{"alice", "bob", "", "SYSTEM"},
		{"alice", "alice bob", "", "SYSTEM"},
		{"root", "root", "", "SYSTEM"},
		{"", "alice", "", "SYSTEM"},
		{"nobody-of-the-server", "nobody-of-the-server", "", "SYSTEM"},
	} {
		o, err := parseOptions(strings.Fields(test.args), File)
		if err != nil {
			t.Fatal(err)
		}
		p := &Program{Account: test.account}
		s, err := p.logOn(t.Context(), o, w.cfg)
		if err != nil {
			t.Fatal(err)
		}
		who, err := s.CurrentUser(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		w.want(test.account+" delivers to "+test.args+" as", who.Name, test.want)
		if err := s.Close(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	w.account = "alice"
	exit, out := w.run("", mail("own"), "alice")
	w.want(out, exit, 0)
	exit, out = w.run("", mail("own junk", "X-Spam-Status: Yes, score=9\n"), "-C", "alice")
	w.want(out, exit, 0)
	exit, out = w.run("", mail("own folder"), "-C", "-F", "Lists", "alice")
	w.want(out, exit, 0)
	exit, out = w.run("", mail("other"), "bob")
	w.want(out, exit, 0)
	w.want("alice's inbox", alice.subjects(alice.folders[client.Inbox]), "own")
	w.want("alice's junk", alice.subjects(alice.folders[client.JunkEmail]), "own junk")
	w.want("bob's inbox", bob.subjects(bob.folders[client.Inbox]), "other")
}
