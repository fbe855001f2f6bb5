package client

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// ledger sums up what calls have made of a store, in terms that do not depend on entry ids.
type ledger struct {
	names map[string]string // of objects, by entry id in hex
	facts map[string]string
}

func newLedger() *ledger {
	return &ledger{names: make(map[string]string), facts: make(map[string]string)}
}

func (l *ledger) name(id []byte) string { return l.names[fmt.Sprintf("%x", id)] }

// see enters a call and its answer.
func (l *ledger) see(req wire.Request, resp wire.Response) {
	switch r := req.(type) {
	case *wire.CreateStoreRequest:
		l.names[fmt.Sprintf("%x", r.StoreID)], l.names[fmt.Sprintf("%x", r.RootID)] = "store", "root"
		l.facts["store"] = fmt.Sprint("type ", r.StoreType, " ids ", mapi.EntryID(r.StoreID).Type(), mapi.EntryID(r.RootID).Type())
	case *wire.CreateFolderRequest:
		l.folder(r.ParentID, r.Name.String, r.Comment.String, r.Type, resp.(*wire.CreateFolderResponse).EntryID)
	case *wire.CreateFoldersRequest:
		for i, f := range r.Batch {
			l.folder(r.ParentEID, f.Name.String, f.Comment.String, f.Type, resp.(*wire.CreateFoldersResponse).EntryIDs[i])
		}
	case *wire.SetReceiveFolderRequest:
		l.facts["receive folder of "+r.MessageClass.String] = l.name(r.EntryID)
	case *wire.SetRightsRequest:
		for _, a := range r.RightsArray {
			l.facts["rights on "+l.name(r.EntryID)] = fmt.Sprintf("%d %x type %d rights %x state %d", a.UlUserID, a.SUserID, a.Type, a.Rights, a.State)
		}
	case *wire.SaveObjectRequest:
		l.save(r)
	}
}

func (l *ledger) folder(parent []byte, name, comment string, kind uint32, id []byte) {
	path := l.name(parent) + "/" + name
	l.names[fmt.Sprintf("%x", id)] = path
	l.facts["folder "+path] = fmt.Sprintf("kind %d comment %q", kind, comment)
}

func (l *ledger) save(r *wire.SaveObjectRequest) {
	if r.SaveObj.ServerID == 0 {
		name := fmt.Sprintf("%s/message flags %d", l.name(r.ParentEntryID), r.Flags)
		l.names[fmt.Sprintf("%x", r.EntryID)] = name
	}
	for _, p := range r.SaveObj.ModProps {
		if p.Tag != mapi.PrSearchKey { // chosen at random
			l.facts[fmt.Sprint(l.name(r.EntryID), " ", p.Tag)] = l.value(p)
		}
	}
}

// value shows a property with names in place of entry ids.
func (l *ledger) value(p mapi.PropValue) string {
	text := fmt.Sprintf("%d %x", p.Num, p.Data)
	for _, v := range p.Values() {
		text += " [" + l.value(v) + "]"
	}
	for id, name := range l.names {
		text = strings.ReplaceAll(text, id, "{"+name+"}")
	}
	return text
}

