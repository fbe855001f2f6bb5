package storagetest

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

// crashEnv tells the test binary that it is the child of a crash test; its value says which database to open.
const crashEnv = "ZARAFA_STORAGE_CRASH_CHILD"

// CrashChild is for TestMain: in the child of a crash test it writes messages until it is killed
// and never returns; elsewhere it does nothing.
func CrashChild(open func(database string) (storage.Store, error)) {
	database := os.Getenv(crashEnv)
	if database == "" {
		return
	}
	s, err := open(database)
	if err == nil {
		err = writeUntilKilled(s)
	}
	fmt.Fprintln(os.Stderr, "child:", err)
	os.Exit(1)
}

// writeUntilKilled delivers from several goroutines and prints the id of each message after
// its commit.
func writeUntilKilled(s storage.Store) error {
	ctx := context.Background()
	boxes, err := s.Mailboxes(ctx, storage.MailboxQuery{})
	if err != nil {
		return err
	}
	failed := make(chan error)
	for i := range 8 {
		box := boxes[i%len(boxes)]
		folders, err := s.Refs(ctx, storage.RowQuery{Parent: box.Root, Type: mapi.TypeFolder})
		if err != nil {
			return err
		}
		m := mailbox{store: box.ID, root: box.Root, inbox: folders[0].ID, guid: box.GUID}
		go func() {
			for {
				id, err := deliver(ctx, s, m)
				if err != nil {
					failed <- err
					return
				}
				fmt.Printf("%d\n", id) // one write, so lines stay whole
			}
		}()
	}
	return <-failed
}

// deliver saves a message that knows its own contents, so that checkMessage can tell whether it is whole.
func deliver(ctx context.Context, s storage.Store, m mailbox) (id uint32, err error) {
	err = s.Update(ctx, m.store, func(ctx context.Context, tx storage.Tx) error {
		o, err := newMessage(ctx, tx, m, m.inbox)
		if err != nil {
			return err
		}
		id = o.ID
		change, err := tx.NewChangeID(ctx)
		if err != nil {
			return err
		}
		o.Props.Set(mapi.Binary(mapi.MakeTag(0x1013, mapi.PtBinary), crashBody(id)))
		if err := tx.Insert(ctx, o); err != nil {
			return err
		}
		if err := tx.AddCounters(ctx, m.store, m.inbox, storage.Counters{Content: 1, Unread: 1}); err != nil {
			return err
		}
		return tx.PutChange(ctx, storage.Change{ID: change, Parent: []byte("inbox"), SourceKey: o.SourceKey, Type: 0x1001})
	}, nil)
	return id, err
}

// crashBody is a large value for every fourth message.
func crashBody(id uint32) []byte {
	if id/6%4 == 0 {
		return bytes.Repeat(fmt.Appendf(nil, "body of %d ", id), 40000)
	}
	return fmt.Appendf(nil, "body of %d ", id)
}

// Crash starts the test binary again as a child that writes, lets kill end it (or the database) after a
// number of acknowledged messages, and checks what is there afterwards. kill gets the child and must
// not return before the database can be opened again.
func Crash(t *testing.T, db Database, database string, messages int, kill func(child *exec.Cmd)) {
	f := &fixture{T: t, ctx: t.Context(), db: db}
	f.s = db.Open(t)
	for range 3 {
		f.mailbox()
	}
	f.close()

	child := exec.Command(os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), crashEnv+"="+database)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	f.must(err)
	f.must(child.Start())
	lines := bufio.NewReader(out)
	var acknowledged []uint32
	read := func() bool {
		line, err := lines.ReadString('\n')
		var id uint32
		if _, e := fmt.Sscanf(line, "%d\n", &id); e == nil && err == nil {
			acknowledged = append(acknowledged, id)
		}
		return err == nil
	}
	for len(acknowledged) < messages && read() {
	}
	kill(child)
	for read() {
	}
	io.Copy(io.Discard, out)
	child.Wait() // it was killed
	if len(acknowledged) < messages {
		t.Fatalf("the child ended after %d messages", len(acknowledged))
	}

	f.s = db.Open(t)
	defer f.close()
	f.check()
	if c, ok := f.s.(storage.Checker); ok {
		f.must(c.CheckCounters(f.ctx))
	}
	for _, id := range acknowledged {
		f.checkMessage(id)
	}
	f.checkAll(len(acknowledged))
}

func (f *fixture) checkMessage(id uint32) {
	f.Helper()
	o, err := f.s.Object(f.ctx, id)
	f.must(err)
	parts := 0
	f.must(o.Walk(func(*storage.Object) error { parts++; return nil }))
	if parts != 6 {
		f.Errorf("message %d has %d of 6 parts", id, parts)
	}
	body := o.Props.Bytes(mapi.MakeTag(0x1013, mapi.PtBinary))
	if len(o.Lobs) == 1 {
		body = f.readLob(o.Lobs[0].Instance)
	}
	if !bytes.Equal(body, crashBody(id)) {
		f.Errorf("message %d: the body is not whole (%d bytes)", id, len(body))
	}
}

// checkAll checks that messages which were not acknowledged are whole as well, and that new ones can be written.
func (f *fixture) checkAll(acknowledged int) {
	f.Helper()
	boxes, err := f.s.Mailboxes(f.ctx, storage.MailboxQuery{})
	f.must(err)
	total, last := 0, uint32(0)
	var m mailbox
	for _, box := range boxes {
		folders, err := f.s.Refs(f.ctx, storage.RowQuery{Parent: box.Root, Type: mapi.TypeFolder})
		f.must(err)
		m = mailbox{store: box.ID, root: box.Root, inbox: folders[0].ID, guid: box.GUID}
		refs, err := f.s.Refs(f.ctx, storage.RowQuery{Parent: m.inbox, Type: mapi.TypeMessage})
		f.must(err)
		total += len(refs)
		for _, r := range refs {
			f.checkMessage(r.ID)
			last = max(last, r.ID)
		}
	}
	if total < acknowledged {
		f.Errorf("%d messages are there, %d were acknowledged", total, acknowledged)
	}
	changes, err := f.s.Changes(f.ctx, []byte("inbox"), 0)
	f.must(err)
	if len(changes) != total {
		f.Errorf("%d changes for %d messages", len(changes), total)
	}
	id, err := deliver(f.ctx, f.s, m)
	f.must(err)
	if id <= last {
		f.Errorf("object id %d was given again (highest: %d)", id, last)
	}
}
