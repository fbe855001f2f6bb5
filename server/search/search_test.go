package search

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/fulltext"
	"zarafa/server/internal/servicetest"
	"zarafa/storage"
	"zarafa/wire"
)

// bench is the service with a mailbox, a folder of messages and a search folder.
type bench struct {
	*servicetest.Bench
	svc    *Service
	heard  *recorder
	alice  servicetest.Mailbox
	inbox  storage.Ref
	search storage.Ref
	path   string
	anew   bool   // Start begins all searches anew
	text   string // folder of the full-text index; empty: there is none
	fault  *faulty
	ticks  chan time.Time // the clock of those who wait to try again
}

// recorder keeps what the feed said about search folders.
type recorder struct {
	mu   sync.Mutex
	said []string
}

func (r *recorder) Apply(b *feed.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for range b.Rebuilt {
		r.said = append(r.said, "rebuilt")
	}
	for _, x := range b.Results {
		r.said = append(r.said, map[feed.Kind]string{feed.Created: "+", feed.Modified: "=", feed.Deleted: "-"}[x.Kind]+fmt.Sprint(x.Message.ID))
	}
	for i := range b.Events {
		if b.Events[i].Kind == feed.SearchComplete {
			r.said = append(r.said, "complete")
		}
	}
}

// hears checks what was said since the last call.
func (b *bench) hears(want ...string) {
	b.Helper()
	b.heard.mu.Lock()
	defer b.heard.mu.Unlock()
	if !slices.Equal(b.heard.said, want) {
		b.Errorf("heard %v, want %v", b.heard.said, want)
	}
	b.heard.said = nil
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{path: filepath.Join(t.TempDir(), "test.db")}
	b.open(t)
	b.alice = b.NewMailbox("alice")
	b.inbox = b.NewFolder(b.alice.User, b.alice.Root, "Inbox", mapi.FolderGeneric)
	b.search = b.NewFolder(b.alice.User, b.alice.Root, "Search", mapi.FolderSearch)
	return b
}

// open starts the services on the bench's database.
func (b *bench) open(t *testing.T) {
	t.Helper()
	if b.svc != nil {
		b.CloseStore() // not the index, which would take it that it has heard of everything
	}
	b.Bench, b.heard = servicetest.Open(t, b.path), &recorder{}
	b.fault, b.ticks = &faulty{Store: b.Store}, make(chan time.Time)
	b.svc = New(Options{
		Store: b.fault, Tree: b.Tree, Writer: change.NewWriter(b.fault, b.Tree, b.Bus), After: func(time.Duration) <-chan time.Time { return b.ticks },
		Rights: b.Rights, Locales: b.Locales, Restart: b.anew, Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	t.Cleanup(b.svc.Close)
	if b.text != "" {
		b.svc.Text = fulltext.New(fulltext.Options{Store: b.fault, Path: b.text, Settings: fulltext.Settings{Exclude: []uint16{0x001A}, Suggestions: true}, Log: b.svc.Log})
		t.Cleanup(b.svc.Text.Close)
		b.svc.UseText(true)
		b.Bus.Add(b.svc.Text)
		b.svc.Text.Start()
	}
	b.Bus.Add(b.heard)
	b.Bus.Add(b.svc)
	b.OK(b.svc.Start(t.Context()))
}

// red matches messages whose subject is "red".
func red() *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: mapi.PrSubject, Value: &mapi.PropValue{Tag: mapi.PrSubject, Data: []byte("red")}}
}

// set sets criteria and waits until the search is done.
func (b *bench) set(flags uint32, folders ...storage.Ref) {
	b.Helper()
	b.OK(b.trySet(flags, red(), folders...))
	b.settle()
}

func (b *bench) trySet(flags uint32, r *mapi.Restriction, folders ...storage.Ref) error {
	req := wire.TableSetSearchCriteriaRequest{EntryID: b.search.EntryID, Restrict: r, Flags: flags}
	for _, f := range folders {
		req.Folders = append(req.Folders, f.EntryID)
	}
	return b.svc.TableSetSearchCriteria(b.As(b.alice.User), &req, &wire.TableSetSearchCriteriaResponse{})
}

