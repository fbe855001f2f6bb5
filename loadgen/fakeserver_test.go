package loadgen_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/msgstream"
	"zarafa/wire/soaphttp"
)

// itemsPerUser are in each mailbox, as many as "zload fill" puts there if nothing else is said.
const itemsPerUser = 500

// fake is a server that costs hardly anything: every mailbox has the same folders and items, which never change. It runs in a process
// of its own, so that the memory of the load generator can be measured.
type fake struct {
	items int // in each mailbox

	tables atomic.Uint32
	open   sync.Map // of *fakeTable by number
}

// Folders of every mailbox; items are in the inbox and in the own folder.
const (
	fakeRoot = iota
	fakeSubtree
	fakeInbox
	fakeOutbox
	fakeSent
	fakeDeleted
	fakeCalendar
	fakeContacts
	fakeDrafts
	fakeFinder
	fakeOwn
	fakeFolders
)

// fakeState is the change that all synchronisations are at.
const fakeState = 1000

// fakeTable is an open table.
type fakeTable struct {
	folder int
	tree   bool
	at     int
}

// count is how many items a folder has.
func (f *fake) count(folder int) int {
	switch folder {
	case fakeInbox:
		return f.items / 2
	case fakeOwn:
		return f.items - f.items/2
	}
	return 0
}

// id is the entry id of a folder, or of an item in it.
func (f *fake) id(user uint64, folder, item int) []byte {
	var store, unique mapi.GUID
	binary.LittleEndian.PutUint64(store[:], user)
	unique[0] = byte(folder)
	binary.LittleEndian.PutUint32(unique[4:], uint32(item))
	kind := mapi.TypeFolder
	if item > 0 {
		kind = mapi.TypeMessage
	}
	return mapi.MakeEntryID(store, kind, unique)
}

func folderOf(id []byte) int {
	if len(id) != mapi.EntryIDSizeV1 {
		return 0
	}
	return int(id[28])
}

func (f *fake) sourceKey(user uint64, folder, item int) []byte {
	return mapi.SourceKey(mapi.GUID{1, byte(user), byte(user >> 8), byte(folder)}, uint64(item))
}

// item is a row of a table, or the columns and the stream of a download.
func (f *fake) item(user uint64, folder, n int) mapi.Props {
	token := content.Token{User: uint32(user), Source: "fake", Serial: uint64(folder)<<24 | uint64(n)}
	return mapi.Props{
		mapi.Binary(mapi.PrEntryID, f.id(user, folder, n)),
		mapi.Binary(mapi.PrSourceKey, f.sourceKey(user, folder, n)),
		mapi.Long(mapi.PrMessageFlags, mapi.MsgRead),
		mapi.String(mapi.PrSubject, "The subject of item "+strconv.Itoa(n)),
		mapi.String(mapi.PrInternetMessageID, token.String()),
		mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(time.Unix(1e9-int64(n), 0))),
	}
}

// folder is a row of the tree, and the object.
func (f *fake) folder(user uint64, n int) mapi.Props {
	return mapi.Props{
		mapi.Binary(mapi.PrEntryID, f.id(user, n, 0)), mapi.Binary(mapi.PrSourceKey, f.sourceKey(user, n, 0)),
		mapi.String(mapi.PrDisplayName, "Folder "+strconv.Itoa(n)), mapi.Long(mapi.PrFolderType, mapi.FolderGeneric),
		mapi.Long(mapi.PrContentCount, uint32(f.count(n))), mapi.Long(mapi.PrContentUnread, 0),
		mapi.Binary(mapi.PrIPMSubtreeEntryID, f.id(user, fakeSubtree, 0)), mapi.Binary(mapi.PrFinderEntryID, f.id(user, fakeFinder, 0)),
		mapi.Binary(mapi.PrIPMOutboxEntryID, f.id(user, fakeOutbox, 0)), mapi.Binary(mapi.PrIPMWastebasketEntryID, f.id(user, fakeDeleted, 0)),
		mapi.Binary(mapi.PrIPMSentmailEntryID, f.id(user, fakeSent, 0)), mapi.Binary(mapi.PrIPMContactEntryID, f.id(user, fakeContacts, 0)),
		mapi.Binary(mapi.PrIPMAppointmentEntryID, f.id(user, fakeCalendar, 0)), mapi.Binary(mapi.PrIPMDraftsEntryID, f.id(user, fakeDrafts, 0)),
	}
}

