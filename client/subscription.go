package client

import (
	"context"
	"encoding/binary"
	"errors"

	"zarafa/mapi"
	"zarafa/wire"
)

// EventsLost is the type of an event that no server sends: the session of a subscription was lost and made anew, and what happened
// meanwhile is unknown. Subscriptions to objects go on; those to tables have ended with the table, which is opened anew.
const EventsLost uint32 = 0

// Subscription is a subscription of a session of a group.
type Subscription struct {
	group      *SessionGroup
	session    *Session
	connection uint32
	key        []byte
	mask       uint32
	table      bool
	handle     func(Event)
}

// Subscribe asks for the events of an object and of what is in it. handle gets them from the goroutine of Run, which it should not keep; it may
// use the group.
func (g *SessionGroup) Subscribe(ctx context.Context, s *Session, key mapi.EntryID, mask uint32, handle func(Event)) (*Subscription, error) {
	sub := &Subscription{group: g, session: s, key: key, mask: mask, handle: handle}
	g.add(sub)
	err := s.Do(ctx, sub.request, new(wire.NotifySubscribeResponse), nil)
	if err != nil {
		g.remove(sub)
		return nil, err
	}
	return sub, nil
}

// SubscribeTable asks for the changes of a table's rows.
func (g *SessionGroup) SubscribeTable(ctx context.Context, t *Table, handle func(Event)) (*Subscription, error) {
	key := binary.LittleEndian.AppendUint32(nil, t.id)
	sub := &Subscription{group: g, session: t.session, key: key, mask: mapi.EventTableModified, table: true, handle: handle}
	g.add(sub)
	if err := t.call(ctx, sub.request(t.logOn), new(wire.NotifySubscribeResponse), nil); err != nil {
		g.remove(sub)
		return nil, err
	}
	return sub, nil
}

// request is the call that subscribes.
func (s *Subscription) request(session uint64) wire.Request {
	return subscription(session, s.connection, s.key, s.mask)
}

// add numbers a subscription. It is known before the server knows it, so that no event comes for an unknown one.
func (g *SessionGroup) add(sub *Subscription) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.connection++
	sub.connection = g.connection
	g.subscriptions[sub.connection] = sub
}

func (g *SessionGroup) remove(sub *Subscription) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.subscriptions, sub.connection)
}

// Close ends the subscription. An event that is being handled may still be.
func (s *Subscription) Close(ctx context.Context) error {
	s.group.remove(s)
	err := s.session.Unsubscribe(ctx, s.connection)
	if mapi.CodeOf(err) == mapi.EndOfSession {
		return nil // it has ended with the session
	}
	return err
}

// subscribeAgain makes the subscriptions of a session anew that has logged on again, and tells who has them.
func (g *SessionGroup) subscribeAgain(ctx context.Context, s *Session) error {
	g.mu.Lock()
	var lost []*Subscription
	for _, sub := range g.subscriptions {
		if sub.session == s {
			lost = append(lost, sub)
		}
	}
	g.mu.Unlock()
	var errs []error
	for _, sub := range lost {
		if sub.table {
			g.remove(sub)
		} else if err := s.exchange(ctx, sub.request(s.ID()), new(wire.NotifySubscribeResponse), nil); err != nil {
			errs = append(errs, err)
		}
		sub.handle(Event{Connection: sub.connection, Type: EventsLost})
	}
	return errors.Join(errs...)
}
