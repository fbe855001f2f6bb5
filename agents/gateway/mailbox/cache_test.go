package mailbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/internal/testseed"
)

const lists = mailstore.ItemSize | mailstore.ItemEnvelope | mailstore.ItemStructure | mailstore.ItemHeader

// Lists that were read once cost no call, whoever asks; of messages that came since, only these are asked for.
func TestCache(t *testing.T) {
	w := newWorldWith(t, Settings{Cache: 1 << 20}, client.Options{}, serverLines, "alice")
	a := w.logOn("alice")
	appendMany(t, a, 600)
	inbox := a.open("INBOX")
	want(t, "the first list", w.counted(func() { inbox.records(lists) }), "tableMulti tableQueryRows tableClose")
	want(t, "the second", w.counted(func() { inbox.records(lists) }), "")
	other := w.logOn("alice").open("INBOX")
	want(t, "another connection's", w.counted(func() { other.records(mailstore.ItemEnvelope) }), "")
	want(t, "what was not asked for before", w.counted(func() { inbox.records(lists|mailstore.ItemPreview, inbox.uids()[:30]...) }), "tableMulti tableMulti tableClose tableClose")
	want(t, "afterwards", w.counted(func() { inbox.records(lists|mailstore.ItemPreview, inbox.uids()[:30]...) }), "")
	uids := inbox.uids()
	added := a.append("INBOX", newMessage(mail("new"), 0))
	ok(t, inbox.Expunge(t.Context(), uids[3:4]))
	want(t, "after a change", w.counted(func() {
		list := inbox.records(lists, append(slices.Clone(uids), added...)...)
		want(t, "messages", len(list), 600)
		want(t, "the last", list[599].Message.UID, added[0])
	}), "tableMulti tableClose")
	stop := errors.New("stop")
	for _, from := range []int{0, 599} {
		if err := inbox.Fetch(t.Context(), inbox.uids()[from:], lists, func(*mailstore.Record) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("an error of visit is returned as %v", err)
		}
	}
}

// appendMany saves many mails at once.
func appendMany(t *testing.T, a *conn, n int) {
	t.Helper()
	list := make([]mailstore.NewMessage, n)
	for i := range list {
		list[i] = newMessage(mail(fmt.Sprint("mail ", i)), 0)
	}
	_, err := a.Append(t.Context(), a.id("INBOX"), list)
	ok(t, err)
}

// Whatever was asked for before, and however little is kept, records are what the server says, in order.
func TestCacheAtRandom(t *testing.T) {
	rnd := testseed.New(t)
	for name, size := range map[string]int64{"much": 1 << 20, "little": 20_000} {
		t.Run(name, func(t *testing.T) {
			w := newWorldWith(t, Settings{Cache: size}, client.Options{}, serverLines, "alice")
			fill(t, w, 60)
			inbox := w.logOn("alice").open("INBOX")
			plain := newWorldLike(t, w)
			plain.gateway.cache = newCache(0)
			truth := plain.logOn("alice").open("INBOX")
			for range 60 {
				items := mailstore.Items(rnd.IntN(int(cacheable) + 1))
				var uids []view.UID
				for i, uid := range inbox.uids() {
					if i%4 == rnd.IntN(4) || rnd.IntN(5) == 0 {
						uids = append(uids, uid)
					}
				}
				if len(uids) == 0 {
					continue
				}
				want(t, fmt.Sprintf("items %b of %v", items, uids), shownItems(inbox.records(items, uids...), items), shownItems(truth.records(items, uids...), items))
			}
			c := w.gateway.cache
			if n, ring := counted(c); c.used > size || n != ring {
				t.Errorf("%d bytes are used of %d, by %d entries of which %d are in the ring", c.used, size, n, ring)
			}
			c.forget(string(inbox.Folder.(*openFolder).folder.entryID))
			if c.used != 0 || c.oldest != nil || len(c.folders) != 0 {
				t.Errorf("%d bytes are left", c.used)
			}
		})
	}
}

// shownItems are the items that were asked for.
func shownItems(list []mailstore.Record, items mailstore.Items) string {
	var b strings.Builder
	for i := range list {
		r := &list[i]
		fmt.Fprint(&b, "\n", r.Message.UID)
		for item := mailstore.Items(1); item <= mailstore.ItemSaveDate; item <<= 1 {
			if items&item != 0 {
				fmt.Fprintf(&b, " %d: %v", item, itemOf(r, item))
			}
		}
	}
	return b.String()
}

func itemOf(r *mailstore.Record, item mailstore.Items) any {
	switch item {
	case mailstore.ItemSize:
		return r.Size
	case mailstore.ItemDate:
		return r.Date
	case mailstore.ItemEnvelope:
		return r.Envelope
	case mailstore.ItemStructure:
		return r.Body + r.BodyStructure
	case mailstore.ItemHeader:
		return string(r.Header)
	case mailstore.ItemPreview:
		return r.Preview
	case mailstore.ItemEntryID:
		return r.EntryID
	case mailstore.ItemObjectID:
		return r.EmailID + r.ThreadID
	}
	return r.SaveDate
}

// counted counts the entries of a cache, and those of its ring.
func counted(c *cache) (entries, ring int) {
	for _, f := range c.folders {
		entries += len(f)
	}
	for e := c.oldest; e != nil; e = e.after {
		if ring++; e.after == c.oldest {
			break
		}
	}
	return entries, ring
}

// Who was not asked for longest goes first; a message from before the data were put back is another one.
func TestCacheOrder(t *testing.T) {
	c := newCache(3*perEntry + 30)
	s := view.NewSnapshot(view.Update{Set: []view.Message{{UID: 1, ModSeq: 5}, {UID: 2, ModSeq: 5}, {UID: 3, ModSeq: 5}, {UID: 4, ModSeq: 5}}})
	known := func(uid view.UID, items mailstore.Items) bool {
		list, _ := c.get("f", s, []view.UID{uid}, items)
		return list != nil && list[0] != nil
	}
	put := func(uid view.UID, modSeq view.ModSeq) {
		c.put("f", &mailstore.Record{Message: view.Message{UID: uid, ModSeq: modSeq}, Envelope: "0123456789"}, mailstore.ItemEnvelope)
	}
	for uid := range view.UID(3) {
		put(uid+1, 5)
	}
	known(1, mailstore.ItemEnvelope)
	put(4, 5)
	want(t, "known", []bool{known(1, mailstore.ItemEnvelope), known(2, mailstore.ItemEnvelope), known(3, mailstore.ItemEnvelope)}, "[true false true]")
	want(t, "other items", known(1, mailstore.ItemEnvelope|mailstore.ItemSize), false)
	put(1, 6)
	want(t, "one of later", known(1, mailstore.ItemEnvelope), false)
	c.put("f", &mailstore.Record{Message: view.Message{UID: 3}, Envelope: strings.Repeat("x", 10_000)}, mailstore.ItemEnvelope)
	want(t, "after one that is too large", c.used, 0)
}
