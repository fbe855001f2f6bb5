package imap

import (
	"testing"

	"zarafa/agents/gateway/imapwire"
)

func TestNumbered(t *testing.T) {
	type r = imapwire.Range
	const star = imapwire.Star
	for _, test := range []struct {
		ranges []r
		count  uint32
		want   bool
	}{
		{[]r{{1, 8}}, 8, true},
		{[]r{{8, 1}}, 8, true},
		{[]r{{1, 9}}, 8, false},
		{[]r{{9, 9}}, 8, false},
		{[]r{{star, star}}, 8, true},
		{[]r{{8, star}}, 8, true},
		{[]r{{star, 3}}, 8, true},
		{[]r{{9, star}}, 8, false},
		{[]r{{9, 9}, {7, star}}, 8, true},
		{[]r{{9, 9}, {1, 7}}, 8, false},
		{[]r{{1, 4294967295}}, 8, false},
		{[]r{{4294967295, 4294967295}}, 8, false},
		{[]r{{1, star}}, 0, false},
		{[]r{{star, star}}, 0, false},
	} {
		if got := numbered(imapwire.NumSet{Ranges: test.ranges}, test.count); got != test.want {
			t.Errorf("%v of %d: %v", test.ranges, test.count, got)
		}
	}
}
