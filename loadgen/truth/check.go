package truth

import (
	"bytes"
	"fmt"

	"zarafa/loadgen/content"
	"zarafa/mapi"
)

// List is rows of a folder's contents, as the server gave them. The rows have PR_INTERNET_MESSAGE_ID, PR_ENTRYID,
// PR_SUBJECT, PR_MESSAGE_FLAGS and PR_MESSAGE_DELIVERY_TIME.
type List struct {
	Rows  []mapi.Props
	Asked Mark
	// Start and End say that the list begins with the first row and ends with the last.
	Start, End bool
	// Newest says that the list is sorted by time, the newest first.
	Newest bool
	// Some says that a condition left rows out, so that none is missing.
	Some bool
}

// Learn takes over what a complete list of a folder shows, at the beginning.
func (m *Mailbox) Learn(f Folder, l List) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var others counts
	for _, row := range l.Rows {
		read := row.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0
		t, err := content.ParseToken(row.Str(mapi.PrInternetMessageID))
		switch {
		case err != nil:
			others.items++
			if !read {
				others.unread++
			}
			continue
		case t.User != m.user:
			return m.violation(Foreign, "at the start folder %d shows item %v", f, t)
		case m.items[t] != nil:
			return m.violation(Doubled, "at the start folders %d and %d show item %v", m.items[t].folder, f, t)
		}
		m.items[t] = &item{id: row.Bytes(mapi.PrEntryID), at: timeOf(row), subject: hash(row.Str(mapi.PrSubject)), seq: m.seq, folder: f, read: read}
	}
	m.others[f] = others
	return nil
}

// CheckList compares a list with the truth, and learns entry ids from it.
func (m *Mailbox) CheckList(f Folder, l List) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := make(map[content.Token]bool, len(l.Rows))
	var first, last mapi.FileTime
	for n, row := range l.Rows {
		at := timeOf(row)
		if n == 0 {
			first = at
		} else if l.Newest && at > last {
			return m.violation(Disordered, "folder %d shows in row %d a newer item than before it", f, n)
		}
		last = at
		t, err := content.ParseToken(row.Str(mapi.PrInternetMessageID))
		if err != nil {
			continue // not ours
		}
		if seen[t] {
			return m.violation(Doubled, "folder %d shows item %v twice", f, t)
		}
		seen[t] = true
		if err := m.checkRow(f, t, row, l.Asked); err != nil {
			return err
		}
	}
	if l.Some || !l.Newest && !(l.Start && l.End) {
		return nil
	}
	for t, i := range m.items {
		if i.folder != f || i.doubt || i.seq > uint64(l.Asked) || seen[t] {
			continue
		}
		if (l.Start || i.at < first) && (l.End || i.at > last) {
			return m.violation(Lost, "folder %d does not show item %v in a list of %d rows", f, t, len(l.Rows))
		}
	}
	return nil
}

// checkRow compares a row; m.mu is held.
func (m *Mailbox) checkRow(f Folder, t content.Token, row mapi.Props, asked Mark) error {
	i := m.items[t]
	switch {
	case t.User != m.user:
		return m.violation(Foreign, "folder %d shows item %v", f, t)
	case i == nil:
		return m.violation(Stale, "folder %d shows item %v, which was deleted or never created", f, t)
	case hash(row.Str(mapi.PrSubject)) != i.subject:
		return m.violation(Mixed, "folder %d shows item %v with the subject %q, which is not its own", f, t, row.Str(mapi.PrSubject))
	case i.doubt:
		return nil
	case i.folder != f:
		return m.violation(Stale, "folder %d shows item %v, which is in folder %d", f, t, i.folder)
	}
	if i.seq > uint64(asked) {
		return nil
	}
	if read := row.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0; read != i.read {
		return m.violation(Stale, "folder %d shows item %v with read=%v, it is %v", f, t, read, i.read)
	}
	id := row.Bytes(mapi.PrEntryID)
	switch {
	case len(id) == 0:
	case i.id == nil:
		i.id = id
	case !bytes.Equal(i.id, id):
		return m.violation(Mixed, "folder %d shows item %v under the entry id %x, it has %x", f, t, id, []byte(i.id))
	}
	return nil
}

// CheckItem compares an opened item with the truth.
func (m *Mailbox) CheckItem(t content.Token, props mapi.Props) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.items[t]
	if i == nil || i.doubt {
		return nil
	}
	if got := props.Str(mapi.PrInternetMessageID); got != t.String() {
		kind := Mixed
		if other, err := content.ParseToken(got); err == nil && other.User != m.user {
			kind = Foreign
		}
		return m.violation(kind, "item %v opens as %s", t, got)
	}
	if hash(props.Str(mapi.PrSubject)) != i.subject {
		return m.violation(Mixed, "item %v opens with the subject %q, which is not its own", t, props.Str(mapi.PrSubject))
	}
	if read := props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0; read != i.read {
		return m.violation(Stale, "item %v opens with read=%v, it is %v", t, read, i.read)
	}
	return nil
}

// CheckMissing judges that the server does not find an item.
func (m *Mailbox) CheckMissing(t content.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.items[t]; i != nil && !i.doubt {
		return m.violation(Lost, "item %v of folder %d is not found", t, i.folder)
	}
	return nil
}

// CheckCount compares a folder's counters with the truth.
func (m *Mailbox) CheckCount(f Folder, items, unread uint32, asked Mark) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	low := m.others[f]
	high := low
	for _, i := range m.items {
		switch {
		case i.doubt || i.folder == f && i.seq > uint64(asked):
			high.items++
			high.unread++
		case i.folder == f:
			low.items++
			high.items++
			if !i.read {
				low.unread++
				high.unread++
			}
		}
	}
	if n := int(items); n < low.items || n > high.items {
		return m.violation(miscount(n < low.items), "folder %d counts %d items, there are %d to %d", f, n, low.items, high.items)
	}
	if n := int(unread); n < low.unread || n > high.unread {
		return m.violation(Stale, "folder %d counts %d unread items, there are %d to %d", f, n, low.unread, high.unread)
	}
	return nil
}

// miscount is the kind of a wrong number of items.
func miscount(few bool) Kind {
	if few {
		return Lost
	}
	return Doubled
}

func (m *Mailbox) violation(k Kind, format string, args ...any) error {
	return &Violation{Kind: k, User: m.user, Detail: fmt.Sprintf(format, args...)}
}

// timeOf is the time that lists are sorted by.
func timeOf(props mapi.Props) mapi.FileTime {
	at, _ := props.Get(mapi.PrMessageDeliveryTime)
	return at.Time()
}
