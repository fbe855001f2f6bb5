package cache

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// model is the plain sorted slice that a view must behave like.
type model []KeyedRow

func compareRows(a, b KeyedRow) int {
	if c := bytes.Compare(a.Key, b.Key); c != 0 {
		return c
	}
	return a.Row.compare(b.Row)
}

func (m model) rank(r Row) int {
	return slices.IndexFunc(m, func(k KeyedRow) bool { return k.Row == r })
}

func (m model) without(r Row) model {
	if i := m.rank(r); i >= 0 {
		return slices.Delete(slices.Clone(m), i, i+1)
	}
	return m
}

func (m model) with(k KeyedRow) model {
	m = m.without(k.Row)
	i, _ := slices.BinarySearchFunc(m, k, compareRows)
	return slices.Insert(slices.Clone(m), i, k)
}

func (m model) prior(i int) (Row, bool) {
	if i <= 0 {
		return Row{}, false
	}
	return m[i-1].Row, true
}

// put applies a put and says what the view has to report.
func (m *model) put(k KeyedRow) Change {
	was := m.rank(k.Row)
	c := Change{Kind: Added}
	switch {
	case was >= 0 && bytes.Equal((*m)[was].Key, k.Key):
		c = Change{Kind: Unchanged, Was: was}
	case was >= 0:
		c = Change{Kind: Moved, Was: was}
	}
	*m = m.with(k)
	c.Index = m.rank(k.Row)
	c.Prior, c.HasPrior = m.prior(c.Index)
	if c.Kind == Moved {
		c.Was = was
	}
	return c
}

func randomKey(rng *rand.Rand) []byte {
	switch rng.IntN(20) {
	case 0:
		return nil
	case 1:
		return bytes.Repeat([]byte{byte(rng.IntN(3))}, 120+rng.IntN(20)) // around the one-byte length
	case 2:
		return bytes.Repeat([]byte{7}, rng.IntN(3000))
	}
	key := make([]byte, 1+rng.IntN(10))
	for i := range key {
		key[i] = byte(rng.IntN(4))
	}
	return key
}

func checkTree(t *testing.T, n *node, top bool) int {
	t.Helper()
	if n == nil {
		return 0
	}
	if n.fanout() > maxFanout || n.fanout() == 0 || !top && n.fanout() < minFanout {
		t.Fatalf("node has fan-out %d", n.fanout())
	}
	if n.kids == nil {
		return len(n.rows)
	}
	sum := 0
	for i, kid := range n.kids {
		sum += checkTree(t, kid.node, false)
		if int(kid.end) != sum {
			t.Fatalf("child %d ends at %d, have %d rows", i, kid.end, sum)
		}
		if kid.first != kid.start() {
			t.Fatalf("child %d starts at %v, noted %v", i, kid.start(), kid.first)
		}
	}
	return sum
}

func checkView(t *testing.T, v *View, m model) {
	t.Helper()
	s := v.Snapshot()
	if s.Len() != len(m) {
		t.Fatalf("Len = %d, want %d", s.Len(), len(m))
	}
	if s.s != nil {
		checkTree(t, s.s.byKey, true)
		if n := checkTree(t, s.s.byRow, true); n != len(m) {
			t.Fatalf("%d rows by id, want %d", n, len(m))
		}
	}
	n := 0
	s.Range(0, func(i int, r Row, key []byte) bool {
		if i != n || r != m[i].Row || !bytes.Equal(key, m[i].Key) {
			t.Fatalf("Range gives %d: %v %x, want %d: %v %x", i, r, key, n, m[n].Row, m[n].Key)
		}
		n++
		return true
	})
	if n != len(m) {
		t.Fatalf("Range gave %d rows, want %d", n, len(m))
	}
	want := viewOverhead + s.s.byKey.treeBytes() + s.s.byRow.treeBytes() + v.arena.bytes
	if v.Bytes() != want {
		t.Fatalf("Bytes = %d, a count gives %d", v.Bytes(), want)
	}
}

