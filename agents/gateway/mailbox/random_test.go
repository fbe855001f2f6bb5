package mailbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// Whatever connections through two gateways do, at the end of each round every index is what a fresh reading shows; with the server's extensions and
// without.
func TestRandomOperations(t *testing.T) {
	for name, options := range map[string]client.Options{"extensions": {}, "original": {NoExtensions: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, Settings{}, options, serverLines, "alice")
			r := &random{t: t, rnd: testseed.New(t), w: w}
			other := &world{t: t, server: w.server, admin: w.admin, now: w.now}
			other.start(w.gateway.settings, options)
			_, err := w.logOn("alice").Create(t.Context(), "Work", "")
			ok(t, err)
			for _, gateway := range []*world{w, w, other} {
				c := gateway.logOn("alice")
				r.conns = append(r.conns, c)
				r.boxes = append(r.boxes, [2]*opened{c.open("INBOX"), c.open("Work")})
			}
			for range 40 {
				r.round()
			}
		})
	}
}

type random struct {
	t     *testing.T
	rnd   *rand.Rand
	w     *world
	conns []*conn
	boxes [][2]*opened
	count int
}

func (r *random) round() {
	r.t.Helper()
	var history []string
	for range 1 + r.rnd.IntN(4) {
		i, box := r.rnd.IntN(len(r.conns)), r.rnd.IntN(2)
		history = append(history, fmt.Sprint(i, " ", box, " ", r.operation(r.conns[i], r.boxes[i][box], []string{"INBOX", "Work"}[1-box], box)))
	}
	for i, boxes := range r.boxes {
		for j, o := range boxes {
			want := r.fresh([]string{"INBOX", "Work"}[j])
			o.await(fmt.Sprintf("after %q mailbox %d of connection %d is to be\n%s and is", history, j, i, want), func(s *view.Snapshot) bool {
				return described(s) == want
			})
		}
	}
	if r.t.Failed() {
		r.t.FailNow()
	}
}

// operation does something to a mailbox and says what.
func (r *random) operation(c *conn, o *opened, other string, box int) string {
	r.t.Helper()
	var uids []view.UID
	for _, uid := range o.uids() {
		if r.rnd.IntN(3) == 0 {
			uids = append(uids, uid)
		}
	}
	flags := view.Flags(r.rnd.IntN(1 << 7))
	var keywords []string
	if r.rnd.IntN(3) == 0 {
		keywords = []string{[]string{"work", "=20x", "$Label1"}[r.rnd.IntN(3)]}
	}
	ctx, what := r.t.Context(), r.rnd.IntN(6)
	var err error
	switch {
	case what == 0 || len(uids) == 0:
		n := 1 + r.rnd.IntN(12)
		list := make([]mailstore.NewMessage, n)
		for i := range list {
			r.count++
			list[i] = newMessage(mail(fmt.Sprint("mail ", r.count)), flags, keywords...)
		}
		var done mailstore.Appended
		done, err = c.Append(ctx, c.id([]string{"INBOX", "Work"}[box]), list)
		for _, uid := range done.UIDs {
			if _, there := o.Snapshot().Get(uid); !there {
				r.t.Errorf("UID %d was appended and is not shown", uid)
			}
		}
		return fmt.Sprint("appended ", done.UIDs, must(r.t, err))
	case what == 1:
		copied, err := o.Copy(ctx, uids, c.id(other))
		r.paired(uids, copied)
		return fmt.Sprint("copied ", copied, must(r.t, err))
	case what == 2:
		copied, err := o.Move(ctx, uids, c.id(other))
		r.paired(uids, copied)
		r.gone(o, uids)
		return fmt.Sprint("moved ", copied, must(r.t, err))
	case what == 3:
		err = o.Expunge(ctx, uids)
		r.gone(o, uids)
		return fmt.Sprint("expunged ", uids, must(r.t, err))
	}
	change := mailstore.FlagChange{Mode: mailstore.FlagMode(r.rnd.IntN(3)), Flags: flags, Keywords: keywords}
	_, err = o.Change(ctx, uids, change)
	return fmt.Sprint("changed ", uids, change, must(r.t, err))
}

