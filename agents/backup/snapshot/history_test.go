package snapshot_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/agents/backup/repository"
	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/internal/testseed"
	"zarafa/mapi"
)

// picture is what the folders of a store hold, by path.
type picture map[string][]string

func (w *world) picture(st client.Store) picture {
	w.t.Helper()
	o, err := w.admin.LoadObject(w.t.Context(), st.EntryID)
	if err != nil {
		w.t.Fatal(err)
	}
	subtree := mapi.EntryID(o.Props.Bytes(mapi.PrIPMSubtreeEntryID))
	folders, err := w.admin.Folders(w.t.Context(), subtree, true)
	if err != nil {
		w.t.Fatal(err)
	}
	paths := map[string]string{string(subtree): ""}
	p := make(picture)
	for len(folders) > 0 {
		left := folders[:0]
		for _, f := range folders {
			above, ok := paths[string(f.ParentID)]
			if !ok {
				left = append(left, f)
				continue
			}
			path := above + "/" + f.Name
			paths[string(f.EntryID)] = path
			p[path] = w.contents(f.EntryID)
		}
		folders = left
	}
	return p
}

// live is the store that a history happens in.
type live struct {
	w       *world
	r       *rand.Rand
	folders []mapi.EntryID
	made    int
}

func (l *live) must(err error) {
	l.w.t.Helper()
	if err != nil && !client.IsNotFound(err) {
		l.w.t.Fatal(err)
	}
}

func (l *live) folder() mapi.EntryID { return l.folders[l.r.IntN(len(l.folders))] }

// some are messages of a folder.
func (l *live) some(folder mapi.EntryID) (ids []mapi.EntryID) {
	l.w.t.Helper()
	l.must(l.w.admin.EachRow(l.w.t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	}, func(row mapi.Props) error {
		if l.r.IntN(2) == 0 {
			ids = append(ids, row.Bytes(mapi.PrEntryID))
		}
		return nil
	}))
	return ids
}

func (l *live) message() *mapi.Message {
	l.made++
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, fmt.Sprint("message ", l.made)), mapi.String(mapi.PrBody, strings.Repeat("b", l.r.IntN(200))),
		mapi.Long(mapi.PrMessageFlags, uint32(l.r.IntN(2))),
	}}
	if l.r.IntN(4) == 0 {
		m.Attachments = []*mapi.Attachment{{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "a")}, Content: mapi.Bytes(strings.Repeat("a", l.r.IntN(80_000)))}}
	}
	return m
}

// step does something to the store.
func (l *live) step() {
	l.w.t.Helper()
	ctx, s, f := l.w.t.Context(), l.w.admin, l.folder()
	switch l.r.IntN(9) {
	case 0, 1, 2:
		_, err := s.SaveMessage(ctx, f, l.message(), client.SaveOptions{Associated: l.r.IntN(6) == 0})
		l.must(err)
	case 3:
		for _, id := range l.some(f) {
			l.must(s.ChangeMessage(ctx, id, client.MessageChange{Set: mapi.Props{mapi.String(mapi.PrSubject, fmt.Sprint("changed ", l.r.IntN(1000)))}}))
		}
	case 4:
		l.must(s.SetRead(ctx, l.r.IntN(2) == 0, l.some(f)...))
	case 5:
		if ids := l.some(f); len(ids) > 0 {
			l.must(s.DeleteMessages(ctx, l.r.IntN(2) == 0, ids[0]))
		}
	case 6:
		if ids := l.some(f); len(ids) > 0 {
			l.must(s.MoveMessages(ctx, l.folder(), ids...))
		}
	case 7:
		id, err := s.CreateFolder(ctx, f, client.NewFolder{Name: fmt.Sprint("folder ", l.r.IntN(5))})
		if err == nil {
			l.folders = append(l.folders, id)
		}
		l.must(err)
	case 8:
		if i := l.r.IntN(len(l.folders)); i > 1 && l.r.IntN(3) == 0 {
			l.must(s.DeleteFolder(ctx, l.folders[i], mapi.DelFolders|mapi.DelMessages))
			l.folders = l.existing()
		} else if i > 1 {
			l.must(s.SetProps(ctx, l.folders[i], mapi.String(mapi.PrDisplayName, fmt.Sprint("renamed ", l.r.Uint32()))))
		}
	}
}

// existing are those of the folders that are still there.
func (l *live) existing() (list []mapi.EntryID) {
	for _, id := range l.folders {
		if o, err := l.w.admin.LoadObject(l.w.t.Context(), id); err == nil && o != nil {
			list = append(list, id)
		}
	}
	return list
}

// Whatever has happened to a store, each snapshot restores what there was when it was made, and nothing else.
func TestRandomHistories(t *testing.T) {
	r := testseed.New(t)
	w := newWorld(t, "")
	for n := range 4 {
		name := fmt.Sprint("user", n)
		st := w.user(name)
		ids := w.defaults(st)
		l := &live{w: w, r: r, folders: []mapi.EntryID{ids[client.Inbox], ids[client.Drafts]}}
		var last *repository.Snapshot
		var snapshots []repository.Snapshot
		var pictures []picture
		for range 6 {
			for range r.IntN(15) {
				l.step()
			}
			w.now = w.now.Add(time.Hour)
			s := w.captureWith(st, name, last, r.IntN(3) == 0)
			if !s.Exact {
				t.Fatalf("not exact: %v", s.Faults)
			}
			snapshots, pictures, last = append(snapshots, s), append(pictures, w.picture(st)), &s
		}
		for i, s := range snapshots {
			if i%2 == n%2 {
				continue
			}
			target := fmt.Sprintf("restored%d-%d", n, i)
			into := w.user(target)
			if done := w.restore(s, snapshot.Restore{Into: into}); len(done.Failed) > 0 {
				t.Fatalf("%+v", done)
			}
			comparePictures(t, fmt.Sprintf("history %d snapshot %d", n, i), w.picture(into), pictures[i])
		}
		check, err := w.open(w.identity).Check(t.Context(), repository.CheckOptions{ReadData: true, Reach: w.reach(w.open())})
		if err != nil || len(check.Damage)+len(check.Broken) > 0 {
			t.Fatalf("%+v, %v", check, err)
		}
	}
}

func comparePictures(t *testing.T, what string, got, want picture) {
	t.Helper()
	if a, b := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(a, b) {
		t.Fatalf("%s: folders\n%q, want\n%q", what, a, b)
	}
	for path, messages := range want {
		if !slices.Equal(got[path], messages) {
			t.Fatalf("%s: %s: %d messages, want %d:\n%s", what, path, len(got[path]), len(messages),
				difference(strings.Join(got[path], "\n"), strings.Join(messages, "\n")))
		}
	}
}
