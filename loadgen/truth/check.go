package truth

import (
	"fmt"
	"slices"

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
	// Of items between From and To none may be missing, even if Some; To 0 says nothing.
	From, To mapi.FileTime
	// Only says which items the list is of; an item of another kind is stale in it.
	Only Which
}

// Learn takes over what a complete list of a folder shows, at the beginning.
func (m *Mailbox) Learn(f Folder, l List) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var others counts
	var list []item // sorted in one go: lists are long, and in another order
	for _, row := range l.Rows {
		isRead := row.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0
		t, err := content.ParseToken(row.Str(mapi.PrInternetMessageID))
		if err == nil && t.User != m.user {
			return m.violation(Foreign, "at the start folder %d shows item %v", f, t)
		}
		var k key
		ok := false
		if err == nil {
			k, ok = m.newKey(t)
		}
		if !ok {
			others.items++
			if !isRead {
				others.unread++
			}
			continue
		}
		i := item{
			source: k.source, serial: k.serial, at: secondOf(timeOf(row)), subject: hash(row.Str(mapi.PrSubject)), seq: m.seq, folder: uint8(f),
		}
		i.state.set(read, isRead)
		m.setID(&i, row.Bytes(mapi.PrEntryID))
		list = append(list, i)
	}
	m.others[f] = others
	m.items = append(slices.Grow(m.items, len(list)), list...)
	slices.SortFunc(m.items, func(a, b item) int { return a.key().compare(b) })
	for n := 1; n < len(m.items); n++ {
		if a, b := m.items[n-1], m.items[n]; a.key() == b.key() {
			return m.violation(Doubled, "at the start folders %d and %d show item %v", a.folder, b.folder, m.token(&a))
		}
	}
	return nil
}

// CheckList compares a list with the truth, and learns entry ids from it.
func (m *Mailbox) CheckList(f Folder, l List) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := m.newMarks()
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
		place, err := m.checkRow(f, t, row, l)
		if err != nil {
			return err
		}
		if seen.add(place) {
			return m.violation(Doubled, "folder %d shows item %v twice", f, t)
		}
	}
	return m.checkAll(f, l, seen, first, last)
}

// checkAll looks for items that a list does not show. first and last are the times of its ends.
func (m *Mailbox) checkAll(f Folder, l List, seen marks, first, last mapi.FileTime) error {
	whole := !l.Some && (l.Newest || l.Start && l.End)
	if !whole && l.To == 0 {
		return nil
	}
	for at := range m.items {
		i := &m.items[at]
		if Folder(i.folder) != f || i.state&doubt != 0 || i.after(l.Asked) || seen.has(at) || !l.Only.accepts(i) {
			continue
		}
		from, to := i.at.span()
		if from >= l.From && to <= l.To || whole && (l.Start || to <= first) && (l.End || from > last) {
			return m.violation(Lost, "folder %d does not show item %v in a list of %d rows", f, m.token(i), len(l.Rows))
		}
	}
	return nil
}

// checkRow compares a row and returns its item's place; m.mu is held.
func (m *Mailbox) checkRow(f Folder, t content.Token, row mapi.Props, l List) (place int, err error) {
	place = m.place(t)
	switch {
	case t.User != m.user:
		return place, m.violation(Foreign, "folder %d shows item %v", f, t)
	case place < 0:
		return place, m.violation(Stale, "folder %d shows item %v, which was deleted or never created", f, t)
	}
	i := &m.items[place]
	if err := m.checkSubject(i, row.Str(mapi.PrSubject), l.Asked); err != nil {
		return place, fmt.Errorf("folder %d: %w", f, err)
	}
	switch {
	case i.state&doubt != 0:
		return place, nil
	case Folder(i.folder) != f:
		return place, m.violation(Stale, "folder %d shows item %v, which is in folder %d", f, t, i.folder)
	case i.after(l.Asked):
		return place, nil
	}
	isRead := i.state&read != 0
	if shown := row.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0; shown != isRead {
		return place, m.violation(Stale, "folder %d shows item %v with read=%v, it is %v", f, t, shown, isRead)
	}
	if !l.Only.accepts(i) {
		return place, m.violation(Stale, "a search shows item %v of folder %d with read=%v", t, f, isRead)
	}
	id := row.Bytes(mapi.PrEntryID)
	switch {
	case len(id) == 0:
	case i.state&(hasID|oddID) == 0:
		m.setID(i, id)
	case !m.sameID(i, id):
		return place, m.violation(Mixed, "folder %d shows item %v under the entry id %x, it has %x", f, t, id, []byte(m.entryID(i)))
	}
	return place, nil
}

