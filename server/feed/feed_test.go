package feed

import (
	"bytes"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"zarafa/server/internal/contain"
)

// sink panics over batches of one store.
type sink struct {
	poison         uint32
	heard, amended []uint32
}

func (s *sink) Apply(b *Batch) {
	if b.Store == s.poison {
		panic("an event that nobody expected")
	}
	s.heard = append(s.heard, b.Store)
}

func (s *sink) Amend(store uint32) {
	s.amended = append(s.amended, store)
	panic("again")
}

// A sink that panics costs nobody else the batch: it is committed.
func TestSinksThatPanic(t *testing.T) {
	var out bytes.Buffer
	bus := Bus{Panics: contain.NewReporter(slog.New(slog.NewTextHandler(&out, nil)))}
	bad, good := &sink{poison: 2}, &sink{}
	bus.Add(bad)
	bus.Add(good)
	for _, store := range []uint32{1, 2, 2, 3} {
		bus.Publish(&Batch{Store: store})
	}
	if !slices.Equal(bad.heard, []uint32{1, 3}) || !slices.Equal(bad.amended, []uint32{2, 2}) || !slices.Equal(good.heard, []uint32{1, 2, 2, 3}) {
		t.Errorf("heard %v and %v, amended %v", bad.heard, good.heard, bad.amended)
	}
	bus.Amend(4)
	if !slices.Equal(bad.amended, []uint32{2, 2, 4}) || !slices.Equal(good.amended, []uint32{4}) {
		t.Errorf("amended %v and %v", bad.amended, good.amended)
	}
	if lines := strings.Count(out.String(), "\n"); lines != 2 {
		t.Errorf("logged %d times:\n%s", lines, &out)
	}
}
