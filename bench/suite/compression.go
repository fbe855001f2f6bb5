package suite

import (
	"fmt"
	"net"

	"zarafa/mapi"
	"zarafa/wire"
)

// acceptGzip is the header line of a client that understands compressed answers.
const acceptGzip = "Accept-Encoding: gzip\r\n"

// compressionBenchmarks are what clients on other machines do most, with plain and with compressed answers. Compressed ones are not
// decompressed: the client's part of the work is to be small. Small answers, which are plain always, are decoded.
func compressionBenchmarks() []Benchmark {
	var list []Benchmark
	for _, b := range []struct {
		name  string
		setup func(c *connection, m *mailbox) (Work, error)
	}{
		{"Logon", (*connection).logsOnAndOff},
		{"Open", func(c *connection, m *mailbox) (Work, error) { return c.opens(m, byDate(), 0) }},
		{"SortAll", func(c *connection, m *mailbox) (Work, error) {
			return c.opens(m, mapi.SortOrder{Tag: mapi.PrSubject}, filledMessages-pageRows)
		}},
		{"Page", func(c *connection, m *mailbox) (Work, error) { return c.e.paging(c, contents(m.inbox, byDate(), 0)) }},
		{"Load", (*connection).loadsMessages},
		{"Save", (*connection).savesMessages},
	} {
		list = append(list,
			Benchmark{"Compression/" + b.name + "/plain", elsewhere(b.setup, "")},
			Benchmark{"Compression/" + b.name + "/gzip", elsewhere(b.setup, acceptGzip)})
	}
	return list
}

// elsewhere sets up work of a client on another machine, whose requests have the header line while they are measured.
func elsewhere(setup func(c *connection, m *mailbox) (Work, error), header string) func(e *Environment) (Work, error) {
	return func(e *Environment) (Work, error) {
		m, err := e.theMailbox()
		if err != nil {
			return Work{}, err
		}
		c, err := e.connectFrom(&net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1000})
		if err != nil {
			return Work{}, err
		}
		if err := c.logOn(); err != nil {
			return Work{}, err
		}
		w, err := setup(c, m)
		c.addHeader(header)
		return w, err
	}
}

func (c *connection) logsOnAndOff(*mailbox) (Work, error) {
	w := c.e.operation(func(int) error {
		if err := c.logOn(); err != nil {
			return err
		}
		return c.do(&wire.LogoffRequest{SessionID: c.session}, &wire.LogoffResponse{})
	})
	w.Counts = func() Counts { return Counts{Statements: c.e.counts().Statements} } // numbers of sessions have 18 to 20 digits
	return w, w.Run(1)                                                              // the first check of a password is slow on purpose
}

// opens is Work that opens the inbox in an order, goes to a row, reads a page and closes the table.
func (c *connection) opens(m *mailbox, order mapi.SortOrder, row int32) (Work, error) {
	once := func(int) error {
		table, _, err := c.openTable(contents(m.inbox, order, 0))
		if err != nil {
			return err
		}
		if row > 0 {
			seek := &wire.TableSeekRowRequest{SessionID: c.session, TableID: table, RowCount: row}
			if err := c.do(seek, &wire.TableSeekRowResponse{}); err != nil {
				return err
			}
		}
		query := &wire.TableQueryRowsRequest{SessionID: c.session, TableID: table, RowCount: pageRows}
		page, err := c.send(wire.AppendRequest(nil, query))
		if err != nil {
			return err
		}
		if len(page) < pageRows*20 {
			return fmt.Errorf("a page of %d bytes", len(page))
		}
		return c.closeTable(table)
	}
	return c.e.operation(once), once(0)
}

func (c *connection) loadsMessages(m *mailbox) (Work, error) {
	loads := c.loads(m)
	once := func(i int) error {
		_, err := c.send(loads[i%len(loads)])
		return err
	}
	for i := range loads {
		if err := once(i); err != nil {
			return Work{}, err
		}
	}
	return c.e.operation(once), nil
}

func (c *connection) savesMessages(m *mailbox) (Work, error) {
	folder, err := c.e.newFolder(fmt.Sprint("compression ", len(c.e.closers)), false)
	if err != nil {
		return Work{}, err
	}
	w := c.e.operation(func(i int) error {
		_, err := c.send(wire.AppendRequest(nil, saving(c.session, folder, i)))
		return err
	})
	w.After = func(int) error { return m.session.EmptyFolder(c.e.ctx, folder, mapi.DelHard) }
	return w, nil
}
