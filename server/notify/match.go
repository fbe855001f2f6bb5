package notify

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"zarafa/mapi"
	"zarafa/server/feed"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// Apply queues the events of a committed change for everybody who subscribed to them.
func (h *Hub) Apply(b *feed.Batch) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for i := range b.Events {
		h.object(&b.Events[i])
	}
	for _, change := range b.Changes {
		for _, sub := range h.byFolder[string(change.Parent)] {
			if sub.sync != change.Sync && sub.session.GroupID != 0 && h.objects.SeesFolder(context.Background(), sub.session.UserID, sub.place) {
				h.enqueue(sub.group, syncEvent(sub, change.ID))
			}
		}
	}
}

// object queues one object event for each matching subscription, in the order of their numbers.
func (h *Hub) object(e *feed.Event) {
	var matching []*subscription
	var seen map[uint32]*feed.Event // by user
	for _, key := range keysOf(e) {
		for _, sub := range h.byObject[key.id] {
			if sub.session.GroupID == 0 || slices.Contains(matching, sub) {
				continue
			}
			user := sub.session.UserID
			as, known := seen[user]
			if !known {
				as = h.asSeenBy(user, e)
				if seen == nil {
					seen = make(map[uint32]*feed.Event)
				}
				seen[user] = as
			}
			if as != nil && sub.wants(as, key.parent) {
				matching = append(matching, sub)
			}
		}
	}
	if len(matching) == 0 {
		return
	}
	slices.SortFunc(matching, func(a, b *subscription) int { return cmp.Compare(a.connection, b.connection) })
	bodies := make(map[*feed.Event]*wire.NotificationObject, 1)
	for _, sub := range matching {
		as := seen[sub.session.UserID]
		if bodies[as] == nil {
			bodies[as] = objectEvent(as)
		}
		h.enqueue(sub.group, wire.Notification{Connection: sub.connection, EventType: eventType(as.Kind), Obj: bodies[as]})
	}
}

// asSeenBy is an event as a user may learn of it, nil if he may not at all. Rights are asked now and not when he subscribed: everybody
// may subscribe to a store but sees some of its folders only, and what he could see once may be closed to him since. Of a move between
// a place that he sees and one that he does not he learns that something came or went.
func (h *Hub) asSeenBy(user uint32, e *feed.Event) *feed.Event {
	sees := h.objects.Sees(context.Background(), user, e.Object)
	if e.Kind != feed.Moved && e.Kind != feed.Copied {
		if !sees {
			return nil
		}
		return e
	}
	old := h.objects.Sees(context.Background(), user, e.Old)
	switch {
	case sees && old:
		return e
	case sees:
		return &feed.Event{Kind: feed.Created, Object: e.Object, ParentEntryID: e.ParentEntryID}
	case old && e.Kind == feed.Moved:
		return &feed.Event{Kind: feed.Deleted, Object: e.Old, ParentEntryID: e.OldParentEntryID}
	}
	return nil
}

// eventKey is an object under which subscriptions to an event may stand.
type eventKey struct {
	id     uint32
	parent bool // reached only by subscriptions with the modifier for messages below
}

func keysOf(e *feed.Event) []eventKey {
	keys := []eventKey{{id: e.Object.ID}}
	if e.Object.Store != e.Object.ID {
		keys = append(keys, eventKey{id: e.Object.Store})
	}
	if e.Object.Type == mapi.TypeMessage {
		keys = append(keys, eventKey{e.Object.Parent, true})
		if e.Old.Parent != 0 && e.Old.Parent != e.Object.Parent {
			keys = append(keys, eventKey{e.Old.Parent, true})
		}
	}
	return keys
}

// wants applies the mask: event, object type, counter changes.
func (s *subscription) wants(e *feed.Event, viaParent bool) bool {
	if s.mask&eventType(e.Kind) == 0 || viaParent && s.mask&mapi.EventMessagesOnly == 0 {
		return false
	}
	if types := s.mask & (mapi.EventMessagesOnly | mapi.EventFoldersOnly); types != 0 {
		message := e.Object.Type == mapi.TypeMessage && types&mapi.EventMessagesOnly != 0
		folder := e.Object.Type == mapi.TypeFolder && types&mapi.EventFoldersOnly != 0
		if !message && !folder {
			return false
		}
	}
	return !e.CountersOnly || s.mask&mapi.EventIgnoreCounters == 0
}

func eventType(k feed.Kind) uint32 {
	switch k {
	case feed.Created:
		return mapi.EventCreated
	case feed.Modified:
		return mapi.EventModified
	case feed.Deleted:
		return mapi.EventDeleted
	case feed.Moved:
		return mapi.EventMoved
	case feed.Copied:
		return mapi.EventCopied
	case feed.SearchComplete:
		return mapi.EventSearchComplete
	}
	return 0
}

// objectEvent is the body of an object event. A modified folder or store comes without its parent.
func objectEvent(e *feed.Event) *wire.NotificationObject {
	n := &wire.NotificationObject{EntryID: e.Object.EntryID, ObjType: uint32(e.Object.Type)}
	switch e.Kind {
	case feed.Created, feed.Deleted:
		n.ParentID = e.ParentEntryID
	case feed.Modified:
		if e.Object.Type == mapi.TypeMessage {
			n.ParentID = e.ParentEntryID
		}
	case feed.Moved, feed.Copied:
		n.ParentID, n.OldID, n.OldParentID = e.ParentEntryID, e.Old.EntryID, e.OldParentEntryID
	}
	return n
}

// syncEvent tells a synchronisation that its folder changed: LE32 sync id, LE32 change id.
func syncEvent(sub *subscription, change uint32) wire.Notification {
	state := binary.LittleEndian.AppendUint32(nil, sub.sync)
	state = binary.LittleEndian.AppendUint32(state, change)
	return wire.Notification{Connection: sub.connection, EventType: mapi.EventICSChange, ICS: &wire.NotificationICS{SyncState: state}}
}

// Notify answers notify: a delivery agent announces new mail. Nothing else may be announced by clients.
func (h *Hub) Notify(c *session.Call, req *wire.NotifyRequest, _ *wire.NotifyResponse) error {
	n := &req.Notification
	if n.EventType != mapi.EventNewMail || n.NewMail == nil {
		return mapi.Errorf(mapi.NoAccess, "notify", "clients may announce new mail only, not %#x", n.EventType)
	}
	parent, err := h.objects.Visible(c, n.NewMail.ParentID)
	if err != nil {
		return err
	}
	body := &wire.NotificationNewMail{
		EntryID: slices.Clone(n.NewMail.EntryID), ParentID: slices.Clone(n.NewMail.ParentID), MessageFlags: n.NewMail.MessageFlags,
	}
	if class := n.NewMail.MessageClass; class.Valid {
		body.MessageClass = wire.Text(string([]byte(class.String))) // a copy: it outlives the request
	}
	h.newMail(parent, body)
	return nil
}

func (h *Hub) newMail(parent storage.Ref, body *wire.NotificationNewMail) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	mail := storage.Ref{Store: parent.Store, Parent: parent.ID, Type: mapi.TypeMessage}
	for _, id := range []uint32{parent.ID, parent.Store} {
		for _, sub := range h.byObject[id] {
			if sub.mask&mapi.EventNewMail != 0 && sub.session.GroupID != 0 && h.objects.Sees(context.Background(), sub.session.UserID, mail) {
				h.enqueue(sub.group, wire.Notification{Connection: sub.connection, EventType: mapi.EventNewMail, NewMail: body})
			}
		}
	}
}
