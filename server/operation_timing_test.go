package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/session"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// loopback is where the requests come from.
const loopback = "127.0.0.1"

// operations runs encoded requests through the dispatcher, without sockets, on a mailbox of its own. What it measures is
// everything an operation costs but HTTP and the kernel.
type operations struct {
	testing.TB
	server     *Server
	dispatcher *dispatcher
	decoder    *wire.Decoder
	session    uint64
	store      mapi.EntryID
	inbox      mapi.EntryID
	messages   []mapi.EntryID
	body       []byte
	last       answer
}

// newOperations starts a server on SQLite in a temporary folder, with one user and an empty inbox.
func newOperations(t testing.TB) *operations {
	t.Helper()
	return startOperations(t, "database_engine = sqlite\nsqlite_path = "+filepath.Join(t.TempDir(), "zarafa.db")+"\n")
}

func startOperations(t testing.TB, lines string) *operations {
	t.Helper()
	cfg := config.New(func() (int64, error) { return 1 << 30, nil })
	set, err := settings.New(cfg.Sections())
	if err != nil {
		t.Fatal(err)
	}
	lines += "index_path =\nserver_listen =\nserver_pipe_name =\nserver_pipe_priority =\ncreateuser_script =\ncache_cell_size = 256m\n"
	source := settings.Source{
		Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(lines)), nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	if err := errors.Join(set.ReadFile("server.cfg", source), set.Apply(), cfg.Finish(set)); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.sessions.Close()
		s.searchOperations.Close()
		if err := s.store.Close(); err != nil {
			t.Error(err)
		}
	})
	o := &operations{TB: t, server: s, dispatcher: newDispatcher(s), decoder: wire.NewDecoder(wire.ServerLimits())}
	o.makeUser("alice", "secret")
	return o
}

// makeUser makes a user with a store and an inbox, and logs on as him.
func (o *operations) makeUser(name, password string) {
	o.Helper()
	admin, err := o.server.sessions.Create(mapi.UserSystem, 0, mapi.CapUnicode, session.Client{Source: loopback})
	o.ok(err)
	o.session = admin.ID
	var user wire.CreateUserResponse
	o.do(&wire.CreateUserRequest{User: &wire.User{
		Username: wire.Text(name), Password: wire.Text(password), FullName: wire.Text(name), MailAddress: wire.Text(name + "@example.com"),
		ObjClass: uint32(mapi.ClassActiveUser),
	}, SessionID: o.session}, &user)
	guid := mapi.NewGUID()
	o.store = mapi.NewEntryID(guid, mapi.TypeStore)
	root := mapi.NewEntryID(guid, mapi.TypeFolder)
	o.do(&wire.CreateStoreRequest{
		SessionID: o.session, StoreType: mapi.StorePrivate, UlUserID: user.UlUserID, StoreID: o.store, RootID: root,
	}, &wire.CreateStoreResponse{})
	o.session = o.logon(name, password)
	var folder wire.CreateFolderResponse
	o.do(&wire.CreateFolderRequest{
		SessionID: o.session, ParentID: root, Type: mapi.FolderGeneric, Name: wire.Text("Inbox"), Comment: wire.Text(""),
	}, &folder)
	o.inbox = mapi.EntryID(bytes.Clone(folder.EntryID))
}