func (b *bench) get() (*wire.TableGetSearchCriteriaResponse, error) {
	var resp wire.TableGetSearchCriteriaResponse
	return &resp, b.svc.TableGetSearchCriteria(b.As(b.alice.User), &wire.TableGetSearchCriteriaRequest{EntryID: b.search.EntryID}, &resp)
}

func (b *bench) settle() {
	b.Helper()
	b.OK(b.svc.Settle(b.Context()))
}

// shows waits for the search and checks the messages it shows, and its counts.
func (b *bench) shows(want ...storage.Ref) {
	b.Helper()
	b.settle()
	b.contains(want...)
}

func (b *bench) contains(want ...storage.Ref) {
	b.Helper()
	list, err := b.Store.SearchResults(b.Context(), b.search.ID)
	b.OK(err)
	var got, ids []uint32
	count := storage.Counters{Content: int64(len(want))}
	for _, r := range list {
		got = append(got, r.Message)
		if !r.Read {
			count.Unread++
		}
	}
	for _, m := range want {
		ids = append(ids, m.ID)
	}
	slices.Sort(ids)
	if !slices.Equal(got, ids) {
		b.Errorf("shows %v, want %v", got, ids)
	}
	if have := b.Counters(b.search); have != count {
		b.Errorf("counts %+v, want %+v", have, count)
	}
}

func (b *bench) message(folder storage.Ref, subject string, props ...mapi.PropValue) storage.Ref {
	b.Helper()
	return b.NewMessage(b.alice.User, folder, subject, props...)
}

func (b *bench) paint(message storage.Ref, subject string) {
	b.Helper()
	b.Change(b.alice.User, message, mapi.String(mapi.PrSubject, subject))
}

// move moves messages (1) or copies them (0).
func (b *bench) move(flags uint32, dest storage.Ref, messages ...storage.Ref) {
	b.Helper()
	req := wire.CopyObjectsRequest{DestFolderID: dest.EntryID, Flags: flags}
	for _, m := range messages {
		req.Messages = append(req.Messages, m.EntryID)
	}
	b.OK(b.Objects.CopyObjects(b.As(b.alice.User), &req, &wire.CopyObjectsResponse{}))
}

// said is an event of the feed about a message.
func said(kind string, m storage.Ref) string { return kind + fmt.Sprint(m.ID) }

