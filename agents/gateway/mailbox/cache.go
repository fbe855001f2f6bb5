package mailbox

import (
	"strings"
	"sync"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// cacheable are the items that never change for a UID (RFC 9051 2.3.1.1), so that they need not be asked for again. Mails are too large.
const cacheable = mailstore.ItemSize | mailstore.ItemDate | mailstore.ItemEnvelope | mailstore.ItemStructure | mailstore.ItemHeader |
	mailstore.ItemPreview | mailstore.ItemEntryID | mailstore.ItemObjectID | mailstore.ItemSaveDate

// cache keeps what lists of mails are made of, for all users and connections and in a budget of bytes; who has not been asked for longest goes first.
// Its methods may be called by any number of goroutines. One without a budget keeps nothing.
type cache struct {
	budget int64

	mu      sync.Mutex
	used    int64
	folders map[string]map[view.UID]*cached // by entry id
	oldest  *cached                         // a ring, in the order of use
}

// cached are some items of a message. What it holds does not change while somebody may read it: with more items comes another one.
type cached struct {
	items  mailstore.Items
	record mailstore.Record // without flags and mail
	folder string
	cost   int64

	before, after *cached // protected by cache.mu
}

func newCache(budget int64) *cache {
	return &cache{budget: budget, folders: make(map[string]map[view.UID]*cached)}
}

// perEntry is what an entry takes beside its texts: itself, its place in the map, and what the allocator rounds up.
const perEntry = 512

// get gives those of the messages that all wanted items are known of, at the same places; the others are nil. A message that has a lower modification sequence
// than when its items were read is not the same: the server's data have been put back to an earlier time.
func (c *cache) get(folder string, s *view.Snapshot, uids []view.UID, want mailstore.Items) (list []*cached, missing int) {
	if want == 0 || want&^cacheable != 0 || c.budget == 0 {
		return nil, len(uids)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.folders[folder]
	if len(known) == 0 {
		return nil, len(uids)
	}
	list = make([]*cached, len(uids))
	for i, uid := range uids {
		e := known[uid]
		if e == nil || e.items&want != want {
			missing++
			continue
		}
		if m, ok := s.Get(uid); !ok || m.ModSeq < e.record.Message.ModSeq {
			missing++
			continue
		}
		c.unlink(e)
		c.link(e)
		list[i] = e
	}
	return list, missing
}

// put keeps items of a message, copies of them.
func (c *cache) put(folder string, r *mailstore.Record, items mailstore.Items) {
	if c.budget == 0 || items&cacheable == 0 {
		return
	}
	e := &cached{items: items & cacheable, record: *r, folder: folder}
	c.mu.Lock()
	defer c.mu.Unlock()
	if old := c.folders[folder][r.Message.UID]; old != nil {
		if old.record.Message.ModSeq <= r.Message.ModSeq {
			e.complete(old)
		}
		c.remove(old)
	}
	e.own()
	known := c.folders[folder]
	if known == nil {
		known = make(map[view.UID]*cached)
		c.folders[folder] = known
	}
	known[r.Message.UID] = e
	c.link(e)
	for c.used += e.cost; c.used > c.budget; {
		c.remove(c.oldest)
	}
}

// own copies what the record refers to, all texts into one piece of memory: they are parts of answers that are much longer.
func (e *cached) own() {
	r := &e.record
	r.Mail = nil
	texts := []*string{&r.Envelope, &r.Body, &r.BodyStructure, &r.Preview, &r.EmailID, &r.ThreadID}
	var b strings.Builder
	size := 0
	for _, t := range texts {
		size += len(*t)
	}
	b.Grow(size)
	for _, t := range texts {
		b.WriteString(*t)
	}
	all := b.String()
	for _, t := range texts {
		*t, all = all[:len(*t)], all[len(*t):]
	}
	data := make([]byte, 0, len(r.Header)+len(r.EntryID))
	data = append(append(data, r.Header...), r.EntryID...)
	r.Header, r.EntryID = data[:len(r.Header):len(r.Header)], data[len(r.Header):]
	e.cost = perEntry + int64(size+len(data))
}

// complete takes over what only an older entry has.
func (e *cached) complete(old *cached) {
	r, o, more := &e.record, &old.record, old.items&^e.items
	e.items |= old.items
	if more&mailstore.ItemSize != 0 {
		r.Size = o.Size
	}
	if more&mailstore.ItemDate != 0 {
		r.Date = o.Date
	}
	if more&mailstore.ItemSaveDate != 0 {
		r.SaveDate = o.SaveDate
	}
	if more&mailstore.ItemEnvelope != 0 {
		r.Envelope = o.Envelope
	}
	if more&mailstore.ItemStructure != 0 {
		r.Body, r.BodyStructure = o.Body, o.BodyStructure
	}
	if more&mailstore.ItemHeader != 0 {
		r.Header = o.Header
	}
	if more&mailstore.ItemPreview != 0 {
		r.Preview = o.Preview
	}
	if more&mailstore.ItemEntryID != 0 {
		r.EntryID = o.EntryID
	}
	if more&mailstore.ItemObjectID != 0 {
		r.EmailID, r.ThreadID = o.EmailID, o.ThreadID
	}
}

// forget forgets a folder.
func (c *cache) forget(folder string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, e := range c.folders[folder] {
		c.remove(e)
	}
}

// remove takes an entry out. The caller holds mu.
func (c *cache) remove(e *cached) {
	known := c.folders[e.folder]
	if delete(known, e.record.Message.UID); len(known) == 0 {
		delete(c.folders, e.folder)
	}
	c.used -= e.cost
	c.unlink(e)
}

// link puts an entry behind all others. The caller holds mu.
func (c *cache) link(e *cached) {
	if c.oldest == nil {
		c.oldest, e.before, e.after = e, e, e
		return
	}
	e.before, e.after = c.oldest.before, c.oldest
	e.before.after, e.after.before = e, e
}

func (c *cache) unlink(e *cached) {
	if e.after == e {
		c.oldest = nil
		return
	}
	e.before.after, e.after.before = e.after, e.before
	if c.oldest == e {
		c.oldest = e.after
	}
}
