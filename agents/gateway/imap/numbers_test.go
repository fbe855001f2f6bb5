package imap

import (
	"testing"

	"zarafa/agents/gateway/imapwire"
)

func TestNumbered(t *testing.T) {
	const star = imapwire.Star
	for _, test := range []struct {
		ranges [][2]uint32
		count  uint32
		want   bool
	}{
		{[][2]uint32{{1, 8}}, 8, true},
		{[][2]uint32{{8, 1}}, 8, true},
		{[][2]uint32{{1, 9}}, 8, false},
		{[][2]uint32{{9, 9}}, 8, false},
		{[][2]uint32{{star, star}}, 8, true},
		{[][2]uint32{{8, star}}, 8, true},
		{[][2]uint32{{star, 3}}, 8, true},
		{[][2]uint32{{9, star}}, 8, false},
		{[][2]uint32{{9, 9}, {7, star}}, 8, true},
		{[][2]uint32{{9, 9}, {1, 7}}, 8, false},
		{[][2]uint32{{1, 4294967295}}, 8, false},
		{[][2]uint32{{4294967295, 4294967295}}, 8, false},
		{[][2]uint32{{1, star}}, 0, false},
		{[][2]uint32{{star, star}}, 0, false},
	} {
		var set imapwire.NumSet
		for _, r := range test.ranges {
			set.Ranges = append(set.Ranges, imapwire.Range{First: r[0], Last: r[1]})
		}
		if got := numbered(set, test.count); got != test.want {
			t.Errorf("%v of %d: %v", test.ranges, test.count, got)
		}
	}
}
