package suite

import (
	"fmt"
	"runtime"

	"zarafa/mapi"
	"zarafa/wire"
)

// notifyBenchmarks are of notifications.
func notifyBenchmarks() []Benchmark {
	return []Benchmark{{"Operation/Notify", notifyStore}, {"Operation/NotifyTable", notifyTable}}
}

// notifyStore changes a message while another session waits for events of its store, and reads the event.
func notifyStore(e *Environment) (Work, error) {
	m, err := e.theMailbox()
	if err != nil {
		return Work{}, err
	}
	return e.notified("events of stores", func(c *connection, _ mapi.EntryID) error {
		return c.do(&wire.NotifySubscribeRequest{SessionID: c.session, NotifySubscribe: &wire.NotifySubscribe{
			Connection: 1, Key: m.store.EntryID, EventMask: mapi.EventCreated | mapi.EventModified | mapi.EventDeleted,
		}}, &wire.NotifySubscribeResponse{})
	})
}

// notifyTable is notifyStore with an open table of the folder.
func notifyTable(e *Environment) (Work, error) {
	return e.notified("events of tables", func(c *connection, folder mapi.EntryID) error {
		table, _, err := c.openTable(contents(folder, byDate(), pageRows))
		if err != nil {
			return err
		}
		key := []byte{byte(table), byte(table >> 8), byte(table >> 16), byte(table >> 24)}
		return c.do(&wire.NotifySubscribeRequest{SessionID: c.session, NotifySubscribe: &wire.NotifySubscribe{
			Connection: 1, Key: key, EventMask: mapi.EventTableModified,
		}}, &wire.NotifySubscribeResponse{})
	})
}

// untilWaiting is how often the client lets others run until the server waits for an event, as it does when a client is connected for
// long. Without it, it would be by chance whether the event or the poll comes first.
const untilWaiting = 10

// notified marks a message and reads the event that another session gets.
func (e *Environment) notified(name string, subscribe func(c *connection, folder mapi.EntryID) error) (Work, error) {
	changing, _, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	waiting, err := e.logOn()
	if err != nil {
		return Work{}, err
	}
	folder, ids, err := changing.delivered(name, 20)
	if err != nil {
		return Work{}, err
	}
	if err := subscribe(waiting, folder); err != nil {
		return Work{}, err
	}
	poll := wire.AppendRequest(nil, &wire.NotifyGetItemsRequest{SessionID: waiting.session})
	return e.operation(func(i int) error {
		for _, flags := range []uint32{0, clearRead} {
			if err := waiting.post(poll); err != nil {
				return err
			}
			for range untilWaiting {
				runtime.Gosched()
			}
			err := changing.do(&wire.SetReadFlagsRequest{SessionID: changing.session, Messages: list(ids[i%len(ids)]), Flags: flags}, &wire.SetReadFlagsResponse{})
			if err != nil {
				return err
			}
			var events wire.NotifyResponse
			if err := waiting.result(wire.OpNotifyGetItems, &events); err != nil {
				return err
			}
			if len(events.NotificationArray) == 0 {
				return fmt.Errorf("a poll was answered without an event")
			}
		}
		return nil
	}), nil
}
