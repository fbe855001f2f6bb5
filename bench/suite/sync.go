package suite

import (
	"bytes"
	"fmt"

	"github.com/valyala/fasthttp"

	"zarafa/mapi"
	"zarafa/wire"
)

// syncBenchmarks are of incremental change synchronisation.
func syncBenchmarks() []Benchmark {
	return []Benchmark{
		{"Operation/SyncFull", syncFull},
		{"Operation/SyncNothingNew", syncNothingNew},
		{"Operation/SyncExport", exportMessages},
		{"Operation/SyncImport", importMessages},
	}
}

// Kinds and flags of synchronisation (objects.md section 13).
const (
	syncContents = 1
	syncNormal   = 0x10 // messages that are not associated
	syncOnlyNew  = 0x20 // with their read flags
)

// changes registers a sync of the inbox and asks for all changes.
func (c *connection) changes(m *mailbox) (wire.GetChangesRequest, wire.ICSChangeResponse, error) {
	var registered wire.SetSyncStatusResponse
	req := wire.GetChangesRequest{SessionID: c.session, SourceKeyFolder: m.inboxKey, ChangeType: syncContents, Flags: syncNormal | syncOnlyNew}
	var resp wire.ICSChangeResponse
	err := c.do(&wire.SetSyncStatusRequest{SessionID: c.session, SourceKeyFolder: m.inboxKey, ChangeType: syncContents}, &registered)
	if err != nil {
		return req, resp, err
	}
	req.SyncID = registered.SyncID
	if err = c.do(&req, &resp); err == nil && len(resp.ChangesArray) < filledMessages {
		err = fmt.Errorf("%d changes in place of %d", len(resp.ChangesArray), filledMessages)
	}
	return req, resp, err
}

// syncFull is the first synchronisation of the inbox.
func syncFull(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	req, _, err := c.changes(m)
	return e.sending(c, wire.AppendRequest(nil, &req)), err
}

// syncNothingNew asks for changes when there are none.
func syncNothingNew(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	req, all, err := c.changes(m)
	req.ChangeID = all.MaxChangeID
	return e.sending(c, wire.AppendRequest(nil, &req)), err
}

// exportMessages reads 10 messages as streams.
func exportMessages(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	req := wire.ExportMessageChangesAsStreamRequest{SessionID: c.session}
	for _, key := range m.keys[:10] {
		req.SourceKeyPairs = append(req.SourceKeyPairs, wire.SourceKeyPair{ParentKey: m.inboxKey, ObjectKey: key})
	}
	envelope := wire.AppendRequest(nil, &req)
	answer, err := c.send(envelope)
	if n := bytes.Count(answer, []byte("emcas-")); err == nil && n < 10 {
		err = fmt.Errorf("fewer than 10 streams: %.300q", answer)
	}
	return e.sending(c, envelope), err
}

// importMessages brings messages in as streams.
func importMessages(e *Environment) (Work, error) {
	c, m, err := e.inTheInbox()
	if err != nil {
		return Work{}, err
	}
	folder, err := e.newFolder("imports", false)
	if err != nil {
		return Work{}, err
	}
	var message bytes.Buffer
	if err := stream(&message); err != nil {
		return Work{}, err
	}
	w := e.operation(func(int) error { return c.importStream(folder, message.Bytes()) })
	w.After = func(int) error { return m.session.EmptyFolder(e.ctx, folder, mapi.DelHard) }
	return w, nil
}

// importStream sends a request with a stream beside it (wire.md section 6).
func (c *connection) importStream(folder mapi.EntryID, message []byte) error {
	const border = "==border=="
	envelope := wire.AppendRequest(nil, &wire.ImportMessageFromStreamRequest{
		SessionID: c.session, ParentEntryID: folder, EntryID: mapi.NewEntryID(folder.StoreGUID(), mapi.TypeMessage), IsNew: true,
		StreamData: wire.XOP{Href: "cid:id1"},
	})
	var b []byte
	b = append(b, "--"+border+"\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"text/xml\"\r\n"+
		"Content-Transfer-Encoding: binary\r\nContent-ID: <SOAP-ENV:Envelope>\r\n\r\n"...)
	b = append(b, envelope...)
	b = append(b, "\r\n--"+border+"\r\nContent-Type: application/binary\r\nContent-Transfer-Encoding: binary\r\nContent-ID: <id1>\r\n\r\n"...)
	b = append(b, message...)
	b = append(b, "\r\n--"+border+"--\r\n"...)
	c.packet = append(c.packet[:0], "POST / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: gSOAP/2.8\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: multipart/related; boundary=\""+border+"\"; type=\"application/xop+xml\"; start=\"<SOAP-ENV:Envelope>\"; start-info=\"text/xml\"\r\n"+
		"Content-Length: "...)
	c.packet = fasthttp.AppendUint(c.packet, len(b))
	c.packet = append(append(c.packet, "\r\n\r\n"...), b...)
	if _, err := c.nc.Write(c.packet); err != nil {
		return err
	}
	return c.result(wire.OpImportMessageFromStream, &wire.ImportMessageFromStreamResponse{})
}