func TestSearch(t *testing.T) {
	b := newBench(t)
	m1, m2 := b.message(b.inbox, "red"), b.message(b.inbox, "red", mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
	b.message(b.inbox, "blue")
	b.Delete(b.alice.User, 0, b.message(b.inbox, "red"))
	b.SaveAs(b.As(b.alice.User), b.inbox, &wire.SaveObject{ModProps: []mapi.PropValue{mapi.String(mapi.PrSubject, "red")}}, mapi.FlagAssociated, 0)
	below := b.NewFolder(b.alice.User, b.inbox.EntryID, "Below", mapi.FolderGeneric)
	b.message(below, "red")
	b.set(0, b.inbox)
	b.contains(m1, m2)
	b.hears("rebuilt", said("+", m2), said("+", m1), "complete")
	resp, err := b.get()
	b.OK(err)
	if resp.Flags != mapi.SearchRunning || len(resp.FolderIDs) != 1 || string(resp.FolderIDs[0]) != string(b.inbox.EntryID) || resp.Restrict.Tag != mapi.PrSubject {
		t.Errorf("criteria %+v", resp)
	}
	b.set(0, b.inbox) // again, from scratch
	b.contains(m1, m2)
	b.hears("rebuilt", said("+", m2), said("+", m1), "complete")
}

func TestSearchFollowsChanges(t *testing.T) {
	b := newBench(t)
	other := b.NewFolder(b.alice.User, b.alice.Root, "Other", mapi.FolderGeneric)
	b.set(0, b.inbox)
	b.hears("rebuilt", "complete")
	m1 := b.message(b.inbox, "red")
	b.shows(m1)
	b.hears(said("+", m1))
	m2 := b.message(b.inbox, "blue")
	b.shows(m1)
	b.hears()
	b.paint(m2, "red")
	b.shows(m1, m2)
	b.hears(said("+", m2))
	b.paint(m2, "red") // matches as before
	b.shows(m1, m2)
	b.hears(said("=", m2))
	b.OK(b.Objects.SetReadFlags(b.As(b.alice.User), &wire.SetReadFlagsRequest{Messages: [][]byte{m1.EntryID}}, &wire.SetReadFlagsResponse{}))
	b.shows(m1, m2)
	if k := b.Counters(b.search); k.Unread != 1 {
		t.Errorf("%+v", k)
	}
	b.hears(said("=", m1))
	b.paint(m2, "blue")
	b.shows(m1)
	b.hears(said("-", m2))
	b.move(1, other, m1)
	b.shows()
	b.hears(said("-", m1))
	b.move(1, b.inbox, b.refOf(m1))
	b.shows(m1)
	b.Delete(b.alice.User, 0, b.refOf(m1))
	b.shows()
	b.hears(said("+", m1), said("-", m1))
	b.message(other, "red")
	b.shows()
	b.hears()
}

// refOf is a message as it is now, by its number.
func (b *bench) refOf(m storage.Ref) storage.Ref {
	b.Helper()
	ref, err := b.Store.Ref(b.Context(), m.ID)
	b.OK(err)
	return ref
}

// Results that are deleted for good leave the counts too.
func TestSearchForgetsWhatIsGone(t *testing.T) {
	b := newBench(t)
	m1, m2, m3 := b.message(b.inbox, "red"), b.message(b.inbox, "red", mapi.Long(mapi.PrMessageFlags, mapi.MsgRead)), b.message(b.inbox, "red")
	b.set(0, b.inbox)
	b.Delete(b.alice.User, 0x10, m1, m2)
	b.shows(m3)
	b.hears("rebuilt", said("+", m3), said("+", m2), said("+", m1), "complete", said("-", m1), said("-", m2))
	b.OK(b.Objects.EmptyFolder(b.As(b.alice.User), &wire.EmptyFolderRequest{EntryID: b.inbox.EntryID, Flags: 0x10}, &wire.EmptyFolderResponse{}))
	b.shows()
}

// Counting a search folder anew counts its results, which do not lie in it.
func TestSearchCountedAnew(t *testing.T) {
	b := newBench(t)
	m1, m2 := b.message(b.inbox, "red"), b.message(b.inbox, "red", mapi.Long(mapi.PrMessageFlags, mapi.MsgRead))
	b.set(0, b.inbox)
	count := func(wrong uint32) {
		b.Helper()
		var resp wire.ResetFolderCountResponse
		b.OK(b.Objects.ResetFolderCount(b.As(b.alice.User), &wire.ResetFolderCountRequest{EntryID: b.search.EntryID}, &resp))
		if resp.Updates != wrong {
			b.Errorf("%d counters were wrong, want %d", resp.Updates, wrong)
		}
		b.contains(m1, m2)
	}
	count(0)
	b.OK(b.Store.Update(t.Context(), b.search.Store, func(ctx context.Context, tx storage.Tx) error {
		return tx.AddCounters(ctx, b.search.Store, b.search.ID, storage.Counters{Content: 5, Unread: -1})
	}, nil))
	count(2)
	b.Delete(b.alice.User, 0x10, m1)
	b.settle()
	b.OK(b.Objects.ResetFolderCount(b.As(b.alice.User), &wire.ResetFolderCountRequest{EntryID: b.search.EntryID}, &wire.ResetFolderCountResponse{}))
	b.contains(m2)
}

func TestRecursiveSearch(t *testing.T) {
	b := newBench(t)
	sub := b.NewFolder(b.alice.User, b.inbox.EntryID, "Sub", mapi.FolderGeneric)
	deep := b.NewFolder(b.alice.User, sub.EntryID, "Deep", mapi.FolderGeneric)
	other := b.NewFolder(b.alice.User, b.alice.Root, "Other", mapi.FolderGeneric)
	m1, m2, m3 := b.message(b.inbox, "red"), b.message(sub, "red"), b.message(deep, "red")
	outside := b.message(other, "red")
	b.set(mapi.SearchRecurses, b.inbox, sub, sub) // one lies in the other
	b.contains(m1, m2, m3)
	b.hears("rebuilt", said("+", m1), said("+", m2), said("+", m3), "complete")
	if resp, err := b.get(); err != nil || resp.Flags != mapi.SearchRunning|mapi.SearchRecursive {
		t.Errorf("%+v %v", resp, err)
	}
	m4 := b.message(deep, "red")
	b.shows(m1, m2, m3, m4)

	folder := func(flags uint32, source, dest storage.Ref) {
		b.Helper()
		b.OK(b.Objects.CopyFolder(b.As(b.alice.User), &wire.CopyFolderRequest{EntryID: source.EntryID, DestFolderID: dest.EntryID, Flags: flags}, &wire.CopyFolderResponse{}))
	}
	folder(1, sub, other)
	b.shows(m1, m2, m3, m4) // sub is searched for itself, and what lies below it
	b.set(mapi.SearchRecurses, b.inbox)
	b.contains(m1)
	folder(1, other, b.inbox)
	b.shows(m1, m2, m3, m4, outside)
	b.OK(b.Objects.DeleteFolder(b.As(b.alice.User), &wire.DeleteFolderRequest{EntryID: other.EntryID, Flags: 5}, &wire.DeleteFolderResponse{}))
	b.shows(m1)
	b.set(mapi.SearchRecurses, b.inbox, other)
	b.contains(m1)
}

func TestStoppedSearch(t *testing.T) {
	b := newBench(t)
	if _, err := b.get(); mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("before: %v", err)
	}
	b.OK(b.trySet(mapi.SearchStop, nil))
	m1 := b.message(b.inbox, "red")
	b.set(0, b.inbox)
	b.OK(b.trySet(mapi.SearchStop, nil))
	if _, err := b.get(); mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("stopped: %v", err)
	}
	m2 := b.message(b.inbox, "red")
	b.shows(m1)
	b.svc.Close()
	b.open(t)
	if _, err := b.get(); mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("after a restart: %v", err)
	}
	b.shows(m1)
	b.set(0, b.inbox)
	b.contains(m1, m2)
}