func (o *operations) ok(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// encode makes the envelope of a request.
func encode(req wire.Request) []byte { return wire.AppendRequest(nil, req) }

// send runs an encoded request; the answer is in o.last until the next one.
func (o *operations) send(envelope []byte) {
	o.body = append(o.body[:0], envelope...) // decoding may change it
	x := soaphttp.Exchange{Peer: soaphttp.Peer{Network: "tcp", Address: loopback, Local: true}, Body: o.body}
	o.decoder.Reset(o.body)
	req, err := wire.DecodeRequest(o.decoder)
	if err != nil {
		o.Fatal(err)
	}
	answer, err := o.dispatcher.answer(context.Background(), &x, req, o.decoder.Version())
	if err != nil {
		o.Fatal(err)
	}
	o.decoder.Release()
	o.dispatcher.release(o.last)
	o.last = answer
}

// answer is a copy of the last one.
func (o *operations) answer() []byte {
	e := o.last.envelope
	return slices.Concat(e.Head, e.Middle, e.Tail)
}

// do runs a request and decodes its answer, which must be a success.
func (o *operations) do(req wire.Request, resp wire.Response) {
	o.Helper()
	o.send(encode(req))
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(o.answer())
	if err := wire.DecodeResponse(d, resp); err != nil {
		o.Fatalf("%T: %v", req, err)
	}
	if code := *resp.ResultCode(); code != 0 {
		o.Fatalf("%T: %v", req, code)
	}
}

// expect ends the test unless the last answer holds a text n times.
func (o *operations) expect(text string, times int) {
	o.Helper()
	if got := bytes.Count(o.answer(), []byte(text)); got != times {
		o.Fatalf("%q is %d times in the answer, want %d: %.600s", text, got, times, o.answer())
	}
}

func (o *operations) logon(name, password string) uint64 {
	o.Helper()
	var resp wire.LogonResponse
	o.do(logonRequest(name, password), &resp)
	return resp.SessionID
}

func logonRequest(name, password string) *wire.LogonRequest {
	return &wire.LogonRequest{
		Username: wire.Text(name), Password: wire.Text(password), Version: wire.Text("11.0.2"), Capabilities: 59218,
		ClientApp: wire.Text("timing"),
	}
}

// message is a mail with three recipients, an attachment and a text of 2,000 characters.
func message(n int) *wire.SaveObject {
	subject := fmt.Sprintf("subject %05d of a message", n*7919%100_003)
	received := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n*7919%50_000) * time.Minute)
	at := mapi.FileTimeOf(received)
	m := &wire.SaveObject{ObjType: uint32(mapi.TypeMessage), ModProps: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Long(mapi.PrImportance, 1),
		mapi.String(mapi.PrSubject, subject), mapi.String(mapi.PrNormalizedSubject, subject),
		mapi.Time(mapi.PrClientSubmitTime, at), mapi.Time(mapi.PrMessageDeliveryTime, at),
		mapi.String(mapi.PrSentRepresentingName, "Jane Doe"), mapi.String(mapi.PrSenderName, "Jane Doe"),
		mapi.String(mapi.PrSenderAddrtype, "SMTP"), mapi.String(mapi.PrSenderEmailAddress, "jane@example.net"),
		mapi.Long(mapi.PrMessageFlags, 0), mapi.String(mapi.PrTransportMessageHeaders, "Received: from a by b\nSubject: "+subject),
		mapi.String(mapi.PrBody, strings.Repeat("Lorem ipsum dolor sit amet, consectetur elit. ", 43)),
	}}
	for i := range 3 {
		m.Items = append(m.Items, wire.SaveObject{ObjType: uint32(mapi.TypeMailUser), ClientID: uint32(i), ModProps: []mapi.PropValue{
			mapi.Long(mapi.PrRecipientType, 1), mapi.Long(mapi.PrRowid, uint32(i)), mapi.String(mapi.PrDisplayName, "Recipient"),
			mapi.String(mapi.PrAddrtype, "SMTP"), mapi.String(mapi.PrEmailAddress, fmt.Sprintf("r%d@example.com", i)),
		}})
	}
	m.Items = append(m.Items, wire.SaveObject{ObjType: uint32(mapi.TypeAttach), ModProps: []mapi.PropValue{
		mapi.Binary(mapi.PrAttachDataBin, []byte("a,b\n1,2\n")), mapi.Long(mapi.PrAttachMethod, 1),
		mapi.String(mapi.PrAttachLongFilename, "numbers.csv"), mapi.Long(mapi.PrAttachNum, 0),
	}})
	return m
}

func (o *operations) saveRequest(n int) (*wire.SaveObjectRequest, mapi.EntryID) {
	id := mapi.NewEntryID(o.inbox.StoreGUID(), mapi.TypeMessage)
	return &wire.SaveObjectRequest{
		SessionID: o.session, ParentEntryID: o.inbox, EntryID: id, SaveObj: message(n),
	}, id
}

// fill delivers messages.
func (o *operations) fill(n int) {
	o.Helper()
	for i := range n {
		req, id := o.saveRequest(i)
		o.do(req, &wire.LoadObjectResponse{})
		o.messages = append(o.messages, id)
	}
}

// columns are those of a mail client's list of messages.
func columns() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrSubject, mapi.PrSenderName, mapi.PrMessageDeliveryTime, mapi.PrMessageFlags,
		mapi.PrMessageClass, mapi.PrImportance, mapi.PrHasAttach, mapi.PrMessageSize, mapi.PrSentRepresentingName, mapi.PrDisplayTo,
	}
}

// openTable opens the contents of the inbox in an order.
func (o *operations) openTable(tag mapi.PropTag, order uint32) uint32 {
	o.Helper()
	var resp wire.TableMultiResponse
	o.do(o.openRequest(tag, order, 0), &resp)
	return resp.TableID
}