// ServeSOAP answers a call.
func (f *fake) ServeSOAP(_ context.Context, x *soaphttp.Exchange) {
	d := wire.NewDecoder(wire.ServerLimits())
	d.Reset(x.Body)
	req, err := wire.DecodeRequest(d)
	if err != nil {
		x.ReplyFault(500, wire.AppendFault(nil, &wire.Fault{Code: wire.FaultClient, String: err.Error()}, d.Version()))
		return
	}
	if req.Op() == wire.OpNotifyGetItems {
		<-x.PeerClosed()
	}
	resp, parts := f.answer(req)
	x.SetCompression(true)
	x.ReplyStreams(wire.AppendResponse(nil, resp, d.Version()), parts)
}

func (f *fake) answer(req wire.Request) (resp wire.Response, parts []soaphttp.Part) {
	user := req.Session()
	switch r := req.(type) {
	case *wire.LogonRequest:
		number, _ := strconv.ParseUint(strings.TrimLeft(r.Username.String, "z"), 10, 32)
		return &wire.LogonResponse{SessionID: number, Capabilities: 1, ServerGUID: make([]byte, 16)}, nil
	case *wire.GetStoreRequest:
		return &wire.GetStoreResponse{StoreID: f.id(user, fakeRoot, 0), RootID: f.id(user, fakeRoot, 0), GUID: f.id(user, fakeRoot, 0)[4:20]}, nil
	case *wire.GetReceiveFolderRequest:
		return &wire.ReceiveFolderResponse{ReceiveFolder: wire.ReceiveFolder{EntryID: f.id(user, fakeInbox, 0)}}, nil
	case *wire.LoadObjectRequest:
		return &wire.LoadObjectResponse{SaveObject: wire.SaveObject{ObjType: uint32(mapi.TypeFolder), ServerID: 1, ModProps: f.folder(user, folderOf(r.EntryID))}}, nil
	case *wire.TableOpenRequest:
		n := f.tables.Add(1)
		f.open.Store(n, &fakeTable{folder: folderOf(r.EntryID), tree: r.Type == uint32(mapi.TypeFolder)})
		return &wire.TableOpenResponse{TableID: n}, nil
	case *wire.TableCloseRequest:
		f.open.Delete(r.TableID)
	case *wire.TableGetRowCountRequest:
		return &wire.TableGetRowCountResponse{Count: uint32(f.table(r.TableID).rows(f))}, nil
	case *wire.TableSeekRowRequest:
		f.table(r.TableID).at = int(r.RowCount)
		return &wire.TableSeekRowResponse{RowsSought: r.RowCount}, nil
	case *wire.TableQueryRowsRequest:
		return f.queryRows(user, r), nil
	case *wire.SetSyncStatusRequest:
		return &wire.SetSyncStatusResponse{SyncID: uint32(r.SourceKeyFolder[3]) + 1}, nil
	case *wire.GetSyncStatesRequest:
		states := make([]wire.SyncState, len(r.SyncID))
		for i, id := range r.SyncID {
			states[i] = wire.SyncState{SyncID: id, ChangeID: fakeState}
		}
		return &wire.GetSyncStatesReponse{SyncStates: states}, nil
	case *wire.GetChangesRequest:
		return f.changes(user, r), nil
	case *wire.ExportMessageChangesAsStreamRequest:
		return f.export(user, r)
	}
	return wire.NewResponse(req.Op()), nil
}

