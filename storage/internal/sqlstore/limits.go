package sqlstore

import (
	"cmp"
	"slices"

	"zarafa/mapi"
)

// limits are what a statement of the database can carry, in bytes of arguments; 0 is no limit.
type limits struct {
	together int // of statements that are put together; the driver puts arguments into their text, which can double them
	row      int // of the properties of one row; what is more goes to the table lob
	args     int // of one statement
	chunk    int // of a row of the table lob
}

const (
	// mostTogether keeps what is sent at a time small where the database would take more.
	mostTogether = 1 << 20
	// statementOverhead is more than the text of a statement and the frame of its arguments have.
	statementOverhead = 8 << 10
	// movable is the size from which a value is worth a row of its own in the table lob.
	movable = 1 << 10
)

// limitsOf fits the limits to the largest statement that the database takes; 0 means any.
func limitsOf(statement int) limits {
	if statement == 0 {
		return limits{together: mostTogether, chunk: lobChunk}
	}
	l := limits{together: min(mostTogether, statement/4), row: statement / 4, args: max(statement-statementOverhead, statement/2)}
	l.chunk = min(lobChunk, l.args/2)
	return l
}

// tooBig is the error for what the database never takes, so that nobody tries again.
func (s *Store) tooBig(size int) error {
	return mapi.Errorf(mapi.TooBig, "storage", "a row of %d bytes; the database takes statements of %d at most, see its variable max_allowed_packet", size, s.limits.args)
}

// argSize is about what an argument adds to a statement.
func argSize(a any) int {
	const number = 12
	switch a := a.(type) {
	case string:
		return len(a)
	case []byte:
		return len(a)
	}
	return number
}

// argBytes is about what arguments add to a statement.
func argBytes(args []any) int {
	size := 0
	for _, a := range args {
		size += argSize(a)
	}
	return size
}

// outside finds the values that do not stay with their object: those of LoadValueLimit bytes and more, and the largest of the others
// as long as all together are too much for a row.
func (t *transaction) outside(props mapi.Props) (list []bool) {
	mark := func(i int) {
		if list == nil {
			list = make([]bool, len(props))
		}
		list[i] = true
	}
	inside := 0
	for i := range props {
		if isLarge(props[i]) {
			mark(i)
		} else {
			inside += len(props[i].Data)
		}
	}
	const mostEscaped = 6 // bytes that JSON makes of one
	if limit := t.store.limits.row; limit > 0 && inside > limit/mostEscaped {
		for _, i := range t.heaviest(props, limit) {
			mark(i)
		}
	}
	return list
}

// heaviest finds the values without which an object's properties, packed, fit into a row.
func (t *transaction) heaviest(props mapi.Props, limit int) []int {
	type packed struct{ at, size int }
	var candidates []packed
	total := 0
	for i, v := range props {
		if isLarge(v) {
			continue
		}
		t.pack.reset()
		if t.pack.value(v) != nil {
			continue // the error comes when it is packed in earnest
		}
		total += len(t.pack.buf)
		if single := v.Tag.Type(); len(v.Data) >= movable && !single.Multi() && (single.IsString() || single.IsBinary()) {
			candidates = append(candidates, packed{i, len(t.pack.buf)})
		}
	}
	slices.SortStableFunc(candidates, func(a, b packed) int { return cmp.Compare(b.size, a.size) })
	var list []int
	for _, c := range candidates {
		if total <= limit {
			break
		}
		total -= c.size
		list = append(list, c.at)
	}
	return list
}
