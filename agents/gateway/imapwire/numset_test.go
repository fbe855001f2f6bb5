package imapwire

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"zarafa/internal/testseed"
)

func setOf(t *testing.T, s string) NumSet {
	t.Helper()
	c := connect("a UID EXPUNGE "+s+"\r\n", false, Limits{})
	c.d.Command()
	set := c.d.UIDs()
	if err := c.d.Finish(); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return set
}

func TestNormalize(t *testing.T) {
	for _, test := range []struct {
		set  string
		most uint32
		want []Range
	}{
		{"1", 10, []Range{{1, 1}}},
		{"*", 10, []Range{{10, 10}}},
		{"*", 0, []Range{}},
		{"1:*", 0, []Range{}},
		{"3,1:*", 0, []Range{{3, 3}}},
		{"5:1", 10, []Range{{1, 5}}},
		{"20:*", 10, []Range{{10, 20}}}, // a client asks for what is new like this, and is told the last one again (RFC 9051 2.3.1.1)
		{"*:20", 10, []Range{{10, 20}}},
		{"*:*", 10, []Range{{10, 10}}},
		{"1,2,3,5", 10, []Range{{1, 3}, {5, 5}}},
		{"7:9,1:3,2:5,6", 10, []Range{{1, 9}}},
		{"5,5,5", 10, []Range{{5, 5}}},
		{"4294967295,1:4294967295", 10, []Range{{1, math.MaxUint32}}},
		{"4294967294:4294967295,4294967295", 10, []Range{{math.MaxUint32 - 1, math.MaxUint32}}},
		{"4294967295", 10, []Range{{math.MaxUint32, math.MaxUint32}}}, // not the last one
	} {
		if got := setOf(t, test.set).Normalize(test.most); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s of %d: %v, want %v", test.set, test.most, got, test.want)
		}
	}
}

func TestGreatest(t *testing.T) {
	for s, want := range map[string]uint32{"*": 0, "1:*": 1, "7:3,*": 7, "$": 0, "4294967295": math.MaxUint32} {
		if got := setOf(t, s).Greatest(); got != want {
			t.Errorf("%s: %d, want %d", s, got, want)
		}
	}
}

// Random sets, compared with the numbers one by one.
func TestRandomSets(t *testing.T) {
	rnd := testseed.New(t)
	for range 2000 {
		var s NumSet
		for range 1 + rnd.IntN(6) {
			s.Ranges = append(s.Ranges, Range{uint32(rnd.IntN(12)), uint32(rnd.IntN(12))})
		}
		checkSet(t, s, uint32(rnd.IntN(12)))
	}
	checkBuilt(t, rnd)
}

func checkSet(t *testing.T, s NumSet, most uint32) {
	t.Helper()
	want := make(map[uint32]bool)
	for _, r := range s.Ranges {
		if most == 0 && (r.First == Star || r.Last == Star) {
			continue
		}
		first, last := r.First, r.Last
		if first == Star {
			first = most
		}
		if last == Star {
			last = most
		}
		for n := min(first, last); n <= max(first, last); n++ {
			want[n] = true
		}
	}
	got := make(map[uint32]bool)
	before := int64(-1)
	for _, r := range s.Normalize(most) {
		if int64(r.First) <= before+1 && before >= 0 || r.First > r.Last {
			t.Errorf("%s of %d: %v is not normal", s, most, s.Normalize(most))
		}
		before = int64(r.Last)
		for n := r.First; n <= r.Last; n++ {
			got[n] = true
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s of %d: %v, want %v", s, most, got, want)
	}
	for n := range uint32(13) {
		if s.Contains(n, most) != want[n] {
			t.Errorf("%s of %d contains %d: %v", s, most, n, !want[n])
		}
	}
}

// What Add builds is as short as it can be for rising numbers, and is read as it was built.
func checkBuilt(t *testing.T, rnd *rand.Rand) {
	t.Helper()
	for range 500 {
		var s NumSet
		var numbers []uint32
		for n := uint32(0); len(numbers) < 10; {
			n += uint32(1 + rnd.IntN(3))
			numbers = append(numbers, n)
			s.Add(n)
		}
		if got := s.Normalize(0); !slices.Equal(got, s.Ranges) {
			t.Errorf("%v became %s, which could be %v", numbers, s, got)
		}
		if again := setOf(t, s.String()); !reflect.DeepEqual(again, s) {
			t.Errorf("%s was read as %s", s, again)
		}
		for _, n := range numbers {
			if !s.Contains(n, 0) {
				t.Errorf("%s lacks %d", s, n)
			}
		}
	}
	var s NumSet
	for _, n := range []uint32{5, 4, 5, 6, math.MaxUint32, math.MaxUint32} {
		s.Add(n)
	}
	if s.AddRange(1, Star); s.String() != "5,4:6,4294967295,4294967295,1:*" {
		t.Errorf("built %s", s)
	}
}
