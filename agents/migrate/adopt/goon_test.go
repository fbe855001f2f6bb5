package adopt_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/migrate/sampletest"
	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// TestGoOn: clients go on with what they have. A synchronisation that comes back with an old state is told what the original told it,
// search folders show what was found, receive folders are where they were, and whatever is made now has numbers that nothing had.
func TestGoOn(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			a := newAdoption(t, sampletest.Files, engine)
			a.mustRun()
			j := startJudge(a)
			anna, err := client.LogOn(t.Context(), client.Options{Endpoint: j.server.Endpoint(), User: "anna", Password: passwords()["anna"]})
			if err != nil {
				t.Fatal(err)
			}
			defer anna.Close(t.Context())
			seen := map[string]int{}
			a.sample.Truth(t, func(kind string, line []byte) {
				seen[kind]++
				switch kind {
				case "ics_after":
					j.synchronise(anna, line)
				case "folder":
					j.found(line)
				case "store":
					j.receiveFolders(line)
				}
			})
			if seen["ics_after"] != 1 {
				t.Errorf("%d lines about synchronisations", seen["ics_after"])
			}
			j.newNumbers(anna, a)
		})
	}
}

// seenSync is what the original told a client that came back with a state.
type seenSync struct {
	From    string              `json:"from"`
	State   string              `json:"state"`
	Updates []string            `json:"updates"`
	Deletes [][]json.RawMessage `json:"deletes"`
	Read    [][]json.RawMessage `json:"read"`
}

func (j *judge) synchronise(s *client.Session, line []byte) {
	var after map[string]json.RawMessage
	if err := json.Unmarshal(line, &after); err != nil {
		j.Fatal(err)
	}
	for name, kind := range map[string]uint32{"inbox": client.SyncContents, "calendar": client.SyncContents, "hierarchy": client.SyncHierarchy} {
		var want seenSync
		if err := json.Unmarshal(after[name], &want); err != nil {
			j.Fatal(err)
		}
		id, change := stateOf(j.T, want.From)
		list, state, err := s.Changes(j.Context(), client.Sync{ID: id, Change: change, Kind: kind}, client.SyncNormal|client.SyncAssociated|client.SyncReadState, nil)
		if err != nil {
			j.differ("synchronisation of %s: %v", name, err)
			continue
		}
		if _, wantState := stateOf(j.T, want.State); state != wantState {
			j.differ("synchronisation of %s: new state %d, want %d", name, state, wantState)
		}
		var got []string
		for _, c := range client.Collapse(list) {
			got = append(got, describe(c))
		}
		if w := want.describe(); !slices.Equal(sorted(got), sorted(w)) {
			j.differ("synchronisation of %s:\n%s\nwant\n%s", name, strings.Join(sorted(got), "\n"), strings.Join(sorted(w), "\n"))
		}
	}
}

func stateOf(t *testing.T, text string) (id, change uint32) {
	t.Helper()
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != 8 {
		t.Fatalf("state %q", text)
	}
	return binary.LittleEndian.Uint32(b), binary.LittleEndian.Uint32(b[4:])
}

func sorted(list []string) []string {
	list = slices.Clone(list)
	slices.Sort(list)
	return list
}

func describe(c client.ItemChange) string {
	key := strings.ToUpper(hex.EncodeToString(c.SourceKey))
	switch c.Kind {
	case client.ItemNew, client.ItemChanged:
		return "update " + key
	case client.ItemFlagged:
		return fmt.Sprintf("read %s %v", key, c.Flags&mapi.MsgRead != 0)
	case client.ItemSoftDeleted:
		return "delete " + key + " 1"
	}
	return "delete " + key + " 0"
}

func (s seenSync) describe() (list []string) {
	for _, key := range s.Updates {
		list = append(list, "update "+key)
	}
	pair := func(what string, p []json.RawMessage) string {
		return what + " " + strings.Trim(string(p[0]), `"`) + " " + string(p[1])
	}
	for _, p := range s.Deletes {
		list = append(list, pair("delete", p))
	}
	for _, p := range s.Read {
		list = append(list, pair("read", p))
	}
	return list
}

