package suite

import (
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/wire"
)

// messageBenchmarks are of reading and delivering messages.
func messageBenchmarks() []Benchmark {
	return []Benchmark{
		{"Operation/Load", loadMessages},
		{"Operation/LoadCold", loadMessagesCold},
		{"Operation/Deliver", deliverMessages},
		{"Operation/Modify", modifyMessage},
	}
}

// loads are requests to read messages of the inbox.
func (c *connection) loads(m *mailbox) [][]byte {
	var list [][]byte
	for _, id := range m.messages[:500] {
		list = append(list, wire.AppendRequest(nil, &wire.LoadObjectRequest{SessionID: c.session, EntryID: id}))
	}
	return list
}

// loadMessages reads whole messages that were read before.
func loadMessages(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	loads := c.loads(m)
	for _, envelope := range loads {
		if err := c.post(envelope); err != nil {
			return Work{}, err
		}
		if err := c.result(wire.OpLoadObject, &wire.LoadObjectResponse{}); err != nil {
			return Work{}, err
		}
	}
	return e.operation(func(i int) error {
		_, err := c.send(loads[i%len(loads)])
		return err
	}), nil
}

// loadMessagesCold empties the caches and reads 50 messages.
func loadMessagesCold(e *Environment) (Work, error) {
	warm, err := loadMessages(e)
	if err != nil {
		return Work{}, err
	}
	purge, err := e.purging()
	return e.operation(func(int) error {
		if err := purge(); err != nil {
			return err
		}
		return warm.Run(50)
	}), err
}

// purging is what empties the caches.
func (e *Environment) purging() (func() error, error) {
	admin, err := client.LogOn(e.ctx, client.Options{Endpoint: e.endpoint(), User: administrator})
	if err != nil {
		return nil, err
	}
	e.closers = append(e.closers, func() error { return admin.Close(e.ctx) })
	return func() error { return admin.PurgeCache(e.ctx, ^uint32(0)) }, nil
}

// deliverMessages saves new messages into a folder that is emptied afterwards.
func deliverMessages(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	folder, err := e.newFolder("deliveries", false)
	if err != nil {
		return Work{}, err
	}
	w := e.operation(func(i int) error {
		_, err := c.deliver(folder, i)
		return err
	})
	w.After = func(int) error { return m.session.EmptyFolder(e.ctx, folder, mapi.DelHard) }
	return w, nil
}

// modifyMessage changes the subject of a message again and again.
func modifyMessage(e *Environment) (Work, error) {
	c, _, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	folder, err := e.newFolder("changes", false)
	if err != nil {
		return Work{}, err
	}
	id, err := c.deliver(folder, 1)
	if err != nil {
		return Work{}, err
	}
	var loaded wire.LoadObjectResponse
	if err := c.do(&wire.LoadObjectRequest{SessionID: c.session, EntryID: id}, &loaded); err != nil {
		return Work{}, err
	}
	number := loaded.SaveObject.ServerID
	var requests [][]byte
	for _, subject := range []string{"this", "that"} {
		envelope, err := c.check(&wire.SaveObjectRequest{SessionID: c.session, ParentEntryID: folder, EntryID: id, SaveObj: &wire.SaveObject{
			ObjType: uint32(mapi.TypeMessage), ServerID: number, ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, subject)},
		}}, &wire.LoadObjectResponse{})
		if err != nil {
			return Work{}, err
		}
		requests = append(requests, envelope)
	}
	return e.sending(c, requests...), nil
}
