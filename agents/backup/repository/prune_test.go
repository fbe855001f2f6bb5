package repository

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/internal/testseed"
)

// history is a repository to which things happen at random, and what must be in it.
type history struct {
	t     *testing.T
	m     *memory
	now   time.Time
	texts map[string][]string // of each snapshot, by name
	// early is a backup that began before what is happening now.
	early   *Repository
	earlyAt time.Time
}

// check reads every snapshot.
func (h *history) check(step string) {
	h.t.Helper()
	r := openMemory(h.t, h.m.restart())
	if d := r.Damaged(); len(d) > 0 {
		h.t.Fatalf("%s: %v", step, d)
	}
	list, err := r.Snapshots(h.t.Context())
	if err != nil || len(list) != len(h.texts) {
		h.t.Fatalf("%s: %d snapshots, want %d, %v", step, len(list), len(h.texts), err)
	}
	for _, s := range list {
		if got, err := read(h.t.Context(), r, s); err != nil || !slices.Equal(got, h.texts[s.Name]) {
			h.t.Fatalf("%s: %d of %d texts, %v", step, len(got), len(h.texts[s.Name]), err)
		}
	}
}

// longestBackup is how long the longest backup takes, at most.
const longestBackup = 48 * time.Hour

// Whatever order backups, removals and prunes come in, and wherever programs are ended, snapshots that are there can be read.
func TestPruneLosesNothing(t *testing.T) {
	random := testseed.New(t)
	for n := range 40 {
		h := &history{t: t, m: initMemory(t, ""), now: day, texts: make(map[string][]string)}
		for step := range 25 {
			h.now = h.now.Add(time.Duration(random.IntN(16)) * time.Hour)
			if random.IntN(3) == 0 {
				h.m.failAt = 1 + random.IntN(8)
			}
			what := fmt.Sprintf("history %d step %d: ", n, step)
			switch k := random.IntN(8); {
			case k < 3:
				r := h.early
				if r == nil || random.IntN(2) == 0 || h.now.Sub(h.earlyAt) >= longestBackup {
					r = openMemory(t, h.m)
				}
				var texts []string
				for range random.IntN(5) {
					texts = append(texts, fmt.Sprintf("%d ", random.IntN(12))+strings.Repeat("x", 50))
				}
				what += "backup"
				if s, err := write(t, r, h.now, texts...); err == nil {
					h.texts[s.Name] = texts
				} else {
					h.early = nil
				}
			case k == 3 || k == 6:
				what += "removal"
				for name := range h.texts {
					if openMemory(t, h.m).RemoveSnapshot(t.Context(), name) == nil {
						delete(h.texts, name)
					}
					break
				}
			case k == 4 || k == 7:
				what += "prune"
				r := openMemory(t, h.m)
				_, _ = r.Prune(t.Context(), PruneOptions{Reach: reachTexts(r), Now: h.now, Waste: 10}) // it may be ended
				delete(h.m.files, leaseName)
			default:
				what += "begin"
				h.early, h.earlyAt = openMemory(t, h.m), h.now
			}
			h.check(what)
		}
	}
}

