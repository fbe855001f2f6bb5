package suite

import (
	"zarafa/mapi"
	"zarafa/wire"
)

// changeBenchmarks are of changes to many messages and to folders.
func changeBenchmarks() []Benchmark {
	return []Benchmark{
		{"Operation/Move", moveMessages},
		{"Operation/Copy", copyMessages},
		{"Operation/Delete", deleteMessages},
		{"Operation/MarkRead", markRead},
		{"Operation/CreateFolder", createFolders},
	}
}

// delivered makes a folder with messages.
func (c *connection) delivered(name string, n int) (mapi.EntryID, []mapi.EntryID, error) {
	folder, err := c.e.newFolder(name, false)
	if err != nil {
		return nil, nil, err
	}
	var ids []mapi.EntryID
	for i := range n {
		id, err := c.deliver(folder, i)
		if err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
	}
	return folder, ids, nil
}

// list is one message as a list.
func list(id mapi.EntryID) [][]byte { return [][]byte{id} }

// moveMessages moves messages from one folder to another; what was moved is deleted afterwards.
func moveMessages(e *Environment) (Work, error) { return e.transfer("moves", mapi.CopyMove) }

func copyMessages(e *Environment) (Work, error) { return e.transfer("copies", 0) }

// transfer moves or copies one message each time.
func (e *Environment) transfer(name string, flags uint32) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	from, _, err := c.delivered(name+" from", 0)
	if err != nil {
		return Work{}, err
	}
	to, err := e.newFolder(name+" to", false)
	var ids []mapi.EntryID
	w := e.operation(func(i int) error {
		return c.do(&wire.CopyObjectsRequest{SessionID: c.session, Messages: list(ids[i]), DestFolderID: to, Flags: flags}, &wire.CopyObjectsResponse{})
	})
	w.Before = func(n int) error {
		ids = ids[:0]
		for i := range n {
			id, err := c.deliver(from, i)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}
	w.After = func(int) error {
		return firstError(m.session.EmptyFolder(e.ctx, from, mapi.DelHard), m.session.EmptyFolder(e.ctx, to, mapi.DelHard))
	}
	return w, err
}

// deleteMessages deletes messages one by one, so that they can be restored; what is left of them is removed afterwards.
func deleteMessages(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	folder, err := e.newFolder("deletions", false)
	var ids []mapi.EntryID
	w := e.operation(func(i int) error {
		return c.do(&wire.DeleteObjectsRequest{SessionID: c.session, Messages: list(ids[i])}, &wire.DeleteObjectsResponse{})
	})
	w.Before = func(n int) error {
		ids = ids[:0]
		for i := range n {
			id, err := c.deliver(folder, i)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return nil
	}
	w.After = func(int) error { return m.session.DeleteMessages(e.ctx, true, ids...) }
	return w, err
}

// markRead marks a message as read, and as unread again.
func markRead(e *Environment) (Work, error) {
	c, _, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	_, ids, err := c.delivered("marks", 20)
	if err != nil {
		return Work{}, err
	}
	return e.operation(func(i int) error {
		for _, flags := range []uint32{0, clearRead} {
			err := c.do(&wire.SetReadFlagsRequest{SessionID: c.session, Messages: list(ids[i%len(ids)]), Flags: flags}, &wire.SetReadFlagsResponse{})
			if err != nil {
				return err
			}
		}
		return nil
	}), nil
}

// clearRead is the flag of setReadFlags that marks as unread (CLEAR_READ_FLAG).
const clearRead = 4

// createFolders makes a folder and deletes it.
func createFolders(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	return e.operation(func(int) error {
		var made wire.CreateFolderResponse
		err := c.do(&wire.CreateFolderRequest{
			SessionID: c.session, ParentID: m.store.RootID, Type: mapi.FolderGeneric, Name: wire.Text("for a moment"), Comment: wire.Text(""),
		}, &made)
		if err != nil {
			return err
		}
		return c.do(&wire.DeleteFolderRequest{SessionID: c.session, EntryID: made.EntryID, Flags: mapi.DelHard}, &wire.DeleteFolderResponse{})
	}), nil
}
