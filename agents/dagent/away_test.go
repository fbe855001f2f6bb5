package dagent

import (
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/server/servertest"
)

// While the server is away senders are told to try again; when it is back mail is taken without anybody doing anything.
func TestServerAway(t *testing.T) {
	w := newWorld(t, "", "alice", "bob")
	send := w.lmtp(w.deliverer())
	const delivered = "[250 2.1.5 <alice@example.com> Ok]"
	w.want("before", send("carol@example.org", mail("before"), "alice@example.com"), delivered)
	for range 2 {
		if err := w.server.Stop(); err != nil {
			t.Fatal(err)
		}
		for _, to := range []string{"alice@example.com", "bob@example.com"} { // one who is remembered, one who is not
			answer := send("carol@example.org", mail("away"), to)
			if len(answer) != 1 || !strings.HasPrefix(answer[0], "450 4.") {
				t.Errorf("while the server is away: %s", answer)
			}
		}
		exit, out := w.run("", mail("away"), "alice")
		w.want("by command line: "+out, exit, 75)
		w.server = servertest.StartIn(t, w.dir, w.lines) // and knows no session any more
		w.want("back", send("carol@example.org", mail("back"), "alice@example.com"), delivered)
	}
	alice, bob := w.box("alice"), w.box("bob")
	w.want("alice's inbox", alice.subjects(alice.folders[client.Inbox]), "before|back|back")
	w.want("bob's inbox", bob.subjects(bob.folders[client.Inbox]), "")
}