func (o *operations) openRequest(tag mapi.PropTag, order, rows uint32) *wire.TableMultiRequest {
	p := wire.TableMultiParams{
		Open:       &wire.TableOpenParams{EntryID: o.inbox, TableType: mapi.TableMS, Type: uint32(mapi.TypeMessage), Flags: mapi.OpenUnicode},
		SetColumns: columns(), Sort: &wire.TableSortParams{SortOrder: []mapi.SortOrder{{Tag: tag, Order: order}}},
	}
	if rows > 0 {
		p.QueryRows = &wire.TableQueryRowsParams{Count: rows}
	}
	return &wire.TableMultiRequest{SessionID: o.session, Request: p}
}

const (
	filled   = 5000
	pageRows = 50
)

// pageRequests are a seek and a query of a table.
func (o *operations) pageRequests(table uint32) (seek, query []byte) {
	seek = encode(&wire.TableSeekRowRequest{SessionID: o.session, TableID: table, RowCount: 2500})
	query = encode(&wire.TableQueryRowsRequest{SessionID: o.session, TableID: table, RowCount: pageRows})
	return seek, query
}

// BenchmarkPage reads 50 rows from the middle of an open table.
func BenchmarkPage(b *testing.B) {
	o := newOperations(b)
	o.fill(filled)
	seek, query := o.pageRequests(o.openTable(mapi.PrMessageDeliveryTime, 1))
	o.send(seek)
	o.send(query)
	o.expect("propVal[12]", pageRows)
	b.ReportAllocs()
	for b.Loop() {
		o.send(seek)
		o.send(query)
	}
}

// BenchmarkPageAnywhere reads 50 rows from anywhere in an open table, so that the processor's own caches do not have them.
func BenchmarkPageAnywhere(b *testing.B) {
	o := newOperations(b)
	o.fill(filled)
	table := o.openTable(mapi.PrMessageDeliveryTime, 1)
	_, query := o.pageRequests(table)
	var seeks [][]byte
	for from := int32(0); from < filled; from += pageRows {
		seek := encode(&wire.TableSeekRowRequest{SessionID: o.session, TableID: table, RowCount: from * 37 % filled})
		seeks = append(seeks, seek)
		o.send(seek)
		o.send(query)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.send(seeks[i%len(seeks)])
		o.send(query)
	}
}

// BenchmarkOpen opens a table, newest first, reads its first 50 rows and closes it.
func BenchmarkOpen(b *testing.B) { benchmarkOpen(b, mapi.PrMessageDeliveryTime) }

// BenchmarkSortAll is BenchmarkOpen by subject.
func BenchmarkSortAll(b *testing.B) { benchmarkOpen(b, mapi.PrSubject) }

func benchmarkOpen(b *testing.B, tag mapi.PropTag) {
	o := newOperations(b)
	o.fill(filled)
	open := encode(o.openRequest(tag, 1, pageRows))
	o.send(open)
	o.expect("propVal[12]", pageRows)
	b.ReportAllocs()
	for b.Loop() {
		o.send(open)
		o.send(encode(&wire.TableCloseRequest{SessionID: o.session, TableID: tableID(o.answer())}))
	}
}

// tableID reads the number of a table from an answer.
func tableID(answer []byte) (id uint32) {
	_, after, _ := bytes.Cut(answer, []byte("<ulTableId>"))
	for _, c := range after {
		if c < '0' || c > '9' {
			break
		}
		id = id*10 + uint32(c-'0')
	}
	return id
}

// BenchmarkLoad reads whole messages.
func BenchmarkLoad(b *testing.B) {
	o := newOperations(b)
	o.fill(500)
	var loads [][]byte
	for _, id := range o.messages {
		loads = append(loads, encode(&wire.LoadObjectRequest{SessionID: o.session, EntryID: id}))
	}
	for _, load := range loads {
		o.send(load)
		o.expect("<er>0</er>", 1)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		o.send(loads[i%len(loads)])
	}
}

// BenchmarkSave delivers messages.
func BenchmarkSave(b *testing.B) {
	o := newOperations(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		req, _ := o.saveRequest(i)
		o.send(encode(req))
	}
	o.expect("<er>0</er>", 1)
}

// BenchmarkLogon logs on with a password and off.
func BenchmarkLogon(b *testing.B) {
	o := newOperations(b)
	request := encode(logonRequest("alice", "secret"))
	b.ReportAllocs()
	for b.Loop() {
		o.send(request)
		var resp wire.LogonResponse
		o.decoder.Reset(o.answer())
		o.ok(wire.DecodeResponse(o.decoder, &resp))
		id := resp.SessionID
		o.decoder.Release()
		o.send(encode(&wire.LogoffRequest{SessionID: id}))
	}
}
