//go:build !race

package mailbox

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
)

// Mails of all sizes come whole and in order, many at a time or one by one.
func TestManyMails(t *testing.T) {
	for name, options := range map[string]client.Options{"extensions": {}, "original": {NoExtensions: true}} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, Settings{}, options, serverLines, "alice")
			a := w.logOn("alice")
			inbox := a.open("INBOX")
			var mails []string
			for i := range 24 {
				size := []int{0, 10, 300, 6000, 100_000, 5 << 20}[i%6]
				if i >= 6 {
					size = min(size, 200_000)
				}
				mails = append(mails, mail(fmt.Sprint("number ", i))+strings.Repeat("0123456789abcdef\r\n", size/18))
				a.append("INBOX", newMessage(mails[i], 0))
			}
			uids := inbox.uids()
			for what, pick := range map[string]func(i int) bool{
				"all": func(int) bool { return true }, "each second": func(i int) bool { return i%2 == 1 }, "the last": func(i int) bool { return i > 12 },
			} {
				var asked []view.UID
				var wanted []string
				for i, uid := range uids {
					if pick(i) {
						asked, wanted = append(asked, uid), append(wanted, mails[i])
					}
				}
				records := inbox.records(mailstore.ItemMail|mailstore.ItemSize, asked...)
				want(t, what, len(records), len(asked))
				for i, r := range records {
					if r.Message.UID != asked[i] || text(r.Mail) != wanted[i] || r.Size != int64(len(wanted[i])) {
						t.Errorf("%s: mail %d has UID %d and %d bytes, want %d and %d", what, i, r.Message.UID, r.Size, asked[i], len(wanted[i]))
					}
				}
			}
		})
	}
}

// Whatever the messages are, in whatever order they stand and whatever goes away meanwhile: who is there is visited, once and in order.
func TestFetchManyWays(t *testing.T) {
	w := newWorld(t, "alice")
	a, b := w.logOn("alice"), w.logOn("alice")
	inbox, other := a.open("INBOX"), b.open("INBOX")
	fill(t, w, 700)
	inbox.await("the messages", func(s *view.Snapshot) bool { return s.Len() == 700 })
	all := inbox.uids()
	visited := func(uids []view.UID, meanwhile func()) (list []view.UID) {
		t.Helper()
		ok(t, inbox.Fetch(t.Context(), uids, mailstore.ItemDate, func(r *mailstore.Record) error {
			if meanwhile != nil {
				meanwhile()
				meanwhile = nil
			}
			list = append(list, r.Message.UID)
			return nil
		}))
		return list
	}
	pieces := map[string][]view.UID{"all": all, "the end": all[400:], "the middle": all[200:600], "one": all[350:351], "few": {all[1], all[500], all[650]}}
	for i := 0; i < len(all); i += 3 {
		pieces["each third"] = append(pieces["each third"], all[i])
	}
	for name, uids := range pieces {
		want(t, name, visited(uids, nil), uids)
	}
	want(t, "calls for all", w.counted(func() { visited(all, nil) }), "tableMulti tableQueryRows tableClose")
	want(t, "calls for the end", w.counted(func() { visited(all[400:], nil) }), "tableMulti tableSeekRow tableQueryRows tableClose")
	// Messages in front of the run go away behind the back of this session.
	behind := newWorldLike(t, w).logOn("alice").open("INBOX")
	ok(t, behind.Expunge(t.Context(), all[:100]))
	want(t, "after a deletion elsewhere", visited(all[50:700], nil), all[100:700])
	want(t, "while there is a deletion", visited(all[100:700], func() { ok(t, other.Expunge(t.Context(), all[650:660])) })[:500], all[100:600])
}
