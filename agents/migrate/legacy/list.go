package legacy

import (
	"context"
	"database/sql"
	"slices"
	"strings"
)

// maxList is how many ids, or ranges of ids, one statement names. Lists are filled up to a power of two with their last member, so that
// there are few texts to prepare.
const maxList = 64

// in runs a statement with a list of ids in place of the mark [].
func (s *Session) in(ctx context.Context, text string, ids []uint32, scan func(*sql.Rows) error) error {
	for chunk := range slices.Chunk(ids, maxList) {
		if err := s.query(ctx, strings.Replace(text, "[]", list(len(chunk)), 1), fill(chunk), scan); err != nil {
			return err
		}
	}
	return nil
}

// list is a list of marks for n values, or some more.
func list(n int) string { return "(" + strings.Repeat("?,", roundUp(n)-1) + "?)" }

// fill gives the arguments for a list.
func fill[T any](values []T) []any {
	args := make([]any, roundUp(len(values)))
	for i := range args {
		args[i] = values[min(i, len(values)-1)]
	}
	return args
}

// span is a range of ids, both ends included.
type span struct{ from, to uint32 }

// maxGap is how many ids that are not wanted a range may have in a row: reading a few rows in vain is cheaper than looking for a place.
const maxGap = 8

// spans joins ascending ids to ranges.
func spans(ids []uint32) []span {
	var list []span
	for _, id := range ids {
		if n := len(list); n > 0 && id-list[n-1].to <= maxGap {
			list[n-1].to = id
		} else {
			list = append(list, span{id, id})
		}
	}
	return list
}

// ranges runs a statement for the ids of the batch, with a condition on hierarchyid in place of the mark []. It gives rows of other ids
// too. The rows of one id come together.
func (b *batch) ranges(ctx context.Context, text string, scan func(*sql.Rows) error) error {
	for chunk := range slices.Chunk(spans(b.ids), maxList) {
		n := roundUp(len(chunk))
		args := make([]any, 0, 2*n)
		for i := range n {
			if i < len(chunk) {
				args = append(args, chunk[i].from, chunk[i].to)
			} else {
				args = append(args, 1, 0) // empty
			}
		}
		const condition = "hierarchyid BETWEEN ? AND ?"
		where := "(" + strings.Repeat(condition+" OR ", n-1) + condition + ")"
		if err := b.query(ctx, strings.Replace(text, "[]", where, 1), args, scan); err != nil {
			return err
		}
	}
	return nil
}

// roundUp gives the next power of two.
func roundUp(n int) int {
	p := 1
	for p < n {
		p *= 2
	}
	return p
}
