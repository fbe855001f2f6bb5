package notify

import (
	"encoding/binary"
	"slices"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// tableKeySize is the length of a subscription key that names a table (LE32 table id).
const tableKeySize = 4

// NotifySubscribe answers notifySubscribe.
func (h *Hub) NotifySubscribe(c *session.Call, req *wire.NotifySubscribeRequest, _ *wire.NotifySubscribeResponse) error {
	if req.NotifySubscribe == nil {
		return mapi.Errorf(mapi.InvalidParameter, "notifySubscribe", "no subscription given")
	}
	return h.Subscribe(c, req.NotifySubscribe)
}

// NotifySubscribeMulti answers notifySubscribeMulti: all of them or none.
func (h *Hub) NotifySubscribeMulti(c *session.Call, req *wire.NotifySubscribeMultiRequest, _ *wire.NotifySubscribeMultiResponse) error {
	if req.NotifySubscribeArray == nil {
		return mapi.Errorf(mapi.InvalidParameter, "notifySubscribeMulti", "no subscriptions given")
	}
	for i := range req.NotifySubscribeArray {
		if err := h.Subscribe(c, &req.NotifySubscribeArray[i]); err != nil {
			for _, done := range req.NotifySubscribeArray[:i] {
				h.unsubscribe(c.Session, done.Connection)
			}
			return err
		}
	}
	return nil
}

// Subscribe registers one subscription; the kind follows from mask and key.
func (h *Hub) Subscribe(c *session.Call, req *wire.NotifySubscribe) error {
	sub := &subscription{session: c.Session, connection: req.Connection, mask: req.EventMask}
	switch {
	case req.EventMask == mapi.EventICSChange:
		return h.subscribeSync(c, sub, req.SyncState)
	case len(req.Key) == tableKeySize:
		sub.table = true
		if added, err := h.add(sub); err != nil || !added {
			return err
		}
		if err := h.tables.SubscribeTable(c, binary.LittleEndian.Uint32(req.Key), req.Connection); err != nil {
			h.unsubscribe(c.Session, req.Connection)
			return err
		}
		return nil
	}
	ref, err := h.objects.Visible(c, mapi.EntryID(req.Key))
	if err != nil {
		return err
	}
	sub.object, sub.store = ref.ID, ref.Store
	_, err = h.add(sub)
	return err
}

// add links a subscription. A number that the group uses already stays with its first subscription; added is false then.
func (h *Hub) add(sub *subscription) (added bool, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	sub.group = h.groupOf(sub.session)
	if h.settings.SubscriptionsMax > 0 && len(h.owned[sub.session]) >= h.settings.SubscriptionsMax {
		return false, mapi.Errorf(mapi.NotEnoughMemory, "notifySubscribe", "the session has %d subscriptions; see max_subscriptions_per_session", len(h.owned[sub.session]))
	}
	for s := range sub.group.members {
		if slices.ContainsFunc(h.owned[s], func(other *subscription) bool { return other.connection == sub.connection }) {
			return false, nil
		}
	}
	if !h.perUser.Take(sub.session.UserID) {
		return false, mapi.Errorf(mapi.NotEnoughMemory, "notifySubscribe", "user %d has %d subscriptions; see max_subscriptions_per_user",
			sub.session.UserID, h.perUser.Most())
	}
	h.link(sub)
	return true, nil
}

// subscribeSync subscribes to the changes of a synchronised folder. If it has changed since the client's
// state by somebody else, the client is told at once.
func (h *Hub) subscribeSync(c *session.Call, sub *subscription, state wire.NotifySyncState) error {
	registered, err := h.store.Sync(c.Context, state.SyncID)
	if err != nil {
		return err
	}
	folder, err := h.visibleFolder(c, registered.SourceKey)
	if err != nil {
		return err
	}
	sub.place, sub.store = folder.ID, folder.Store
	sub.sync, sub.folder = state.SyncID, string(registered.SourceKey)
	if added, err := h.add(sub); err != nil || !added {
		return err
	}
	changes, err := h.store.Changes(c.Context, registered.SourceKey, state.ChangeID)
	if err != nil {
		return err
	}
	later := slices.IndexFunc(changes, func(ch storage.Change) bool {
		return ch.Sync != state.SyncID && ch.Type&mapi.ChangeMessage != 0
	})
	if later >= 0 {
		h.Push(c.Session, syncEvent(sub, changes[len(changes)-1].ID))
	}
	return nil
}

// visibleFolder finds a folder by its source key and refuses those who may not see it: numbers of syncs are easy to guess. An empty key is
// the whole server, which has no events.
func (h *Hub) visibleFolder(c *session.Call, key []byte) (storage.Ref, error) {
	if len(key) == 0 {
		return storage.Ref{}, nil
	}
	folder, err := h.store.RefBySourceKey(c.Context, key)
	if err != nil {
		return folder, err
	}
	return h.objects.Visible(c, folder.EntryID)
}

// NotifyUnSubscribe answers notifyUnSubscribe; an unknown number is no error.
func (h *Hub) NotifyUnSubscribe(c *session.Call, req *wire.NotifyUnSubscribeRequest, _ *wire.NotifyUnSubscribeResponse) error {
	h.unsubscribe(c.Session, req.Connection)
	return nil
}

// NotifyUnSubscribeMulti answers notifyUnSubscribeMulti.
func (h *Hub) NotifyUnSubscribeMulti(c *session.Call, req *wire.NotifyUnSubscribeMultiRequest, _ *wire.NotifyUnSubscribeMultiResponse) error {
	for _, connection := range req.ConnectionArray {
		h.unsubscribe(c.Session, connection)
	}
	return nil
}

// unsubscribe removes a connection of the session's group, whichever of its sessions made it.
func (h *Hub) unsubscribe(s *session.Session, connection uint32) {
	h.mu.Lock()
	g := h.groups[s.Group()]
	if g == nil {
		h.mu.Unlock()
		return
	}
	var tableOwner *session.Session
	for member := range g.members {
		h.owned[member] = slices.DeleteFunc(h.owned[member], func(sub *subscription) bool {
			if sub.connection != connection {
				return false
			}
			h.unlink(sub)
			if sub.table {
				tableOwner = sub.session
			}
			return true
		})
	}
	h.mu.Unlock()
	if tableOwner != nil {
		h.tables.UnsubscribeTable(tableOwner, connection)
	}
}
