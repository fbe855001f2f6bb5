package meeting

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zarafa/calendar/content"
	"zarafa/calendar/ical"
	"zarafa/calendar/zone"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// world is a server with alice, who invites, and whoever is invited.
type world struct {
	*testing.T
	server *servertest.Instance
	admin  *client.Session
	zone   *zone.Zone
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, config.EngineSQLite)
}

func newWorldOn(t *testing.T, engine string) *world {
	t.Helper()
	w := &world{T: t, server: servertest.Start(t, engine, "createuser_script =\n")}
	w.admin = w.logOn(nil)
	if _, err := w.admin.CreatePublicStore(t.Context()); err != nil {
		t.Fatal(err)
	}
	var ok bool
	if w.zone, ok = zone.Load("Europe/Amsterdam"); !ok {
		t.Fatal("no zone")
	}
	w.user("alice", mapi.ClassActiveUser, 0, client.English)
	return w
}

func (w *world) logOn(note func(string)) *client.Session {
	w.Helper()
	s, err := client.LogOn(w.Context(), client.Options{Endpoint: w.server.Endpoint(), User: "SYSTEM", OnCall: note})
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// user makes somebody with a mailbox. His name is his login name with a capital letter.
func (w *world) user(name string, class mapi.ObjectClass, capacity uint32, lang client.Language) {
	w.Helper()
	u := client.User{
		Name: name, Password: "secret", FullName: strings.ToUpper(name[:1]) + name[1:], Email: name + "@example.com", Class: class, Capacity: capacity,
	}
	var err error
	if u.ID, u.EntryID, err = w.admin.CreateUser(w.Context(), u); err != nil {
		w.Fatal(err)
	}
	if _, err := w.admin.CreateStore(w.Context(), u, lang); err != nil {
		w.Fatal(err)
	}
}

// mailbox is a mailbox as the delivery agent sees it.
func (w *world) mailbox(s *client.Session, name string) (*client.Mailbox, client.Entry) {
	w.Helper()
	box, err := s.Mailbox(w.Context(), name)
	if err != nil {
		w.Fatal(err)
	}
	found, err := s.ResolveNames(w.Context(), name)
	if err != nil || found[0].Resolution != client.Resolved {
		w.Fatalf("%s: %v, %v", name, found, err)
	}
	return box, found[0]
}

// set stores settings by their names in zarafa-admin.
func (w *world) set(name string, words ...string) {
	w.Helper()
	box, _ := w.mailbox(w.admin, name)
	processes, err := w.admin.PropTag(w.Context(), client.ProcessMeetings(), mapi.PtBoolean, true)
	if err != nil {
		w.Fatal(err)
	}
	for _, id := range client.FreebusyMessages(box.InboxProps) {
		if err := w.admin.SetProps(w.Context(), id,
			mapi.Bool(mapi.PrProcessMeetingRequests, slices.Contains(words, "accept")),
			mapi.Bool(mapi.PrDeclineConflictingMeetingRequests, slices.Contains(words, "decline-conflict")),
			mapi.Bool(mapi.PrDeclineRecurringMeetingRequests, slices.Contains(words, "decline-recurring")),
			mapi.Bool(processes, slices.Contains(words, "process")),
		); err != nil {
			w.Fatal(err)
		}
	}
}

// message makes a meeting message of components without their frame; those of one text are separated by an empty line. Without organizer
// or attendee alice invites whoever it is for.
func (w *world) message(text, to string, now time.Time) *mapi.Message {
	w.Helper()
	text = strings.TrimSpace(text)
	method, rest, _ := strings.Cut(text, "\n")
	var b strings.Builder
	fmt.Fprintf(&b, "BEGIN:VCALENDAR\n%s\n", method)
	for _, c := range strings.Split(rest, "\n\n") {
		c = strings.TrimSpace(c)
		if !strings.Contains(c, "ORGANIZER") {
			c += "\nORGANIZER;CN=Alice:mailto:alice@example.com"
		}
		if !strings.Contains(c, "ATTENDEE") {
			c += "\nATTENDEE;RSVP=TRUE;CN=" + to + ":mailto:" + to + "@example.com"
		}
		if !strings.Contains(c, "DTSTAMP") {
			c += "\nDTSTAMP:20260110T080000Z"
		}
		fmt.Fprintf(&b, "BEGIN:VEVENT\n%s\nEND:VEVENT\n", c)
	}
	b.WriteString("END:VCALENDAR\n")
	roots, err := content.Parse(b.String(), content.Limits{})
	if err != nil {
		w.Fatal(err)
	}
	items, err := ical.Read(roots[0], w.options(to, now))
	if err != nil || len(items) != 1 {
		w.Fatalf("%d items, %v in\n%s", len(items), err, b.String())
	}
	return items[0].Message
}

func (w *world) options(self string, now time.Time) *ical.Options {
	return &ical.Options{Zone: w.zone, Now: now, Self: func(a string) bool { return a == self+"@example.com" }}
}

// messages are the messages of a folder, in the order in which they came.
func (w *world) messages(folder mapi.EntryID) map[string]*mapi.Message {
	w.Helper()
	out := map[string]*mapi.Message{}
	err := w.admin.EachRow(w.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(row mapi.Props) error {
		id := mapi.EntryID(row.Bytes(mapi.PrEntryID))
		m, err := w.admin.LoadMessage(w.Context(), id)
		out[string(id)] = m
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// year is what tests look at.
func year() (from, to time.Time) {
	return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
}

// calls notes the calls of a session.
type calls struct {
	mu   sync.Mutex
	list []string
}

func (c *calls) note(op string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list = append(c.list, op)
}

func (c *calls) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.list
	c.list = nil
	return list
}