// found compares what a search folder shows.
func (j *judge) found(line []byte) {
	var f seenFolder
	if err := json.Unmarshal(line, &f); err != nil {
		j.Fatal(err)
	}
	if f.Criteria == nil {
		return
	}
	id, err := hex.DecodeString(f.EntryID)
	if err != nil {
		j.Fatal(err)
	}
	table, err := j.admin.OpenTable(j.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: id, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	})
	if err != nil {
		j.differ("search folder %v: %v", f.Path, err)
		return
	}
	defer table.Close(j.Context())
	rows, err := table.Rows(j.Context(), 10_000)
	var got []string
	for _, r := range rows {
		got = append(got, hex.EncodeToString(r.Bytes(mapi.PrEntryID)))
	}
	if err != nil || !slices.Equal(sorted(got), sorted(f.Found)) {
		j.differ("search folder %v shows %d messages, %v; want %d", f.Path, len(got), err, len(f.Found))
	}
}

// receiveFolders compares where new messages of each class go.
func (j *judge) receiveFolders(line []byte) {
	var s struct {
		GUID    string          `json:"guid"`
		Folders json.RawMessage `json:"receive_folders"`
	}
	if err := json.Unmarshal(line, &s); err != nil {
		j.Fatal(err)
	}
	var folders [][]seenProp
	if json.Unmarshal(s.Folders, &folders) != nil {
		return // of a public store clients do not ask
	}
	raw, err := hex.DecodeString(s.GUID)
	if err != nil {
		j.Fatal(err)
	}
	guid, _ := mapi.GUIDOf(raw)
	st, err := j.admin.StoreByGUID(j.Context(), guid)
	if err != nil {
		j.differ("store %s: %v", s.GUID, err)
		return
	}
	for _, row := range folders {
		var class string
		var want json.RawMessage
		for _, p := range row {
			switch p.tag() {
			case mapi.PrMessageClass:
				if err := json.Unmarshal(p.Value, &class); err != nil {
					j.Fatal(err)
				}
			case mapi.PrEntryID:
				want = p.Value
			}
		}
		id, err := j.admin.ReceiveFolder(j.Context(), st.EntryID, class)
		if err != nil || !sameBytes(id, want) {
			j.differ("store %s: receive folder of %q is %x, %v; want %s", s.GUID, class, []byte(id), err, want)
		}
	}
}

// newNumbers makes things: none of their numbers may be one that the old server had given.
func (j *judge) newNumbers(s *client.Session, a *adoption) {
	st, err := s.Store(j.Context())
	if err != nil {
		j.Fatal(err)
	}
	inbox, err := s.ReceiveFolder(j.Context(), st.EntryID, "")
	if err != nil {
		j.Fatal(err)
	}
	id, err := s.CreateMessage(j.Context(), inbox, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "after the move")}})
	if err != nil {
		j.Fatal(err)
	}
	o, err := show(j.Context(), j.admin, id, false)
	if err != nil {
		j.Fatal(err)
	}
	guid, err := hex.DecodeString("35e08e915e364397b09d928dcac4e9b9") // of the old server
	if err != nil {
		j.Fatal(err)
	}
	key := o.props.Bytes(mapi.PrSourceKey)
	if !bytes.HasPrefix(key, guid) || binary.LittleEndian.Uint64(append(bytes.Clone(key[16:]), 0, 0)) <= 0x352 {
		j.Errorf("the source key %x is not of the old server's, or not new", key)
	}
	if n := o.props.Uint32(mapi.PrECIMAPID); n <= 653 {
		j.Errorf("IMAP id %d: up to 653 were given", n)
	}
	if o.id < 1718 {
		j.Errorf("object id %d: those below 1718 were given", o.id)
	}
	if change := o.props.Bytes(mapi.PrChangeKey); !bytes.HasPrefix(change, guid) || binary.LittleEndian.Uint32(change[16:]) < 1645 {
		j.Errorf("change key %x: numbers below 1645 were given", change)
	}
	numbers, err := s.PropIDs(j.Context(), true, mapi.PropName{Set: mapi.NewGUID(), Name: "new"})
	if err != nil || numbers[0] <= 0x8501+62 {
		j.Errorf("the new name has the property id %04X, %v; those up to %04X were given", numbers, err, 0x8501+62)
	}
}