func TestSearchOutlivesARestart(t *testing.T) {
	b := newBench(t)
	m1 := b.message(b.inbox, "red")
	long := &mapi.Restriction{Type: mapi.ResOr, Sub: []*mapi.Restriction{red(), red()}}
	long.Sub[1].Value.Data = []byte(strings.Repeat("x", 100_000)) // criteria too large for a cell
	b.OK(b.trySet(mapi.SearchRecurses, long, b.inbox))
	b.shows(m1)
	b.svc.Close()
	b.open(t)
	resp, err := b.get()
	b.OK(err)
	if resp.Flags != mapi.SearchRunning|mapi.SearchRecursive || len(resp.Restrict.Sub) != 2 || len(resp.Restrict.Sub[1].Value.Data) != 100_000 {
		t.Errorf("flags %d, restriction %+v", resp.Flags, resp.Restrict)
	}
	b.hears() // nothing is searched again
	m2 := b.message(b.inbox, "red")
	b.shows(m1, m2)
}

// A search that did not get to its end, or has not seen every change, runs again after a restart.
func TestUnfinishedSearchRunsAgain(t *testing.T) {
	b := newBench(t)
	m1 := b.message(b.inbox, "red")
	b.set(0, b.inbox)
	b.svc.cancel() // the server stops
	m2 := b.message(b.inbox, "red")
	b.contains(m1)
	b.svc.Close()
	b.open(t)
	b.shows(m1, m2)
	if status := b.Object(b.search.ID).Props.Uint32(mapi.PrECSearchfolderStatus); status != mapi.SearchStatusRunning {
		t.Errorf("status %d", status)
	}
	b.svc.cancel()
	b.OK(b.trySet(0, red(), b.inbox)) // never runs
	b.svc.Close()
	b.open(t)
	b.shows(m1, m2)
}

