package cache

import (
	"errors"
	"slices"
	"testing"
)

func TestLists(t *testing.T) {
	l := NewLists[string](2)
	reads := 0
	get := func(id uint32, list ...string) []string {
		t.Helper()
		got, err := l.Get(id, func() ([]string, error) { reads++; return list, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	want := func(what string, got []string, list []string, count int) {
		t.Helper()
		if !slices.Equal(got, list) || reads != count {
			t.Errorf("%s: %q after %d reads, want %q after %d", what, got, reads, list, count)
		}
	}
	want("a new list", get(1, "a"), []string{"a"}, 1)
	want("a list that is kept", get(1, "b"), []string{"a"}, 1)
	want("an empty list", get(2), nil, 2)
	want("an empty list that is kept", get(2, "x"), nil, 2)
	l.Drop(1, 7)
	want("a list that was dropped", get(1, "b"), []string{"b"}, 3)
	want("a third list", get(3, "c"), []string{"c"}, 4)
	if len(l.lists) > 2 {
		t.Errorf("%d lists are kept, at most 2 may be", len(l.lists))
	}
	l.DropAll()
	want("all dropped", get(3, "c2"), []string{"c2"}, 5)
	broken := errors.New("broken")
	if _, err := l.Get(9, func() ([]string, error) { return nil, broken }); err != broken {
		t.Errorf("error %v, want %v", err, broken)
	}
	want("after an error", get(9, "d"), []string{"d"}, 6)
}

// TestListStats: what is counted is what is kept, whatever was dropped or cleared for its bound in between.
func TestListStats(t *testing.T) {
	l := NewLists[uint64](2)
	get := func(id uint32, entries int) {
		t.Helper()
		if _, err := l.Get(id, func() ([]uint64, error) { return make([]uint64, entries), nil }); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		do   func()
		want ListStats
	}{
		{func() {}, ListStats{}},
		{func() { get(1, 3) }, ListStats{Requests: 1, Items: 1, Bytes: 24}},
		{func() { get(1, 9); get(2, 0) }, ListStats{Requests: 3, Hits: 1, Items: 2, Bytes: 24}},
		{func() { l.Drop(1, 5) }, ListStats{Requests: 3, Hits: 1, Items: 1}},
		{func() { get(4, 1); get(3, 2) }, ListStats{Requests: 5, Hits: 1, Items: 1, Bytes: 16}},
	} {
		step.do()
		if got := l.Stats(); got != step.want {
			t.Errorf("%+v, want %+v", got, step.want)
		}
	}
}

// TestListsRace: a list that was read before a change is not kept after it.
func TestListsRace(t *testing.T) {
	l := NewLists[string](10)
	old, err := l.Get(1, func() ([]string, error) { l.Drop(1); return []string{"old"}, nil })
	if err != nil || !slices.Equal(old, []string{"old"}) {
		t.Fatalf("%q, error %v", old, err)
	}
	if now, _ := l.Get(1, func() ([]string, error) { return []string{"new"}, nil }); !slices.Equal(now, []string{"new"}) {
		t.Errorf("%q is kept after its change", now)
	}
}