// Two prunes with two days between them remove what is of no use, and no byte more.
func TestPruneFrees(t *testing.T) {
	m := initMemory(t, "")
	old, err := write(t, openMemory(t, m), day, "old", "shared")
	if err != nil {
		t.Fatal(err)
	}
	s, err := write(t, openMemory(t, m), day.Add(time.Hour), "shared", "new")
	if err != nil {
		t.Fatal(err)
	}
	if err := openMemory(t, m).RemoveSnapshot(t.Context(), old.Name); err != nil {
		t.Fatal(err)
	}
	prune := func(after time.Duration) Pruned {
		r := openMemory(t, m)
		p, err := r.Prune(t.Context(), PruneOptions{Reach: reachTexts(r), Now: day.Add(after), Waste: 10})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := prune(2 * time.Hour); p.Condemned != 2 || p.Removed != 0 || p.Live != 3 {
		t.Errorf("first: %+v", p)
	}
	if p := prune(49 * time.Hour); p.Removed != 0 {
		t.Errorf("47 hours later: %+v", p)
	}
	if p := prune(50 * time.Hour); p.Removed != 2 {
		t.Errorf("48 hours later: %+v", p)
	}
	r := openMemory(t, m)
	if got, err := read(t.Context(), r, s); err != nil || !slices.Equal(got, []string{"shared", "new"}) {
		t.Errorf("%q, %v", got, err)
	}
	if len(r.index.sorted) != 3 {
		t.Errorf("%d blobs are left", len(r.index.sorted))
	}
	for name := range m.files {
		if strings.HasPrefix(name, condemnedFolder) || name == leaseName {
			t.Errorf("%s is left", name)
		}
	}
}

// A backup that goes on while two prunes run finds what it took for stored, and so do prunes after it.
func TestBackupDuringPrunes(t *testing.T) {
	m := initMemory(t, "")
	old, err := write(t, openMemory(t, m), day, "shared", "old")
	if err != nil {
		t.Fatal(err)
	}
	early := openMemory(t, m)
	if err := openMemory(t, m).RemoveSnapshot(t.Context(), old.Name); err != nil {
		t.Fatal(err)
	}
	prune := func(after time.Duration) {
		t.Helper()
		r := openMemory(t, m)
		if _, err := r.Prune(t.Context(), PruneOptions{Reach: reachTexts(r), Now: day.Add(after), Waste: 10}); err != nil {
			t.Fatal(err)
		}
	}
	prune(time.Hour)
	prune(48 * time.Hour)
	s, err := write(t, early, day.Add(48*time.Hour), "shared", "new")
	if err != nil {
		t.Fatal(err)
	}
	for _, after := range []time.Duration{48 * time.Hour, 49 * time.Hour, 100 * time.Hour, 200 * time.Hour} {
		if got, err := read(t.Context(), openMemory(t, m), s); err != nil || !slices.Equal(got, []string{"shared", "new"}) {
			t.Fatalf("before the prune at %v: %q, %v", after, got, err)
		}
		prune(after)
	}
	if got, err := read(t.Context(), openMemory(t, m), s); err != nil || !slices.Equal(got, []string{"shared", "new"}) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestPruneLease(t *testing.T) {
	m := initMemory(t, "")
	if _, err := openMemory(t, m).takeLease(t.Context(), day); err != nil {
		t.Fatal(err)
	}
	r := openMemory(t, m)
	if _, err := r.Prune(t.Context(), PruneOptions{Reach: reachTexts(r), Now: day.Add(time.Hour)}); err == nil {
		t.Error("two prunes at a time")
	}
	if _, err := r.Prune(t.Context(), PruneOptions{Reach: reachTexts(r), Now: day.Add(leaseTime)}); err != nil {
		t.Errorf("a lease that is over: %v", err)
	}
}

func TestPolicy(t *testing.T) {
	var list []Snapshot
	for i := range 60 * 4 { // every six hours for 60 days
		list = append(list, Snapshot{Name: fmt.Sprint(i), Time: day.Add(time.Duration(i) * 6 * time.Hour)})
	}
	list[1].Hold = true
	keep, remove := Policy{Last: 2, Daily: 3, Weekly: 2, Monthly: 2}.Apply(list, time.UTC)
	var names []string
	for _, s := range keep {
		names = append(names, s.Name)
	}
	// 239 and 238 are the newest; days end at 238 or so, weeks on Sundays, months with their last snapshot.
	if len(keep)+len(remove) != len(list) || !slices.Contains(names, "1") || !slices.Contains(names, "239") || !slices.Contains(names, "238") || len(keep) > 10 {
		t.Errorf("kept %v", names)
	}
	if keep, _ := (Policy{}).Apply(list, time.UTC); len(keep) != len(list) {
		t.Error("a policy that keeps nothing removes everything")
	}
	if keep, _ := (Policy{Daily: 1}).Apply(list[:1], time.UTC); len(keep) != 1 {
		t.Error("the newest is removed")
	}
}
