package repository

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/internal/testseed"
)

// write makes a snapshot of texts: its root is a blob with their ids.
func write(t testing.TB, r *Repository, at time.Time, texts ...string) (Snapshot, error) {
	t.Helper()
	ctx := t.Context()
	var root bytes.Buffer
	for _, text := range texts {
		id, err := r.Save(ctx, Body, []byte(text))
		if err != nil {
			return Snapshot{}, err
		}
		fmt.Fprintln(&root, id)
	}
	id, err := r.Save(ctx, Meta, root.Bytes())
	if err != nil {
		return Snapshot{}, err
	}
	s := Snapshot{Store: "s", Time: at, Root: id}
	s.Name, err = r.AddSnapshot(ctx, s)
	return s, err
}

// reachTexts is Reach for what write has written.
func reachTexts(r *Repository) func(context.Context, Snapshot, func(ID) bool) error {
	return func(ctx context.Context, s Snapshot, visit func(ID) bool) error {
		if !visit(s.Root) {
			return nil
		}
		ids, err := idsOf(ctx, r, s)
		for _, id := range ids {
			visit(id)
		}
		return err
	}
}

func idsOf(ctx context.Context, r *Repository, s Snapshot) (ids []ID, err error) {
	data, err := r.Load(ctx, s.Root)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(data)) {
		var id ID
		if err := id.UnmarshalText([]byte(strings.TrimSpace(line))); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// read reads what write has written.
func read(ctx context.Context, r *Repository, s Snapshot) (texts []string, err error) {
	ids, err := idsOf(ctx, r, s)
	for _, id := range ids {
		data, err := r.Load(ctx, id)
		if err != nil {
			return texts, err
		}
		texts = append(texts, string(data))
	}
	return texts, err
}

var day = time.Date(2026, 11, 30, 2, 0, 0, 0, time.UTC)

// What the backup host can read is everything but bodies, whatever it kept of the program that wrote them.
func TestHostCannotReadBodies(t *testing.T) {
	m := initMemory(t, testIdentity.Recipient().String())
	s, err := write(t, openMemory(t, m), day, "secret text", "another")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := read(t.Context(), openMemory(t, m), s); !errors.Is(err, ErrNoIdentity) {
		t.Errorf("the host reads: %v", err)
	}
	if _, err := read(t.Context(), openMemory(t, m, mustIdentity()), s); err == nil {
		t.Error("another identity reads")
	}
	if got, err := read(t.Context(), openMemory(t, m, testIdentity), s); err != nil || !slices.Equal(got, []string{"secret text", "another"}) {
		t.Errorf("%q, %v", got, err)
	}
	for name, data := range m.files {
		if bytes.Contains(data, []byte("secret")) {
			t.Errorf("%s has the text", name)
		}
	}
	other := HostKey{9}
	if _, err := Open(t.Context(), m, other); err == nil {
		t.Error("another host key opens it")
	}
	m.files[configName] = bytes.Replace(m.files[configName], []byte(testIdentity.Recipient().String()), []byte(mustIdentity().Recipient().String()), 1)
	if _, err := Open(t.Context(), m, testKey); err == nil {
		t.Error("somebody has put his own recipient there, and nobody notices")
	}
}

func TestSymmetric(t *testing.T) {
	m := initMemory(t, "")
	s, err := write(t, openMemory(t, m), day, "text")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read(t.Context(), openMemory(t, m), s); err != nil || !slices.Equal(got, []string{"text"}) {
		t.Errorf("%q, %v", got, err)
	}
}

// The same is stored once.
func TestDeduplication(t *testing.T) {
	m := initMemory(t, "")
	if _, err := write(t, openMemory(t, m), day, "a", "b", "a"); err != nil {
		t.Fatal(err)
	}
	r := openMemory(t, m)
	if _, err := write(t, r, day, "a", "b", "a"); err != nil || r.Added() != 0 {
		t.Errorf("%d bytes added, %v", r.Added(), err)
	}
}

// A program that is ended at any write leaves what was there, and the next run goes on and has the same at the end.
func TestEndedAnywhere(t *testing.T) {
	base := initMemory(t, testIdentity.Recipient().String())
	first, err := write(t, openMemory(t, base), day, "old", "shared")
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; ; at++ {
		m := base.clone()
		m.failAt = at
		_, err := write(t, openMemory(t, m), day.Add(time.Hour), "shared", "new", "newer")
		ended := err != nil
		r := openMemory(t, m.restart(), testIdentity)
		if d := r.Damaged(); len(d) > 0 {
			t.Fatalf("ended at %d: %v", at, d)
		}
		if got, err := read(t.Context(), r, first); err != nil || !slices.Equal(got, []string{"old", "shared"}) {
			t.Fatalf("ended at %d: %q, %v", at, got, err)
		}
		second, err := write(t, r, day.Add(2*time.Hour), "shared", "new", "newer")
		if err != nil {
			t.Fatal(err)
		}
		r = openMemory(t, m, testIdentity)
		if got, err := read(t.Context(), r, second); err != nil || !slices.Equal(got, []string{"shared", "new", "newer"}) {
			t.Fatalf("ended at %d: %q, %v", at, got, err)
		}
		if c, err := r.Check(t.Context(), CheckOptions{Reach: reachTexts(r), ReadData: true}); err != nil || len(c.Damage)+len(c.Broken) > 0 {
			t.Fatalf("ended at %d: %+v, %v", at, c, err)
		}
		if !ended {
			if at < 5 {
				t.Errorf("only %d writes", at)
			}
			return
		}
	}
}

// Whatever is done to a file, nobody reads something that was not written, and check tells of it.
func TestDamage(t *testing.T) {
	base := initMemory(t, testIdentity.Recipient().String())
	var snapshots []Snapshot
	texts := map[string][]string{}
	for i := range 3 {
		want := []string{"in all", fmt.Sprintf("only in %d", i), strings.Repeat("long ", 1000*i)}
		s, err := write(t, openMemory(t, base), day.Add(time.Duration(i)*time.Hour), want...)
		if err != nil {
			t.Fatal(err)
		}
		snapshots = append(snapshots, s)
		texts[s.Name] = want
	}
	damages := map[string]func(data []byte, at int) []byte{
		"truncated": func(data []byte, at int) []byte { return data[:at] },
		"bit":       func(data []byte, at int) []byte { data[at] ^= 0x10; return data },
		"empty":     func([]byte, int) []byte { return []byte{} },
		"longer":    func(data []byte, _ int) []byte { return append(data, 'x') },
		"missing":   func([]byte, int) []byte { return nil },
	}
	random := testseed.New(t)
	for _, name := range slices.Sorted(maps.Keys(base.files)) {
		for what, damage := range damages {
			for range 3 {
				m := base.clone()
				if data := damage(m.files[name], random.IntN(len(m.files[name]))); data != nil {
					m.files[name] = data
				} else {
					delete(m.files, name)
				}
				r, err := Open(t.Context(), m, testKey, testIdentity)
				if err != nil {
					if name != configName {
						t.Errorf("%s %s: %v", name, what, err)
					}
					continue
				}
				checkDamaged(t, r, name+" "+what, snapshots, texts, !(name == configName))
			}
		}
	}
}

func checkDamaged(t *testing.T, r *Repository, what string, snapshots []Snapshot, texts map[string][]string, mustTell bool) {
	t.Helper()
	lost := 0
	for _, s := range snapshots {
		got, err := read(t.Context(), r, s)
		if err != nil {
			lost++
			continue
		}
		if !slices.Equal(got, texts[s.Name]) {
			t.Errorf("%s: read %.40q", what, got)
		}
	}
	c, err := r.Check(t.Context(), CheckOptions{Reach: reachTexts(r), ReadData: true})
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	listed, err := r.Snapshots(t.Context())
	if err != nil {
		t.Errorf("%s: %v", what, err)
	}
	told := len(c.Damage) > 0 || len(c.Broken) > 0 || len(listed) < len(snapshots)
	// An index that is gone is made anew of the packs; nothing is lost then, and there is nothing to tell.
	if mustTell && !told && lost > 0 {
		t.Errorf("%s: %d snapshots are lost, and check finds nothing", what, lost)
	}
	if lost > 0 && !strings.Contains(what, "data/") && !strings.Contains(what, "keys/") {
		t.Errorf("%s: %d snapshots are lost", what, lost)
	}
	if _, err := r.Prune(t.Context(), PruneOptions{Reach: reachTexts(r), Now: day, Waste: 10}); err == nil && len(c.Damage) > 0 {
		t.Errorf("%s: pruned a damaged repository", what)
	}
}

// A foreign file is told of, and does no harm.
func TestForeignFile(t *testing.T) {
	m := initMemory(t, "")
	s, err := write(t, openMemory(t, m), day, "text")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"data/README", "index/x", "snapshots/copy of " + s.Name, "keys/k", "notes.txt", "data/" + strings.Repeat("ab", 32)} {
		c := m.clone()
		c.files[name] = []byte("something else")
		r := openMemory(t, c)
		if got, err := read(t.Context(), r, s); err != nil || !slices.Equal(got, []string{"text"}) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if found, err := r.Check(t.Context(), CheckOptions{Reach: reachTexts(r)}); err != nil || len(found.Damage) != 1 || len(found.Broken) > 0 {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
	}
	m.files["data/"+unfinished+"123"] = []byte("half a pack")
	if d := openMemory(t, m).Damaged(); len(d) > 0 {
		t.Errorf("what a program was writing when it was ended: %v", d)
	}
}

// What is missing is written again by the next backup, and then all snapshots are whole again.
func TestSavedAgain(t *testing.T) {
	m := initMemory(t, "")
	s, err := write(t, openMemory(t, m), day, "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for name := range m.files {
		if strings.HasPrefix(name, packsFolder) {
			delete(m.files, name)
		}
	}
	r := openMemory(t, m)
	if len(r.Damaged()) == 0 {
		t.Error("nobody misses the packs")
	}
	if _, err := write(t, r, day.Add(time.Hour), "a", "b"); err != nil {
		t.Fatal(err)
	}
	if got, err := read(t.Context(), openMemory(t, m), s); err != nil || !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("%q, %v", got, err)
	}
}
