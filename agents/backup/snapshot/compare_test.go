package snapshot_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/mapi"
)

// identity are the properties that say which message it is and where, rather than what it is: a restored one cannot have them.
var identity = []mapi.PropTag{
	mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrStoreEntryID, mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrPredecessorChangeList, mapi.PrECIMAPID,
	mapi.PrParentSourceKey, mapi.PrRecordKey, mapi.PrMessageSize, mapi.PrECHierarchyID, mapi.PrModificationNumber, snapshot.PrBackupSourceKey,
}

// describe writes everything of a message as sorted lines.
func describe(t testing.TB, m *mapi.Message, indent string) string {
	t.Helper()
	var lines []string
	add := func(format string, args ...any) { lines = append(lines, indent+fmt.Sprintf(format, args...)) }
	list := func(what string, props mapi.Props, named []mapi.NamedValue) {
		for _, p := range props {
			add("%s %v %s", what, p.Tag.Canonical(), value(p))
		}
		for _, n := range named {
			add("%s %v/%x/%q %v %s", what, n.Name.Set, n.Name.ID, n.Name.Name, n.Value.Tag.Canonical().Type(), value(n.Value))
		}
	}
	props := append(mapi.Props(nil), m.Props...)
	for _, tag := range identity {
		props.Delete(tag.ID())
	}
	list("prop", props, m.Named)
	slices.Sort(lines)
	for i, r := range m.Recipients {
		list(fmt.Sprintf("recipient %d", i), r, nil)
	}
	for i, a := range m.Attachments {
		props := append(mapi.Props(nil), a.Props...)
		if a.Message != nil {
			props.Delete(mapi.PrAttachSize.ID()) // the server adds it up, with what it keeps beside properties
		}
		list(fmt.Sprintf("attachment %d", i), props, a.Named)
		if a.Content != nil {
			in, err := a.Content.Open()
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(in)
			if err != nil {
				t.Fatal(err)
			}
			add("attachment %d content %d bytes %x", i, len(data), sum(data))
		}
	}
	if len(m.Recipients)+len(m.Attachments) > 0 {
		slices.Sort(lines)
	}
	out := strings.Join(lines, "\n")
	for i, a := range m.Attachments {
		if a.Message != nil {
			out += fmt.Sprintf("\n%sattachment %d is a message:\n%s", indent, i, describe(t, a.Message, indent+"  "))
		}
	}
	return out
}

func value(p mapi.PropValue) string {
	if p.More != nil {
		var parts []string
		for _, v := range p.Values() {
			parts = append(parts, value(v))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	if t := p.Tag.Type(); t.IsString() || t.IsBinary() {
		if len(p.Data) > 200 {
			return fmt.Sprintf("%d bytes %x", len(p.Data), sum(p.Data))
		}
		return fmt.Sprintf("%q", p.Data)
	}
	return fmt.Sprint(p.Num)
}

func sum(data []byte) string {
	var a, b uint32 = 1, 0
	for _, c := range data {
		a = (a + uint32(c)) % 65521
		b = (b + a) % 65521
	}
	return fmt.Sprintf("%x", b<<16|a)
}

// contents describes all messages of a folder, sorted.
func (w *world) contents(folder mapi.EntryID) []string {
	w.t.Helper()
	var out []string
	for _, flags := range []uint32{0, mapi.OpenAssociated} {
		var ids []mapi.EntryID
		err := w.admin.EachRow(w.t.Context(), client.TableQuery{
			Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags, Columns: []mapi.PropTag{mapi.PrEntryID},
		}, func(r mapi.Props) error { ids = append(ids, bytes.Clone(r.Bytes(mapi.PrEntryID))); return nil })
		if err != nil {
			w.t.Fatal(err)
		}
		for _, id := range ids {
			m, err := w.admin.LoadMessage(w.t.Context(), id)
			if err != nil {
				w.t.Fatal(err)
			}
			out = append(out, describe(w.t, m, ""))
		}
	}
	slices.Sort(out)
	return out
}

// same compares two folders' messages.
func (w *world) same(got, want mapi.EntryID) {
	w.t.Helper()
	a, b := w.contents(got), w.contents(want)
	if len(a) != len(b) {
		w.t.Fatalf("%d messages, want %d", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			w.t.Errorf("message %d differs:\n%s", i, difference(a[i], b[i]))
		}
	}
}

func difference(got, want string) string {
	g, n := strings.Split(got, "\n"), strings.Split(want, "\n")
	var out []string
	for _, l := range g {
		if !slices.Contains(n, l) {
			out = append(out, "+ "+l)
		}
	}
	for _, l := range n {
		if !slices.Contains(g, l) {
			out = append(out, "- "+l)
		}
	}
	return strings.Join(out, "\n")
}
