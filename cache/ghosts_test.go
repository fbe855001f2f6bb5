package cache

import "testing"

// A list that shrinks, when the cache gets warm, keeps what it knew as far as there is room.
func TestGhostsAfterResize(t *testing.T) {
	var g ghostList
	g.resize(1 << 10)
	const n = 100
	for id := range uint32(n) {
		g.add(makeCellKey(id, 0))
	}
	g.resize(1 << 8)
	known := 0
	for id := range uint32(n) {
		if g.take(makeCellKey(id, 0)) {
			known++
		}
		if g.take(makeCellKey(id, 0)) {
			t.Errorf("%d is still known after it was taken", id)
		}
	}
	if known < n*3/4 { // with 256 places for 100 keys a few fall on the same one
		t.Errorf("%d of %d are known", known, n)
	}
	if g.take(makeCellKey(n, 0)) {
		t.Error("a key that was never added is known")
	}
	g.add(makeCellKey(1, 0))
	g.resize(1 << 9)
	if g.take(makeCellKey(1, 0)) {
		t.Error("a larger list knows a key, at a place that it cannot be sure of")
	}
}