// checkSubject compares a subject. That of an item that is being edited may be the old or the new one.
func (m *Mailbox) checkSubject(i *item, subject string, asked Mark) error {
	switch {
	case hash(subject) == i.subject, i.state&edited != 0 && (i.state&doubt != 0 || i.after(asked)):
		return nil
	case i.state&edited != 0:
		return m.violation(Stale, "item %v has the subject %q, which is not its last one", m.token(i), subject)
	}
	return m.violation(Mixed, "item %v has the subject %q, which is not its own", m.token(i), subject)
}

// CheckItem compares an opened item with the truth.
func (m *Mailbox) CheckItem(t content.Token, props mapi.Props) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	i := m.find(t)
	if i == nil || i.state&doubt != 0 {
		return nil
	}
	if got := props.Str(mapi.PrInternetMessageID); got != t.String() {
		kind := Mixed
		if other, err := content.ParseToken(got); err == nil && other.User != m.user {
			kind = Foreign
		}
		return m.violation(kind, "item %v opens as %s", t, got)
	}
	if err := m.checkSubject(i, props.Str(mapi.PrSubject), Mark(m.seq)); err != nil {
		return err
	}
	isRead := i.state&read != 0
	if shown := props.Uint32(mapi.PrMessageFlags)&mapi.MsgRead != 0; shown != isRead {
		return m.violation(Stale, "item %v opens with read=%v, it is %v", t, shown, isRead)
	}
	return nil
}

// CheckMissing judges that the server does not find an item.
func (m *Mailbox) CheckMissing(t content.Token) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if i := m.find(t); i != nil && i.state&doubt == 0 {
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
	for at := range m.items {
		i := &m.items[at]
		switch {
		case i.state&doubt != 0 || Folder(i.folder) == f && i.after(asked):
			high.items++
			high.unread++
		case Folder(i.folder) == f:
			low.items++
			high.items++
			if i.state&read == 0 {
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

// CheckGuest compares what another user sees in a folder that he may read. Unlike all other questions it may be asked while
// the owner is at work, so that what he changes meanwhile is not judged.
func (m *Mailbox) CheckGuest(f Folder, l List) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := m.newMarks()
	for _, row := range l.Rows {
		t, err := content.ParseToken(row.Str(mapi.PrInternetMessageID))
		if err != nil {
			continue // not ours
		}
		if t.User != m.user {
			return m.violation(Foreign, "folder %d shows a guest item %v", f, t)
		}
		place := m.place(t)
		if place < 0 {
			if m.removed > uint32(l.Asked) {
				continue
			}
			return m.violation(Stale, "folder %d shows a guest item %v, which was deleted or never created", f, t)
		}
		if seen.add(place) {
			return m.violation(Doubled, "folder %d shows a guest item %v twice", f, t)
		}
		i := &m.items[place]
		if i.state&doubt != 0 || i.after(l.Asked) {
			continue
		}
		if Folder(i.folder) != f {
			return m.violation(Stale, "folder %d shows a guest item %v, which is in folder %d", f, t, i.folder)
		}
		if err := m.checkSubject(i, row.Str(mapi.PrSubject), l.Asked); err != nil {
			return err
		}
	}
	return m.checkAll(f, l, seen, 0, 0)
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