func checkPlace(t *testing.T, s Snapshot, m model, i int, probe []byte) {
	t.Helper()
	if r, key := s.At(i); r != m[i].Row || !bytes.Equal(key, m[i].Key) {
		t.Fatalf("At(%d) = %v %x, want %v", i, r, key, m[i])
	}
	if rank, ok := s.Rank(m[i].Row); !ok || rank != i {
		t.Fatalf("Rank(%v) = %d %v, want %d", m[i].Row, rank, ok, i)
	}
	prior, ok := s.Prior(m[i].Row)
	if want, wantOK := m.prior(i); prior != want || ok != wantOK {
		t.Fatalf("Prior(%v) = %v %v, want %v %v", m[i].Row, prior, ok, want, wantOK)
	}
	want, _ := slices.BinarySearchFunc(m, KeyedRow{Key: probe}, compareRows)
	if got := s.Search(probe); got != want {
		t.Fatalf("Search(%x) = %d, want %d", probe, got, want)
	}
	end := min(i+5, len(m))
	s.Range(i, func(j int, r Row, _ []byte) bool {
		if r != m[j].Row {
			t.Fatalf("Range(%d) gives %v at %d", i, r, j)
		}
		return j+1 < end
	})
	end = min(i+3*maxFanout, len(m)+1)
	rows := s.AppendRows([]Row{{ID: 1 << 31}}, i, end)
	for j, want := range m[i:min(end, len(m))] {
		if rows[1+j] != want.Row {
			t.Fatalf("AppendRows(%d, %d) gives %v at %d", i, end, rows[1+j], j)
		}
	}
	if want := 1 + min(end, len(m)) - i; len(rows) != want || rows[0].ID != 1<<31 {
		t.Fatalf("AppendRows(%d, %d) gives %d rows after %v, want %d", i, end, len(rows)-1, rows[0], want-1)
	}
}

func TestViewAgainstModel(t *testing.T) {
	for _, rows := range []uint32{1, 10, 300, 5000} {
		t.Run(fmt.Sprint(rows), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(rows), 1))
			var m model
			v := NewView()
			if rows > 10 {
				for i := range rows / 2 {
					m = append(m, KeyedRow{Row{i, i % 3}, randomKey(rng)})
				}
				var err error
				if v, err = BuildView(m); err != nil {
					t.Fatal(err)
				}
				slices.SortFunc(m, compareRows)
				checkView(t, v, m)
			}
			for step := range 3000 {
				id := rng.Uint32N(rows)
				r := Row{id, id % 3}
				version := v.Snapshot().Version()
				changed := true
				if grow := step < 1500; rng.IntN(10) < 3 == grow {
					want := Change{Kind: Unchanged}
					if i := m.rank(r); i >= 0 {
						want = Change{Kind: Removed, Index: i, Was: i}
						want.Prior, want.HasPrior = m.prior(i)
					}
					m = m.without(r)
					if got := v.Delete(r); got != want {
						t.Fatalf("Delete(%v) = %+v, want %+v", r, got, want)
					}
					changed = want.Kind != Unchanged
				} else {
					k := KeyedRow{r, randomKey(rng)}
					want := m.put(k)
					if got := v.Put(k.Row, k.Key); got != want {
						t.Fatalf("Put(%v) = %+v, want %+v", k, got, want)
					}
					changed = want.Kind != Unchanged
				}
				if now := v.Snapshot().Version(); (now != version) != changed || now == 0 {
					t.Fatalf("version %x is followed by %x; changed: %v", version, now, changed)
				}
				if len(m) > 0 {
					checkPlace(t, v.Snapshot(), m, rng.IntN(len(m)), randomKey(rng))
				}
				if step%100 == 0 {
					checkView(t, v, m)
				}
			}
			for len(m) > 0 {
				v.Delete(m[len(m)/2].Row)
				m = m.without(m[len(m)/2].Row)
			}
			checkView(t, v, m)
		})
	}
}

func TestEmptySnapshot(t *testing.T) {
	for name, s := range map[string]Snapshot{"zero": {}, "empty view": NewView().Snapshot()} {
		t.Run(name, func(t *testing.T) {
			if _, key := s.At(0); key != nil || s.Len() != 0 || s.Search([]byte("x")) != 0 {
				t.Error("an empty snapshot has rows")
			}
			if _, ok := s.Rank(Row{ID: 1}); ok {
				t.Error("Rank finds a row")
			}
			if _, ok := s.Prior(Row{ID: 1}); ok {
				t.Error("Prior finds a row")
			}
			fail := func(int, Row, []byte) bool { t.Error("Range finds a row"); return true }
			if !s.Range(0, fail) || !s.Range(-3, fail) || !s.Range(9, fail) {
				t.Error("Range did not come to the end")
			}
			s.Instances(1, func(Row, []byte) bool { t.Error("Instances finds a row"); return true })
		})
	}
}

