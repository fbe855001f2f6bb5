package suite

import (
	"fmt"

	"zarafa/mapi"
	"zarafa/wire"
)

const pageRows = 50

// tableBenchmarks are of lists.
func tableBenchmarks() []Benchmark {
	return []Benchmark{
		{"Operation/OpenFolder", openFolder(mapi.PrMessageDeliveryTime, mapi.SortDescend)},
		{"Operation/OpenFolderBySubject", openFolder(mapi.PrSubject, mapi.SortAscend)},
		{"Operation/OpenFolderCold", openFolderCold},
		{"Operation/Sort", sortTable},
		{"Operation/Restrict", restrictTable},
		{"Operation/Group", groupTable},
		{"Operation/Page", pageTable},
		{"Operation/PageOtherColumns", pageOtherColumns},
		{"Operation/FindRow", findRow},
		{"Operation/Folders", listFolders},
	}
}

// contents opens the contents of a folder with a mail client's columns.
func contents(folder mapi.EntryID, order mapi.SortOrder, rows uint32) wire.TableMultiParams {
	p := wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: folder, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage), Flags: mapi.OpenUnicode},
		SetColumns: columns(), Sort: &wire.TableSortParams{SortOrder: []mapi.SortOrder{order}},
	}
	if rows > 0 {
		p.QueryRows = &wire.TableQueryRowsParams{Count: rows}
	}
	return p
}

func byDate() mapi.SortOrder {
	return mapi.SortOrder{Tag: mapi.PrMessageDeliveryTime, Order: mapi.SortDescend}
}

// openTable opens a table and gives its number.
func (c *connection) openTable(p wire.TableMultiParams) (uint32, int, error) {
	var resp wire.TableMultiResponse
	err := c.do(&wire.TableMultiRequest{SessionID: c.session, Request: p}, &resp)
	return resp.TableID, len(resp.RowSet.Rows), err
}

func (c *connection) closeTable(id uint32) error {
	return c.do(&wire.TableCloseRequest{SessionID: c.session, TableID: id}, &wire.TableCloseResponse{})
}

// tableWork opens a table, reads rows and closes it.
func (e *Environment) tableWork(c *connection, p wire.TableMultiParams) (Work, error) {
	once := func(int) error {
		id, rows, err := c.openTable(p)
		if err != nil {
			return err
		}
		if rows == 0 {
			return fmt.Errorf("the table has no rows")
		}
		return c.closeTable(id)
	}
	return e.operation(once), once(0)
}

// inTheInbox gives a benchmark a session and the mailbox.
func (e *Environment) inTheInbox() (*connection, *mailbox, error) {
	m, err := e.theMailbox()
	if err != nil {
		return nil, nil, err
	}
	c, err := e.logOn()
	return c, m, err
}

// openFolder opens the inbox, shows its first page and closes it.
func openFolder(tag mapi.PropTag, order uint32) func(e *Environment) (Work, error) {
	return func(e *Environment) (Work, error) {
		c, m, err := e.inTheInbox()
		if err != nil {
			return Work{}, err
		}
		return e.tableWork(c, contents(m.inbox, mapi.SortOrder{Tag: tag, Order: order}, pageRows))
	}
}

// openFolderCold opens the inbox after the caches have been emptied, as after a start of the server.
func openFolderCold(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	purge, err := e.purging()
	if err != nil {
		return Work{}, err
	}
	open, err := e.tableWork(c, contents(m.inbox, byDate(), pageRows))
	if err != nil {
		return Work{}, err
	}
	return e.operation(func(int) error {
		if err := purge(); err != nil {
			return err
		}
		return open.Run(1)
	}), nil
}

// sortTable sorts an open table in two orders in turn.
func sortTable(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	table, _, err := c.openTable(contents(m.inbox, byDate(), 0))
	if err != nil {
		return Work{}, err
	}
	var orders [][]byte
	for _, tag := range []mapi.PropTag{mapi.PrSubject, mapi.PrMessageSize} {
		envelope, err := c.check(&wire.TableSortRequest{SessionID: c.session, TableID: table, SortOrder: []mapi.SortOrder{{Tag: tag}}}, &wire.TableSortResponse{})
		if err != nil {
			return Work{}, err
		}
		orders = append(orders, envelope)
	}
	return e.sending(c, orders...), nil
}

// contains is the condition that a text property contains something.
func contains(tag mapi.PropTag, text string) *mapi.Restriction {
	value := mapi.String(tag, text)
	return &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring | mapi.FuzzyIgnoreCase, Tag: tag, Value: &value}
}

// restrictTable looks at every row and shows those that match.
func restrictTable(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	p := contents(m.inbox, byDate(), pageRows)
	p.Restrict = contains(mapi.PrSubject, "77")
	return e.tableWork(c, p)
}

// groupTable shows the inbox in groups of senders.
func groupTable(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	p := contents(m.inbox, mapi.SortOrder{Tag: mapi.PrSentRepresentingName}, pageRows)
	p.Sort.SortOrder = append(p.Sort.SortOrder, byDate())
	p.Sort.Categories, p.Sort.Expanded = 1, 1
	return e.tableWork(c, p)
}

// paging seeks to the middle of a table and reads a page.
func (e *Environment) paging(c *connection, p wire.TableMultiParams) (Work, error) {
	table, _, err := c.openTable(p)
	if err != nil {
		return Work{}, err
	}
	seek, err1 := c.check(&wire.TableSeekRowRequest{SessionID: c.session, TableID: table, RowCount: filledMessages / 2}, &wire.TableSeekRowResponse{})
	var rows wire.TableQueryRowsResponse
	query, err2 := c.check(&wire.TableQueryRowsRequest{SessionID: c.session, TableID: table, RowCount: pageRows}, &rows)
	if err := firstError(err1, err2); err != nil {
		return Work{}, err
	}
	if n := len(rows.RowSet.Rows); n != pageRows {
		return Work{}, fmt.Errorf("%d rows in place of %d", n, pageRows)
	}
	return e.sending(c, seek, query), nil
}

func pageTable(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	return e.paging(c, contents(m.inbox, byDate(), 0))
}

// pageOtherColumns is a page with cells that are made for each caller and not kept.
func pageOtherColumns(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	p := contents(m.inbox, byDate(), 0)
	p.SetColumns = append(p.SetColumns, mapi.PrAccess, mapi.PrRights, mapi.PrStoreEntryID, mapi.PrParentEntryID, mapi.PrRecordKey)
	return e.paging(c, p)
}

// findRow looks for message number 1000 by a part of its subject, from the beginning.
func findRow(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	table, _, err := c.openTable(contents(m.inbox, byDate(), 0))
	if err != nil {
		return Work{}, err
	}
	find, err := c.check(&wire.TableFindRowRequest{SessionID: c.session, TableID: table, Restrict: contains(mapi.PrSubject, "18763")}, &wire.TableFindRowResponse{})
	return e.sending(c, find), err
}

// listFolders opens the tree of folders and reads it.
func listFolders(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	return e.tableWork(c, wire.TableMultiParams{
		Open: &wire.TableOpenParams{EntryID: m.store.RootID, TableType: mapi.TableMS, Type: uint32(mapi.TypeFolder), Flags: mapi.OpenUnicode | mapi.OpenConvenientDepth},
		SetColumns: []mapi.PropTag{mapi.PrEntryID, mapi.PrDisplayName, mapi.PrContentCount, mapi.PrContentUnread, mapi.PrSubfolders,
			mapi.PrParentEntryID, mapi.PrDepth},
		QueryRows: &wire.TableQueryRowsParams{Count: pageRows},
	})
}
