package client

import (
	"context"
	"encoding/binary"
	"iter"

	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// Event is something that happened to an object or a table (wire.md section 10).
type Event struct {
	Connection uint32 // the subscription's
	Type       uint32 // mapi.EventCreated and others
	// The object; the old ids are of what was moved or copied.
	ObjectType                            mapi.ObjectType
	EntryID, ParentID, OldID, OldParentID mapi.EntryID
	// Of a table: mapi.TableRowAdded and others; keys of the row and of the one before it, nil for none; the row.
	TableEvent      uint32
	Index, Previous []byte
	Row             mapi.Props
	// Of new mail.
	MessageClass string
	MessageFlags uint32
}

// Subscribe asks for the events of an object and, if it is a store, of what is in it. connection is a number of the caller's choice,
// unique among the subscriptions of the session group. mask is of mapi.EventCreated and others.
func (s *Session) Subscribe(ctx context.Context, connection uint32, key mapi.EntryID, mask uint32) error {
	return s.exchange(ctx, subscription(s.ID(), connection, key, mask), new(wire.NotifySubscribeResponse), nil)
}

// Subscribe asks for the changes of the table's rows.
func (t *Table) Subscribe(ctx context.Context, connection uint32) error {
	key := binary.LittleEndian.AppendUint32(nil, t.id)
	return t.call(ctx, subscription(t.logOn, connection, key, mapi.EventTableModified), new(wire.NotifySubscribeResponse), nil)
}

func subscription(session uint64, connection uint32, key []byte, mask uint32) wire.Request {
	return &wire.NotifySubscribeRequest{SessionID: session, NotifySubscribe: &wire.NotifySubscribe{
		Connection: connection, Key: key, EventMask: mask,
	}}
}

// Unsubscribe ends a subscription.
func (s *Session) Unsubscribe(ctx context.Context, connection uint32) error {
	return s.exchange(ctx, &wire.NotifyUnSubscribeRequest{SessionID: s.ID(), Connection: connection}, new(wire.NotifyUnSubscribeResponse), nil)
}

// Poll waits for the events of the session group's subscriptions; it returns none after a minute without any. Only one
// goroutine may poll a session, while others use it. END_OF_SESSION means that the subscriptions are gone with the session:
// the caller subscribes anew, once another call has logged on again.
func (s *Session) Poll(ctx context.Context) (events []Event, err error) {
	answer, err := s.transmit(ctx, &wire.NotifyGetItemsRequest{SessionID: s.ID()}, nil)
	if err != nil {
		return nil, err
	}
	return s.events(answer)
}

// events reads the answer to a poll.
func (s *Session) events(answer *soaphttp.Response) (events []Event, err error) {
	var resp wire.NotifyResponse
	err = s.decode(answer, wire.OpNotifyGetItems, &resp, func(*soaphttp.Response) error {
		events = make([]Event, len(resp.NotificationArray))
		for i := range resp.NotificationArray {
			events[i] = eventOf(&resp.NotificationArray[i])
		}
		return nil
	})
	return events, err
}

// Events polls until an error ends it, which is the last thing it yields.
func (s *Session) Events(ctx context.Context) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			events, err := s.Poll(ctx)
			if mapi.CodeOf(err) == mapi.CallKeepalive {
				continue
			}
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

func eventOf(n *wire.Notification) Event {
	e := Event{Connection: n.Connection, Type: n.EventType}
	switch {
	case n.Obj != nil:
		e.ObjectType = mapi.ObjectType(n.Obj.ObjType)
		e.EntryID, e.ParentID = copyID(n.Obj.EntryID), copyID(n.Obj.ParentID)
		e.OldID, e.OldParentID = copyID(n.Obj.OldID), copyID(n.Obj.OldParentID)
	case n.Tab != nil:
		e.ObjectType = mapi.ObjectType(n.Tab.ObjType)
		e.TableEvent, e.Row = n.Tab.TableEvent, mapi.CloneProps(n.Tab.Row)
		e.Index, e.Previous = instanceKey(n.Tab.PropIndex), instanceKey(n.Tab.PropPrior)
	case n.NewMail != nil:
		e.ObjectType, e.EntryID, e.ParentID = mapi.TypeMessage, copyID(n.NewMail.EntryID), copyID(n.NewMail.ParentID)
		e.MessageClass, e.MessageFlags = copyText(n.NewMail.MessageClass), n.NewMail.MessageFlags
	}
	return e
}

// instanceKey is the key of a row, nil for "no row".
func instanceKey(p mapi.PropValue) []byte {
	if p.Tag != mapi.PrInstanceKey {
		return nil
	}
	return copyID(p.Data)
}