func TestInstances(t *testing.T) {
	v := NewView()
	for id := range uint32(100) {
		for order := range id % 4 {
			v.Put(Row{id, order}, []byte{byte(order), byte(id)})
		}
	}
	for id := range uint32(101) {
		var got []uint32
		v.Snapshot().Instances(id, func(r Row, key []byte) bool {
			if r.ID != id || !bytes.Equal(key, []byte{byte(r.Order), byte(id)}) {
				t.Errorf("object %d: got %v under %x", id, r, key)
			}
			got = append(got, r.Order)
			return true
		})
		want := int(id % 4)
		if id == 100 {
			want = 0
		}
		if len(got) != want || !slices.IsSorted(got) {
			t.Errorf("object %d has instances %v, want %d", id, got, want)
		}
	}
}

func TestBuildKeepsLaterOfTwins(t *testing.T) {
	v, err := BuildView([]KeyedRow{{Row{1, 0}, []byte("b")}, {Row{2, 0}, []byte("c")}, {Row{1, 0}, []byte("d")}})
	if err != nil {
		t.Fatal(err)
	}
	checkView(t, v, model{{Row{2, 0}, []byte("c")}, {Row{1, 0}, []byte("d")}})
}

// A key longer than a chunk of the arena has a chunk of its own.
func TestHugeKeys(t *testing.T) {
	v := NewView()
	var m model
	for i := range uint32(20) {
		k := KeyedRow{Row{i, 0}, bytes.Repeat([]byte{byte(i * 7)}, int(i)*9000)}
		v.Put(k.Row, k.Key)
		v.Put(Row{i + 100, 0}, []byte{byte(i)})
		m = m.with(k).with(KeyedRow{Row{i + 100, 0}, []byte{byte(i)}})
	}
	checkView(t, v, m)
	built, err := BuildView(m)
	if err != nil {
		t.Fatal(err)
	}
	checkView(t, built, m)
}

// Readers work on snapshots while a writer changes the view; what they see is
// always one whole version.
func TestConcurrentReaders(t *testing.T) {
	v := NewView()
	const rows = 500
	for i := range uint32(rows) {
		v.Put(Row{ID: i}, []byte{byte(i)})
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	for seed := range uint64(3) {
		readers.Go(func() {
			rng := rand.New(rand.NewPCG(seed, 2))
			for {
				select {
				case <-stop:
					return
				default:
				}
				s := v.Snapshot()
				var before KeyedRow
				n := 0
				s.Range(0, func(i int, r Row, key []byte) bool {
					now := KeyedRow{r, key}
					if i > 0 && compareRows(before, now) >= 0 {
						t.Errorf("row %v comes after %v", now, before)
						return false
					}
					before, n = now, n+1
					return true
				})
				if n != rows || s.Len() != rows {
					t.Errorf("snapshot has %d rows, Len %d, want %d", n, s.Len(), rows)
					return
				}
				i := rng.IntN(rows)
				if r, _ := s.At(i); true {
					if rank, ok := s.Rank(r); !ok || rank != i {
						t.Errorf("Rank(At(%d)) = %d %v", i, rank, ok)
						return
					}
				}
			}
		})
	}
	rng := rand.New(rand.NewPCG(3, 3))
	for range 3000 {
		v.Put(Row{ID: rng.Uint32N(rows)}, randomKey(rng))
	}
	close(stop)
	readers.Wait()
}

func TestReadsDoNotAllocate(t *testing.T) {
	rows := make([]KeyedRow, 10000)
	for i := range rows {
		rows[i] = KeyedRow{Row{uint32(i), 0}, fmt.Appendf(nil, "%08d", i*7919%10000)}
	}
	v, err := BuildView(rows)
	if err != nil {
		t.Fatal(err)
	}
	key := []byte("00004711")
	sum := 0
	for name, read := range map[string]func(){
		"At":     func() { r, k := v.Snapshot().At(4711); sum += int(r.ID) + len(k) },
		"Rank":   func() { i, _ := v.Snapshot().Rank(Row{ID: 4711}); sum += i },
		"Search": func() { sum += v.Snapshot().Search(key) },
		"Prior":  func() { r, _ := v.Snapshot().Prior(Row{ID: 4711}); sum += int(r.ID) },
	} {
		if n := testing.AllocsPerRun(100, read); n != 0 {
			t.Errorf("%s allocates %v times", name, n)
		}
	}
	if sum == 0 {
		t.Error("nothing was read")
	}
}
