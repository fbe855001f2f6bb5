// Package notify tells clients what changed: it keeps their subscriptions, matches the change feed
// against them and hands the events out to long polls (wire.md section 10).
//
// It owns subscriptions and the queues of events, one queue per session group. Events of tables are made by the table
// engine and only queued here.
//
// All methods may be called from any goroutine. Batches of the feed are matched under a read lock; a
// queue has its own lock, held for an append. A waiting poll is one goroutine with one timer.
//
// It refuses to queue without bound: a group whose client does not fetch its events loses its sessions when the queue is full,
// upon which the client logs on again and reloads, as the protocol provides.
package notify

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/internal/contain"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Tables is the table engine, as far as subscriptions to tables go.
type Tables interface {
	// SubscribeTable fills the table and from then on pushes its events under the connection number; NOT_FOUND for an unknown table.
	SubscribeTable(c *session.Call, tableID, connection uint32) error
	UnsubscribeTable(s *session.Session, connection uint32)
}

// Objects resolves entry ids and tells what users may see.
type Objects interface {
	// Visible finds an object by its entry id: NOT_FOUND, or NO_ACCESS if its folder is not visible to the caller.
	Visible(c *session.Call, id mapi.EntryID) (storage.Ref, error)
	// Sees reports whether a user may know of an object as it is in ref: of folders that are visible to him, of messages that he
	// may read. It is asked while a write lane waits. What cannot be found out counts as no.
	Sees(ctx context.Context, user uint32, ref storage.Ref) bool
	// SeesFolder reports whether a folder is visible to a user where it is now.
	SeesFolder(ctx context.Context, user, folder uint32) bool
}

// Settings bound what clients may cost.
type Settings struct {
	PollTimeout      time.Duration // an idle poll ends after it
	QueueLimit       int           // events waiting per group
	SubscriptionsMax int           // per session; 0: no limit
	// SubscriptionsPerUser bounds those of all sessions of a user; 0: no limit.
	SubscriptionsPerUser int
}

// Hub is the registry of subscriptions.
type Hub struct {
	// Panics, if set before the first session, gets what panics while the hub acts outside of a call.
	Panics *contain.Reporter

	settings Settings
	store    storage.Store
	objects  Objects
	tables   Tables
	sessions *session.Manager
	perUser  *session.Quota

	mu       sync.RWMutex
	groups   map[session.Group]*group
	byObject map[uint32][]*subscription
	byFolder map[string][]*subscription // ICS, by source key of the folder
	owned    map[*session.Session][]*subscription
}

// subscription is one connection of a session.
type subscription struct {
	session    *session.Session
	group      *group
	connection uint32
	mask       uint32
	store      uint32 // of the object or the folder
	object     uint32 // object events
	table      bool
	sync       uint32 // ICS events
	folder     string
	place      uint32 // the object number of that folder
}

// New makes an empty hub. Tables is set by [Hub.UseTables], since the table engine pushes to the hub.
func New(settings Settings, store storage.Store, objects Objects, sessions *session.Manager) *Hub {
	return &Hub{
		settings: settings, store: store, objects: objects, sessions: sessions,
		perUser:  session.NewQuota(settings.SubscriptionsPerUser),
		groups:   make(map[session.Group]*group),
		byObject: make(map[uint32][]*subscription),
		byFolder: make(map[string][]*subscription),
		owned:    make(map[*session.Session][]*subscription),
	}
}

// UseTables connects the table engine, before the first request.
func (h *Hub) UseTables(t Tables) { h.tables = t }

var _ feed.Sink = (*Hub)(nil)

// groupOf finds or makes the group of a session; the caller holds mu.
func (h *Hub) groupOf(s *session.Session) *group {
	key := s.Group()
	if g := h.groups[key]; g != nil {
		// A client logs on again as soon as a session has ended, which may be before drop is called. What the old session had
		// must not keep the new one from the same numbers.
		for member := range g.members {
			if member != s && member.Context().Err() != nil {
				h.forget(member)
			}
		}
	}
	g := h.groups[key]
	if g == nil {
		g = newGroup(h.settings.QueueLimit)
		h.groups[key] = g
	}
	if _, known := g.members[s]; !known {
		g.members[s] = struct{}{}
		// On a goroutine of its own the session could end before it is known to have members to drop.
		context.AfterFunc(s.Context(), func() { h.Panics.Do("forgetting a session", func() { h.drop(s) }) })
	}
	return g
}

// drop forgets a session that ended.
func (h *Hub) drop(s *session.Session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(s)
}

// forget removes a session and its subscriptions; the caller holds mu.
func (h *Hub) forget(s *session.Session) {
	for _, sub := range h.owned[s] {
		h.unlink(sub)
	}
	delete(h.owned, s)
	key := s.Group()
	if g := h.groups[key]; g != nil {
		delete(g.members, s)
		if len(g.members) == 0 {
			delete(h.groups, key)
		}
	}
}

// link adds a subscription to the indexes; the caller holds mu.
func (h *Hub) link(sub *subscription) {
	switch {
	case sub.sync != 0:
		h.byFolder[sub.folder] = append(h.byFolder[sub.folder], sub)
	case sub.object != 0:
		h.byObject[sub.object] = append(h.byObject[sub.object], sub)
	}
	h.owned[sub.session] = append(h.owned[sub.session], sub)
}

// unlink removes it again, but not from owned; the caller holds mu.
func (h *Hub) unlink(sub *subscription) {
	h.perUser.Give(sub.session.UserID, 1)
	same := func(other *subscription) bool { return other == sub }
	switch {
	case sub.sync != 0:
		if h.byFolder[sub.folder] = slices.DeleteFunc(h.byFolder[sub.folder], same); len(h.byFolder[sub.folder]) == 0 {
			delete(h.byFolder, sub.folder)
		}
	case sub.object != 0:
		if h.byObject[sub.object] = slices.DeleteFunc(h.byObject[sub.object], same); len(h.byObject[sub.object]) == 0 {
			delete(h.byObject, sub.object)
		}
	}
}

// Push queues an event for the clients of a session's group. What the event refers to must stay unchanged.
func (h *Hub) Push(s *session.Session, n wire.Notification) {
	h.mu.RLock()
	g := h.groups[s.Group()]
	h.mu.RUnlock()
	if g != nil {
		h.enqueue(g, n)
	}
}

// enqueue appends an event; a full queue costs the group its sessions. The client logs on into the same group again, perhaps while calls
// keep the old sessions: it gets a queue of its own.
func (h *Hub) enqueue(g *group, n wire.Notification) {
	if !g.push(n) {
		h.end(g)
	}
}

// end ends the sessions of a group that has missed something.
func (h *Hub) end(g *group) {
	const ending = "ending sessions that missed events"
	go h.Panics.Do(ending, func() { // not here: ending a session waits for its calls, and the lane waits for us
		h.mu.Lock()
		members := slices.Collect(maps.Keys(g.members))
		for _, s := range members {
			h.forget(s)
		}
		h.mu.Unlock()
		for _, s := range members {
			go h.Panics.Do(ending, func() { h.sessions.End(s) }) // none waits for the calls of another
		}
	})
}