func (f *fake) table(number uint32) *fakeTable {
	t, _ := f.open.Load(number)
	return t.(*fakeTable)
}

func (t *fakeTable) rows(f *fake) int {
	if t.tree {
		return fakeFolders - fakeInbox
	}
	return f.count(t.folder)
}

func (f *fake) queryRows(user uint64, r *wire.TableQueryRowsRequest) wire.Response {
	t := f.table(r.TableID)
	var resp wire.TableQueryRowsResponse
	for n := t.rows(f); t.at < n && len(resp.RowSet.Rows) < int(r.RowCount); t.at++ {
		if t.tree {
			resp.RowSet.Rows = append(resp.RowSet.Rows, f.folder(user, fakeInbox+t.at))
		} else {
			resp.RowSet.Rows = append(resp.RowSet.Rows, f.item(user, t.folder, t.at+1))
		}
	}
	return &resp
}

func (f *fake) changes(user uint64, r *wire.GetChangesRequest) wire.Response {
	resp := &wire.ICSChangeResponse{MaxChangeID: fakeState}
	folder := int(r.SyncID) - 1
	switch {
	case r.ChangeID == fakeState:
	case r.ChangeType == client.SyncHierarchy:
		for n := fakeInbox; n < fakeFolders; n++ {
			resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{SourceKey: f.sourceKey(user, n, 0), ParentSourceKey: f.sourceKey(user, fakeSubtree, 0), ChangeType: 0x2001})
		}
	default:
		for n := range f.count(folder) {
			resp.ChangesArray = append(resp.ChangesArray, wire.ICSChange{
				SourceKey: f.sourceKey(user, folder, n+1), ParentSourceKey: f.sourceKey(user, folder, 0), ChangeType: newMessage,
			})
		}
	}
	return resp
}

func (f *fake) export(user uint64, r *wire.ExportMessageChangesAsStreamRequest) (wire.Response, []soaphttp.Part) {
	var resp wire.ExportMessageChangesAsStreamResponse
	var parts []soaphttp.Part
	for step, pair := range r.SourceKeyPairs {
		row := f.item(user, int(pair.ObjectKey[3]), int(binary.LittleEndian.Uint32(pair.ObjectKey[16:])))
		href := "emcas-" + strconv.Itoa(step)
		resp.MsgStreams = append(resp.MsgStreams, wire.MessageStream{Step: uint32(step), PropVals: row[:3], StreamData: wire.XOP{Href: href}})
		parts = append(parts, soaphttp.Part{ID: href, Write: func(w io.Writer) error {
			out := msgstream.NewWriter(w)
			var props []msgstream.Property
			for _, p := range row[1:] {
				props = append(props, msgstream.Property{PropValue: p})
			}
			props = append(props, msgstream.Property{PropValue: mapi.String(mapi.PrBody, strings.Repeat("A line of text.\r\n", 60))})
			if err := out.Message(0, props, 0); err != nil {
				return err
			}
			return out.Close()
		}})
	}
	return &resp, parts
}

// fakeItems names the environment variable that makes the test's program a fake server; its value is the number of items in each mailbox.
const fakeItems = "ZARAFA_FAKE_SERVER_ITEMS"

// TestMain makes the program a fake server if it is asked to be one. It ends with its input.
func TestMain(m *testing.M) {
	items, err := strconv.Atoi(os.Getenv(fakeItems))
	if err != nil {
		os.Exit(m.Run())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(listener.Addr())
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	err = soaphttp.NewServer(soaphttp.Config{Compress: true}, &fake{items: items}).Serve(listener)
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// startFake starts a fake server and returns its address.
func startFake(t *testing.T, items int) string {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fakeItems+"="+strconv.Itoa(items))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = cmd.Wait() // it was stopped
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return "http://" + strings.TrimSpace(address) + "/"
}
