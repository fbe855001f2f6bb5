package meeting

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// request is a request of alice's for an hour of a day.
func (w *world) request(uid, to string, day, hour, sequence int, now time.Time) *mapi.Message {
	w.Helper()
	return w.message(fmt.Sprintf(
		"METHOD:REQUEST\nUID:%s@example.com\nSUMMARY:%s\nDTSTART:202603%02dT%02d0000Z\nDTEND:202603%02dT%02d0000Z\nSEQUENCE:%d",
		uid, uid, day, hour, day, hour+1, sequence), to, now)
}

// queued are the subjects of what a mailbox has in the queue of outgoing mail, in order.
func (w *world) queued(box *client.Mailbox) []string {
	w.Helper()
	outbox := w.table(box.Props.Bytes(mapi.PrIPMOutboxEntryID))
	queue, err := w.admin.OpenQueue(w.Context(), nil)
	if err != nil {
		w.Fatal(err)
	}
	defer queue.Close(w.Context())
	rows, err := queue.Rows(w.Context(), 1000)
	if err != nil {
		w.Fatal(err)
	}
	var subjects []string
	for _, row := range rows {
		if subject, ok := outbox[string(client.QueuedOf(row).EntryID)]; ok {
			subjects = append(subjects, subject)
		}
	}
	slices.Sort(subjects)
	return subjects
}

// subjects are those of the items in a calendar, in order.
func (w *world) subjects(box *client.Mailbox) []string {
	w.Helper()
	return slices.Sorted(maps.Values(w.table(box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID))))
}

// table are the subjects in a folder by entry id.
func (w *world) table(folder mapi.EntryID) map[string]string {
	w.Helper()
	out := map[string]string{}
	err := w.admin.EachRow(w.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID, mapi.PrSubject},
	}, func(row mapi.Props) error {
		out[string(row.Bytes(mapi.PrEntryID))] = row.Str(mapi.PrSubject)
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// TestBrokenOff: wherever a delivery is broken off, the message is delivered unless the organizer has his answer, and when the process was
// killed and the delivery is repeated there is one item and one answer.
func TestBrokenOff(t *testing.T) {
	w := newWorld(t)
	w.user("room", mapi.ClassRoom, 0, client.English)
	w.set("room", "accept", "decline-conflict")
	b := &brokenOff{world: w, now: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), processor: New(w.zone)}
	s := w.logOn(b.count)
	b.box, b.owner = w.mailbox(s, "room")
	b.whole(w.request("taken", "room", 31, 9, 0, b.now))
	kinds := []brokenKind{
		{name: "new", day: 1, hour: 9, item: 1, answer: "Accepted: ", answers: 1},
		{name: "moved", moved: true, day: 1, hour: 13, item: 1, answer: "Accepted: ", answers: 2}, // with the one to its first form
		{name: "declined", day: 31, hour: 9, answer: "Declined: ", answers: 1},
		{name: "moved onto another", moved: true, day: 31, hour: 9, answer: "Declined: ", answers: 1},
	}
	for _, b.kill = range []bool{true, false} { // in this order, as what is not killed leaves something behind
		for _, kind := range kinds {
			t.Run(fmt.Sprintf("%s, killed %t", kind.name, b.kill), func(t *testing.T) {
				for calls := 1; !b.at(t, kind, calls); calls++ {
				}
			})
		}
	}
}

// brokenKind is a request, for something new or for what is in the calendar on the first day, and what is to come of it.
type brokenKind struct {
	name          string
	moved         bool
	day, hour     int
	item, answers int
	answer        string
}

type brokenOff struct {
	*world
	now       time.Time
	processor *Processor
	box       *client.Mailbox
	owner     client.Entry
	stop      context.CancelFunc
	left      int // calls until the delivery ends
	kill      bool
}

func (b *brokenOff) count(string) {
	if b.left--; b.left != 0 {
		return
	}
	if b.kill {
		runtime.Goexit()
	}
	b.stop()
}

// errKilled is what the next of kin of a killed process would say.
var errKilled = errors.New("killed")