// recordedLedger sums up exchanges of the recorded first scenario.
func recordedLedger(t *testing.T, first, last int) *ledger {
	t.Helper()
	f, err := os.Open("../wire/testdata/traces/01-users.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	l := newLedger()
	for dec := json.NewDecoder(bufio.NewReader(z)); dec.More(); {
		var e struct {
			N                 int
			Request, Response string
		}
		if err := dec.Decode(&e); err != nil {
			t.Fatal(err)
		}
		if e.N < first || e.N > last {
			continue
		}
		requests, responses := wire.NewDecoder(wire.ServerLimits()), wire.NewDecoder(wire.ClientLimits())
		requests.Reset([]byte(e.Request))
		req, err := wire.DecodeRequest(requests)
		if err != nil {
			t.Fatal(err)
		}
		resp := wire.NewResponse(req.Op())
		responses.Reset([]byte(e.Response))
		if err := wire.DecodeResponse(responses, resp); err != nil {
			t.Fatal(err)
		}
		l.see(req, resp)
	}
	return l
}

// storeServer is a fake that is good enough to create a store on.
func storeServer(l *ledger) *fakeServer {
	numbers := make(map[string]uint32)
	newFolder := func(parent []byte) []byte { return mapi.NewEntryID(mapi.EntryID(parent).StoreGUID(), mapi.TypeFolder) }
	respond := func(req wire.Request) wire.Response {
		switch r := req.(type) {
		case *wire.CreateFolderRequest:
			return &wire.CreateFolderResponse{EntryID: newFolder(r.ParentID)}
		case *wire.CreateFoldersRequest:
			resp := new(wire.CreateFoldersResponse)
			for range r.Batch {
				resp.EntryIDs = append(resp.EntryIDs, newFolder(r.ParentEID))
			}
			return resp
		case *wire.LoadObjectRequest:
			if numbers[string(r.EntryID)] == 0 {
				numbers[string(r.EntryID)] = uint32(len(numbers) + 1)
			}
			return &wire.LoadObjectResponse{SaveObject: wire.SaveObject{
				ObjType: uint32(mapi.EntryID(r.EntryID).Type()), ServerID: numbers[string(r.EntryID)],
			}}
		}
		return wire.NewResponse(req.Op())
	}
	return &fakeServer{answer: func(req wire.Request) (wire.Response, error) {
		resp := respond(req)
		l.see(req, resp)
		return resp, nil
	}}
}

// compare shows the differences; the record must have at least that number of facts, lest an empty one be matched.
func compare(t *testing.T, got, want *ledger, facts int) {
	t.Helper()
	if len(want.facts) < facts {
		t.Fatalf("the record has %d facts only", len(want.facts))
	}
	for _, key := range slices.Sorted(maps.Keys(want.facts)) {
		if got.facts[key] != want.facts[key] {
			t.Errorf("%s:\n got %q\nwant %q", key, got.facts[key], want.facts[key])
		}
	}
	for key, value := range got.facts {
		if _, ok := want.facts[key]; !ok {
			t.Errorf("not in the record: %s: %q", key, value)
		}
	}
}

// A new store is, folder by folder and property by property, what the recorded client makes of one.
func TestCreateStoreAsRecorded(t *testing.T) {
	got := newLedger()
	s := storeServer(got).start(t)
	if _, err := s.CreateStore(t.Context(), User{ID: 3, EntryID: []byte("alice")}, English); err != nil {
		t.Fatal(err)
	}
	compare(t, got, recordedLedger(t, 83, 219), 70)
}

func TestCreatePublicStoreAsRecorded(t *testing.T) {
	got := newLedger()
	s := storeServer(got).start(t)
	if _, err := s.CreatePublicStore(t.Context()); err != nil {
		t.Fatal(err)
	}
	compare(t, got, recordedLedger(t, 11, 52), 15)
}

// A store whose folders cannot be created is removed again.
func TestCreateStoreUndone(t *testing.T) {
	f := storeServer(newLedger())
	answer := f.answer
	f.answer = func(req wire.Request) (wire.Response, error) {
		if req.Op() == wire.OpCreateFolders {
			return nil, mapi.DatabaseError
		}
		return answer(req)
	}
	_, err := f.start(t).CreateStore(t.Context(), User{ID: 3}, English)
	if mapi.CodeOf(err) != mapi.DatabaseError {
		t.Errorf("got %v", err)
	}
	calls := f.called()
	if want := []wire.Op{wire.OpUnhookStore, wire.OpRemoveStore}; !slices.Equal(calls[len(calls)-2:], want) {
		t.Errorf("calls %v do not end with %v", calls, want)
	}
}

func TestParseLanguage(t *testing.T) {
	for text, want := range map[string]Language{
		"": English, "C": English, "en": English, "en_US.UTF-8": English, "de": German, "de_DE": German, "DE-at": German, "nl_NL@euro": Dutch, "fr": French,
	} {
		if got, err := ParseLanguage(text); got != want || err != nil {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
	if got, err := ParseLanguage("xx_YY"); err == nil {
		t.Errorf("got %q", got)
	}
	for _, l := range []Language{English, German, Dutch, French} {
		seen := make(map[string]bool)
		for _, name := range l.folderNames() {
			if name == "" || seen[strings.ToLower(name)] {
				t.Errorf("%s: folder name %q is empty or there twice", l, name)
			}
			seen[strings.ToLower(name)] = true
		}
	}
}