func must(t testing.TB, err error) string {
	t.Helper()
	if err != nil {
		t.Error(err)
		return err.Error()
	}
	return ""
}

func (r *random) gone(o *opened, uids []view.UID) {
	r.t.Helper()
	for _, uid := range uids {
		if _, there := o.Snapshot().Get(uid); there {
			r.t.Errorf("UID %d is gone and is shown", uid)
		}
	}
}

// paired checks that copies are those of the messages: none is left out that was there.
func (r *random) paired(uids []view.UID, c mailstore.Copied) {
	r.t.Helper()
	if len(c.From) != len(c.To) || len(c.From) != len(slices.Compact(slices.Sorted(slices.Values(c.To)))) || !slices.IsSorted(c.From) {
		r.t.Errorf("of %v were copied %v", uids, c)
	}
}

// described is a mailbox as it is shown.
func described(s *view.Snapshot) string {
	var b strings.Builder
	for _, m := range s.All(0) {
		fmt.Fprintln(&b, m.UID, m.ModSeq, m.Flags, s.Keywords(m.Keywords))
	}
	return b.String()
}

// fresh reads a mailbox by a session that knows nothing.
func (r *random) fresh(name string) string {
	r.t.Helper()
	u := r.conns[0].Account.(*account).user
	list, err := u.folders(r.t.Context())
	ok(r.t, err)
	f, _ := list.find(name)
	ix := &index{user: u, folder: f}
	var rows []row
	ok(r.t, eachPage(r.t.Context(), u.session, ix.query(), func(page []mapi.Props) error {
		for _, p := range page {
			if m, object, ok := ix.message(p); ok {
				rows = append(rows, row{m, object})
			}
		}
		return nil
	}))
	ix.replace(rows, 0)
	return described(ix.snapshot.Load())
}

// A server that was restarted has forgotten all tables and subscriptions; what happened meanwhile is seen all the same.
func TestServerRestarts(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	a.append("INBOX", newMessage(mail("one"), 0))
	want(t, "at first", inbox.shown(), "1 0000000 \n")
	w.server.Stop()
	w.server = servertest.StartIn(t, w.dir, w.lines)
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "alice"})
	ok(t, err)
	box, err := s.Mailbox(t.Context(), "alice")
	ok(t, err)
	_, err = s.SaveMessage(t.Context(), box.Inbox, &mapi.Message{}, client.SaveOptions{})
	ok(t, err)
	inbox.await("the message that came after the restart", func(s *view.Snapshot) bool { return s.Len() == 2 })
	a.append("INBOX", newMessage(mail("three"), view.Seen))
	want(t, "at the end", inbox.shown(), "1 0000000 \n2 0000000 \n3 0000001 \n")
	_, err = s.SaveMessage(t.Context(), box.Inbox, &mapi.Message{}, client.SaveOptions{})
	ok(t, err)
	inbox.await("the message that came last", func(s *view.Snapshot) bool { return s.Len() == 4 })
}

// What nobody uses any more is closed after a while, and opened again when somebody comes back.
func TestCloseIdle(t *testing.T) {
	w := newWorld(t, "alice")
	a := w.logOn("alice")
	inbox := a.open("INBOX")
	a.append("INBOX", newMessage(mail("one"), 0))
	want(t, "while it is open", w.counted(func() { ok(t, w.gateway.CloseIdle(t.Context())) }), "")
	inbox.Close()
	w.later(1)
	want(t, "the folder", w.counted(func() { ok(t, w.gateway.CloseIdle(t.Context())) }), "notifyUnSubscribe tableClose")
	want(t, "once more", w.counted(func() { ok(t, w.gateway.CloseIdle(t.Context())) }), "")
	want(t, "opened again", a.open("INBOX").shown(), "1 0000000 \n")
	a.Close()
	w.later(1)
	calls := w.counted(func() { ok(t, w.gateway.CloseIdle(t.Context())) })
	want(t, "the user", calls, "notifyUnSubscribe tableClose notifyUnSubscribe")
	w.later(1)
	want(t, "his session", w.counted(func() { ok(t, w.gateway.CloseIdle(t.Context())) }), "logoff")
	want(t, "and again", w.logOn("alice").open("INBOX").shown(), "1 0000000 \n")
}
