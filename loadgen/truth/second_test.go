package truth_test

import (
	"testing"
	"time"

	"zarafa/loadgen/truth"
	"zarafa/mapi"
)

// TestEdgesOfLists: an item that is just within the ends of a list must be in it, whether its time is a whole second or not; one in the same
// second as the end may be missing.
func TestEdgesOfLists(t *testing.T) {
	m := truth.NewMailbox(me)
	times := map[uint64]time.Time{
		1: time.Unix(1e9, 0), 2: time.Unix(1e9+2, 5e8), 3: time.Unix(1e9+4, 0), 4: {}, 5: time.Date(2300, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	rowAt := func(n uint64) mapi.Props {
		return with(row(n), mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(times[n])))
	}
	for n := range times {
		m.Adding(token(n), inbox, rowAt(n), 0)
		m.Added(token(n), []byte{1, byte(n)})
	}
	between := func(from, to time.Time, shown ...uint64) error {
		l := truth.List{Asked: m.Mark(), Some: true, From: mapi.FileTimeOf(from), To: mapi.FileTimeOf(to)}
		for _, n := range shown {
			l.Rows = append(l.Rows, rowAt(n))
		}
		return m.CheckList(inbox, l)
	}
	is(t, between(times[1], times[3], 1, 2), "")
	is(t, between(times[1], times[3], 2), truth.Lost)
	is(t, between(times[1], times[3], 1), truth.Lost)
	is(t, between(times[2], times[3]), "") // its second begins before
	is(t, between(times[2].Add(-time.Second), times[2].Add(time.Second)), truth.Lost)
	is(t, between(times[3], times[3].Add(time.Second)), truth.Lost)
	is(t, between(times[3], times[3].Add(time.Millisecond)), "")
	is(t, between(time.Unix(0, 0), time.Unix(100, 0)), "") // an item without a time is in no part
	whole := truth.List{Asked: m.Mark(), Start: true, End: true, Newest: true}
	for _, n := range []uint64{5, 3, 2, 1} {
		whole.Rows = append(whole.Rows, rowAt(n))
	}
	is(t, m.CheckList(inbox, whole), truth.Lost)
	whole.Rows = append(whole.Rows, rowAt(4))
	is(t, m.CheckList(inbox, whole), "")
}
