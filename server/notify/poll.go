package notify

import (
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// NotifyGetItems answers notifyGetItems: all queued events of the group at once, or what comes within the
// time-out, or nothing.
func (h *Hub) NotifyGetItems(c *session.Call, _ *wire.NotifyGetItemsRequest, resp *wire.NotifyResponse) error {
	h.mu.Lock()
	g := h.groupOf(c.Session)
	h.mu.Unlock()
	h.sessions.Touch(c.Session)
	p := g.begin(c.Session)
	defer g.end(c.Session, p)
	timer := time.NewTimer(h.settings.PollTimeout)
	defer timer.Stop()
	for {
		// An ended session must not take events away from the others of its group.
		select {
		case <-c.Session.Done():
			return mapi.EndOfSession
		case <-p.replaced:
			return mapi.NotFound
		default:
		}
		if resp.NotificationArray = g.take(); resp.NotificationArray != nil {
			return nil
		}
		select {
		case <-p.wake:
		case <-p.replaced:
			return mapi.NotFound
		case <-c.Session.Done():
			return mapi.EndOfSession
		case <-c.PeerGone:
			return mapi.EndOfSession // nobody reads the answer
		case <-c.Context.Done():
			return mapi.EndOfSession // the server stops
		case <-timer.C:
			h.sessions.Touch(c.Session)
			resp.NotificationArray = []wire.Notification{}
			return nil
		}
	}
}