// Clients that set criteria at the same time get a search that is right.
func TestCriteriaSetByMany(t *testing.T) {
	b := newBench(t)
	m1, m2 := b.message(b.inbox, "red"), b.message(b.inbox, "red")
	var all sync.WaitGroup
	for range 8 {
		c := b.As(b.alice.User)
		all.Go(func() {
			req := wire.TableSetSearchCriteriaRequest{EntryID: b.search.EntryID, Restrict: red(), Folders: [][]byte{b.inbox.EntryID}}
			if err := b.svc.TableSetSearchCriteria(c, &req, &wire.TableSetSearchCriteriaResponse{}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	b.shows(m1, m2)
}

func TestDeletedSearchFolder(t *testing.T) {
	b := newBench(t)
	b.set(0, b.inbox)
	b.OK(b.Objects.DeleteFolder(b.As(b.alice.User), &wire.DeleteFolderRequest{EntryID: b.search.EntryID}, &wire.DeleteFolderResponse{}))
	b.message(b.inbox, "red")
	b.settle()
	if b.svc.find(b.search.ID) != nil {
		t.Error("the search is still active")
	}
	if _, err := b.get(); mapi.CodeOf(err) != mapi.NotFound {
		t.Errorf("%v", err)
	}
}

func TestSearchRefuses(t *testing.T) {
	b := newBench(t)
	bob := b.NewMailbox("bob")
	foreign := b.NewFolder(bob.User, bob.Root, "Inbox", mapi.FolderGeneric)
	message := b.message(b.inbox, "x")
	deep := red()
	for range 1000 {
		deep = &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{deep}}
	}
	b.Fails(b.trySet(0, nil, b.inbox), mapi.InvalidParameter)
	b.Fails(b.trySet(0, red()), mapi.InvalidParameter)
	b.Fails(b.trySet(0, red(), foreign), mapi.InvalidParameter)
	b.Fails(b.trySet(0, red(), message), mapi.InvalidParameter)
	b.Fails(b.trySet(0, deep, b.inbox), mapi.TooComplex)
	req := wire.TableSetSearchCriteriaRequest{EntryID: b.search.EntryID, Restrict: red(), Folders: [][]byte{b.inbox.EntryID}}
	b.Fails(b.svc.TableSetSearchCriteria(b.As(bob.User), &req, &wire.TableSetSearchCriteriaResponse{}), mapi.NoAccess)
	b.Fails(b.svc.TableGetSearchCriteria(b.As(bob.User), &wire.TableGetSearchCriteriaRequest{EntryID: b.search.EntryID}, &wire.TableGetSearchCriteriaResponse{}), mapi.NoAccess)
	req.EntryID = b.inbox.EntryID
	b.Fails(b.svc.TableSetSearchCriteria(b.As(b.alice.User), &req, &wire.TableSetSearchCriteriaResponse{}), mapi.NotInitialized)
	for what, change := range map[string]func(*wire.TableSetSearchCriteriaRequest){
		"restriction": func(r *wire.TableSetSearchCriteriaRequest) { r.Restrict = nil },
		"folders":     func(r *wire.TableSetSearchCriteriaRequest) { r.Folders = nil },
		"both":        func(r *wire.TableSetSearchCriteriaRequest) { r.Restrict, r.Folders = nil, nil },
	} {
		r := req
		change(&r)
		err := b.svc.TableSetSearchCriteria(b.As(b.alice.User), &r, &wire.TableSetSearchCriteriaResponse{})
		if mapi.CodeOf(err) != mapi.InvalidParameter {
			t.Errorf("an ordinary folder without %s: %v", what, err)
		}
		r.Flags = mapi.SearchStop
		b.Fails(b.svc.TableSetSearchCriteria(b.As(b.alice.User), &r, &wire.TableSetSearchCriteriaResponse{}), mapi.NotInitialized)
	}
	if _, err := b.get(); mapi.CodeOf(err) != mapi.NotInitialized {
		t.Errorf("%v", err)
	}
}
