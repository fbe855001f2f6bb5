package pop3

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// inbox is the mailbox that POP3 shows.
const inbox = "INBOX"

// maildrop is the inbox as a session sees it.
type maildrop struct {
	account  mailstore.Account
	folder   mailstore.Folder
	messages []message
}

// message is what is known of a message.
type message struct {
	uid     view.UID
	deleted bool // by DELE
	size    int64
	created time.Time
	id      string // the bytes of the entry id
}

// appendUIDL appends the unique id: the entry id in upper-case hexadecimal digits, 96 of them. RFC 1939 allows 70 characters, but other ids would
// have clients that come from the original's gateway download everything again.
func (m *message) appendUIDL(b []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, c := range []byte(m.id) {
		b = append(b, digits[c>>4], digits[c&0xF])
	}
	return b
}

// openMaildrop reads what there is, oldest first.
func openMaildrop(ctx context.Context, account mailstore.Account) (*maildrop, error) {
	box, err := account.Find(ctx, inbox)
	if err != nil {
		return nil, err
	}
	folder, err := account.Open(ctx, box.ID, func() {})
	if err != nil {
		return nil, err
	}
	d := &maildrop{account: account, folder: folder}
	if err := d.read(ctx); err != nil {
		folder.Close()
		return nil, err
	}
	return d, nil
}

func (d *maildrop) read(ctx context.Context) error {
	snapshot := d.folder.Snapshot()
	uids := make([]view.UID, 0, snapshot.Len())
	for _, m := range snapshot.All(0) {
		uids = append(uids, m.UID)
	}
	d.messages = make([]message, 0, len(uids))
	const items = mailstore.ItemSize | mailstore.ItemSaveDate | mailstore.ItemEntryID
	err := d.folder.Fetch(ctx, uids, items, func(r *mailstore.Record) error {
		d.messages = append(d.messages, message{uid: r.Message.UID, size: r.Size, created: r.SaveDate, id: string(r.EntryID)})
		return nil
	})
	slices.SortStableFunc(d.messages, func(a, b message) int {
		return cmp.Or(a.created.Compare(b.created), cmp.Compare(a.uid, b.uid))
	})
	return err
}

// total is the number of messages that are not deleted, and their size.
func (d *maildrop) total() (count int, size int64) {
	for i := range d.messages {
		if m := &d.messages[i]; !m.deleted {
			count++
			size += m.size
		}
	}
	return count, size
}

// expunge deletes what is marked.
func (d *maildrop) expunge(ctx context.Context) error {
	var uids []view.UID
	for i := range d.messages {
		if m := &d.messages[i]; m.deleted {
			uids = append(uids, m.uid)
		}
	}
	if len(uids) == 0 {
		return nil
	}
	slices.Sort(uids)
	return d.folder.Expunge(ctx, uids)
}

func (d *maildrop) close() {
	d.folder.Close()
	d.account.Close()
}
