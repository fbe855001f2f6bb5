package sorting

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// day is a date of tests.
func day(n int) time.Time { return time.Date(2024, 1, n, 12, 0, 0, 0, time.UTC) }

func TestSort(t *testing.T) {
	messages := []Message{
		{Number: 1, Arrival: day(3), Sent: day(2), Size: 30, Subject: "Re: b", From: "Zoe", To: "x", Cc: "", DisplayFrom: "anna", DisplayTo: "B"},
		{Number: 2, Arrival: day(1), Size: 10, Subject: "[list] A", From: "anna", To: "X", Cc: "c", DisplayFrom: "Zoe", DisplayTo: "a"},
		{Number: 3, Arrival: day(2), Sent: day(2).Add(time.Second), Size: 20, Subject: "B (fwd)", From: "Äb", To: "y", Cc: "C", DisplayFrom: "é", DisplayTo: ""},
		{Number: 9, Arrival: day(2), Sent: day(2), Size: 20, Subject: "", From: "ad", To: "", Cc: "", DisplayFrom: "F", DisplayTo: "b"},
	}
	for _, test := range []struct {
		criteria []Criterion
		want     []uint32
	}{
		{nil, []uint32{1, 2, 3, 9}},
		{[]Criterion{{Key: Arrival}}, []uint32{2, 3, 9, 1}},
		{[]Criterion{{Arrival, true}}, []uint32{1, 3, 9, 2}}, // 3 and 9 stay in their order
		{[]Criterion{{Key: Date}}, []uint32{2, 1, 9, 3}},     // 2 by its arrival
		{[]Criterion{{Key: Size}}, []uint32{2, 3, 9, 1}},
		{[]Criterion{{Key: Subject}}, []uint32{9, 2, 1, 3}},
		{[]Criterion{{Key: Subject}, {Date, true}}, []uint32{9, 2, 3, 1}},
		{[]Criterion{{Key: From}}, []uint32{9, 2, 3, 1}}, // by bytes: A with its mark is behind AN
		{[]Criterion{{Key: To}}, []uint32{9, 1, 2, 3}},
		{[]Criterion{{Cc, true}}, []uint32{2, 3, 1, 9}},
		{[]Criterion{{Key: DisplayFrom}}, []uint32{1, 3, 9, 2}},
		{[]Criterion{{Key: DisplayTo}}, []uint32{3, 2, 1, 9}},
		{[]Criterion{{Size, true}, {To, true}}, []uint32{1, 3, 9, 2}},
	} {
		if got := Sort(messages, test.criteria); !slices.Equal(got, test.want) {
			t.Errorf("%v: %v, want %v", test.criteria, got, test.want)
		}
	}
	if got := Sort(nil, []Criterion{{Key: Date}}); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestReferences(t *testing.T) {
	for _, test := range []struct{ references, inReplyTo, want []string }{
		{nil, nil, nil},
		{[]string{"a", "b"}, []string{"c"}, []string{"a", "b"}},
		{nil, []string{"c", "d"}, []string{"c"}},
	} {
		if got := References(test.references, test.inReplyTo); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%v, %v: %v", test.references, test.inReplyTo, got)
		}
	}
}
