package notify

import "zarafa/server/feed"

var _ feed.Amender = (*Hub)(nil)

// Amend ends the sessions of groups with subscriptions to anything in a store: they may have missed an event, and log on again and
// reload, as after a full queue. Those with tables alone are told by the table engine.
func (h *Hub) Amend(store uint32) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, subs := range h.owned {
		for _, sub := range subs {
			if store != 0 && sub.store == store && sub.group.miss() {
				h.end(sub.group)
			}
		}
	}
}
