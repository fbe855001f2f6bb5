package suite

import (
	"zarafa/mapi"
	"zarafa/wire"
)

// sessionBenchmarks are of what happens when a client starts.
func sessionBenchmarks() []Benchmark {
	return []Benchmark{
		{"Operation/Logon", logOnAndOff},
		{"Operation/OpenStore", openStore},
		{"Operation/AddressBook", addressBook},
	}
}

// logOnAndOff logs on with a password, and off.
func logOnAndOff(e *Environment) (Work, error) {
	c, err := e.connect()
	if err != nil {
		return Work{}, err
	}
	w := e.operation(func(int) error {
		if err := c.logOn(); err != nil {
			return err
		}
		return c.do(&wire.LogoffRequest{SessionID: c.session}, &wire.LogoffResponse{})
	})
	// The number of the session has 18 to 20 digits, so that the bytes are never the same.
	w.Counts = func() Counts { return Counts{Statements: e.counts().Statements} }
	return w, w.Run(1) // the first check of a password is slow on purpose
}

// openStore finds the own store, its properties and the folder for new mail.
func openStore(e *Environment) (Work, error) {
	c, err := e.logOn()
	if err != nil {
		return Work{}, err
	}
	m, err := e.theMailbox()
	if err != nil {
		return Work{}, err
	}
	store, err1 := c.check(&wire.GetStoreRequest{SessionID: c.session, EntryID: m.store.EntryID}, &wire.GetStoreResponse{})
	load, err2 := c.check(&wire.LoadObjectRequest{SessionID: c.session, EntryID: m.store.EntryID}, &wire.LoadObjectResponse{})
	receive, err3 := c.check(&wire.GetReceiveFolderRequest{SessionID: c.session, StoreID: m.store.EntryID, MessageClass: wire.Text("IPM.Note")},
		&wire.ReceiveFolderResponse{})
	return e.sending(c, store, load, receive), firstError(err1, err2, err3)
}

// addressBook opens the list of all users and reads its first rows.
func addressBook(e *Environment) (Work, error) {
	c, err := e.logOn()
	if err != nil {
		return Work{}, err
	}
	return e.tableWork(c, wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: globalAddressList(), TableType: mapi.TableAB, Type: uint32(mapi.TypeMailUser), Flags: mapi.OpenUnicode},
		SetColumns: []mapi.PropTag{mapi.PrEntryID, mapi.PrDisplayName, mapi.PrEmailAddress},
		QueryRows:  &wire.TableQueryRowsParams{Count: filledUsers},
	})
}

// sending is Work that sends the same requests again and again.
func (e *Environment) sending(c *connection, envelopes ...[]byte) Work {
	return e.operation(func(int) error {
		for _, envelope := range envelopes {
			if _, err := c.send(envelope); err != nil {
				return err
			}
		}
		return nil
	})
}

func firstError(list ...error) error {
	for _, err := range list {
		if err != nil {
			return err
		}
	}
	return nil
}

// globalAddressList is the container of all users.
func globalAddressList() []byte { return mapi.ABEntryID{Type: mapi.TypeABCont, ID: 1}.Encode() }