// process ends with a call, with none for 0: as if the process were killed before it, or with its context while it is made, so that
// nobody knows whether the server carries it out.
func (b *brokenOff) process(m *mapi.Message, calls int) (o Outcome, err error) {
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	b.stop, b.left = cancel, calls
	err = errKilled
	done := make(chan struct{})
	go func() {
		defer close(done)
		o, err = b.processor.Process(ctx, b.box, b.owner, m, b.now)
	}()
	<-done
	return o, err
}

func (b *brokenOff) whole(m *mapi.Message) {
	b.Helper()
	if o, err := b.process(m, 0); o.Action != Consumed || err != nil {
		b.Errorf("%+v, %v", o, err)
	}
}

// at breaks one delivery off. It is true if the delivery ended before.
func (b *brokenOff) at(t *testing.T, kind brokenKind, calls int) bool {
	uid, sequence := strings.ReplaceAll(kind.name, " ", "-")+fmt.Sprint(calls, b.kill), 0
	if kind.moved {
		b.whole(b.request(uid, "room", 1, 11, 0, b.now))
		sequence = 1
	}
	m := b.request(uid, "room", kind.day, kind.hour, sequence, b.now)
	o, err := b.process(m, calls)
	if queued := b.queued(b.box); o.Action == Consumed && !slices.Contains(queued, "Accepted: "+uid) && !slices.Contains(queued, "Declined: "+uid) {
		t.Errorf("broken off at call %d: the message is gone and nobody was answered", calls)
	}
	if !b.kill {
		return err == nil // the server may still be at the call that was broken off
	}
	b.whole(m)
	items, answers := 0, 0
	for id, subject := range b.table(b.box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID)) {
		if subject != uid {
			continue
		}
		items++
		if err := b.admin.DeleteMessages(t.Context(), true, mapi.EntryID(id)); err != nil { // the time is the next one's
			t.Fatal(err)
		}
	}
	for _, subject := range b.queued(b.box) {
		if subject == kind.answer+uid {
			answers++
		}
	}
	if items != kind.item || answers != kind.answers {
		t.Errorf("broken off at call %d: %d items and %d answers, want %d and %d", calls, items, answers, kind.item, kind.answers)
	}
	return err == nil
}

// TestRefused: what the server refuses leaves the calendar as it was, and the message is delivered.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	w.user("room", mapi.ClassRoom, 0, client.English)
	w.set("room", "accept", "decline-conflict")
	now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	box, owner := w.mailbox(w.admin, "room")
	p := New(w.zone)
	if o, err := p.Process(t.Context(), box, owner, w.request("known", "room", 2, 9, 0, now), now); o.Action != Consumed || err != nil {
		t.Fatal(o, err)
	}
	without := *box
	without.Props = mapi.Props(mapi.CloneProps(box.Props))
	without.Props.Set(mapi.Binary(mapi.PrIPMOutboxEntryID, box.Store.EntryID)) // no folder, so that answers cannot be saved
	for _, m := range []*mapi.Message{w.request("new", "room", 3, 9, 0, now), w.request("known", "room", 2, 10, 1, now)} {
		o, err := p.Process(t.Context(), &without, owner, m, now)
		if o.Action != Deliver || err == nil || !strings.Contains(err.Error(), "saving the answer") {
			t.Errorf("%+v, %v", o, err)
		}
	}
	items := w.messages(box.InboxProps.Bytes(mapi.PrIPMAppointmentEntryID))
	for _, m := range items {
		if longOf(m, sequence) != 0 || timeOf(m, startWhole).Hour() != 9 {
			t.Errorf("the item is %s", w.item(m))
		}
	}
	if len(items) != 1 {
		t.Errorf("%d items", len(items))
	}
	if got := w.queued(box); !slices.Equal(got, []string{"Accepted: known"}) {
		t.Errorf("queued %q", got)
	}
}

// TestOneRoom: of requests for one room at one moment one is accepted, by one process and by several that look into the calendar before any
// of them has saved. It is the database that brings them into an order.
func TestOneRoom(t *testing.T) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			w := newWorldOn(t, engine)
			w.user("room", mapi.ClassRoom, 0, client.English)
			w.set("room", "accept", "decline-conflict")
			for i, r := range []rush{
				{"one process", 1, 8, 8, false}, {"two processes", 2, 1, 2, false}, {"five processes", 5, 1, 5, false},
				{"one message twice", 2, 1, 1, true},
			} {
				t.Run(r.name, func(t *testing.T) {
					here := *w
					here.T = t
					here.rush(r, i)
				})
			}
		})
	}
}

// rush are requests that come at one moment.
type rush struct {
	name                    string
	processes, each, answer int
	same                    bool // one request, delivered by all at once
}

func (w *world) rush(r rush, number int) {
	now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	together := &barrier{left: r.processes, open: make(chan struct{})}
	var wg sync.WaitGroup
	var delivered atomic.Int32
	box, owner := w.mailbox(w.admin, "room")
	uid, before := 0, len(w.queued(box))
	for range r.processes {
		own, _ := w.mailbox(w.logOn(nil), "room")
		p := New(w.zone)
		if r.processes > 1 {
			p.beforeSave = together.wait
		}
		for range r.each {
			if !r.same {
				uid++
			}
			m := w.request(fmt.Sprintf("case%d-%d", number, uid), "room", 10+number, 9, 0, now)
			wg.Go(func() {
				o, err := p.Process(w.Context(), own, owner, m, now)
				if o.Action == Deliver {
					delivered.Add(1)
				}
				if err != nil {
					w.Error(err)
				}
			})
		}
	}
	wg.Wait()
	accepted := 0
	queued := w.queued(box)
	for _, subject := range queued {
		if strings.HasPrefix(subject, fmt.Sprintf("Accepted: case%d-", number)) {
			accepted++
		}
	}
	if accepted != 1 || len(queued)-before != r.answer || int(delivered.Load()) != r.processes*r.each-r.answer {
		w.Errorf("%d accepted, %d answered, %d delivered", accepted, len(queued)-before, delivered.Load())
	}
	if items := w.subjects(box); len(items) != number+1 {
		w.Errorf("the calendar has %q", items)
	}
}

// barrier lets nobody on before all are there.
type barrier struct {
	mu   sync.Mutex
	left int
	open chan struct{}
}

func (b *barrier) wait() {
	b.mu.Lock()
	if b.left--; b.left == 0 {
		close(b.open)
	}
	b.mu.Unlock()
	<-b.open
}

// TestCalls: what a delivery costs in calls.
func TestCalls(t *testing.T) {
	w := newWorld(t)
	w.user("room", mapi.ClassRoom, 0, client.English)
	w.set("room", "accept", "decline-conflict")
	w.user("bob", mapi.ClassActiveUser, 0, client.English)
	now := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	made := new(calls)
	s := w.logOn(made.note)
	p := New(w.zone)
	delegated := w.request("z", "room", 4, 9, 0, now)
	delegated.Props.Set(mapi.Bool(delegatedByRule, true))
	table := []string{"tableOpen", "tableMulti", "tableQueryRows", "tableQueryRows", "tableClose"}
	empty := slices.Delete(slices.Clone(table), 3, 4)
	some := func(parts ...[]string) []string { return slices.Concat(parts...) }
	one := func(names ...string) []string { return names }
	for _, tt := range []struct {
		name, to string
		message  *mapi.Message
		want     []string
	}{
		{"no meeting", "room", &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note")}}, nil},
		{"a delegate's copy", "room", delegated, nil},
		{"the first one publishes", "room", w.request("a", "room", 2, 9, 0, now), nil},
		{"accepted", "room", w.request("b", "room", 3, 9, 0, now), some(
			one("loadObject"), empty, one("saveObject"), table, one("saveObject", "submitMessage"),
			one("getPublicStore", "loadObject"), table, one("loadObject", "saveObject"),
		)},
		{"declined", "room", w.request("c", "room", 3, 9, 0, now), some(
			one("loadObject"), table, empty, empty, one("saveObject", "submitMessage"),
		)},
		{"a person's, off", "bob", w.request("d", "bob", 3, 9, 0, now), one("loadObject")},
	} {
		if tt.to == "bob" {
			w.set("bob")
		}
		box, owner := w.mailbox(s, tt.to)
		made.take()
		if _, err := p.Process(t.Context(), box, owner, tt.message, now); err != nil {
			t.Fatal(err)
		}
		if got := made.take(); tt.name != "the first one publishes" && !slices.Equal(got, tt.want) {
			t.Errorf("%s: %d calls %q, want %d %q", tt.name, len(got), got, len(tt.want), tt.want)
		}
	}
}
