package imapwire

import (
	"iter"
	"math"
	"slices"
	"strconv"
)

// Star stands for "*", the greatest number in use, in a Range.
const Star uint32 = 0

// Range is a range of a set as it was written: either end may be the greater one, or Star.
type Range struct{ First, Last uint32 }

// NumSet is a set of sequence numbers or UIDs (RFC 9051 sequence-set). Nothing is ever made of its numbers one by one.
type NumSet struct {
	Ranges []Range
	Saved  bool // "$": the result of the last SEARCH that saved one (RFC 5182)
}

// NumSet expects a set.
func (d *Decoder) NumSet() (set NumSet) {
	if d.take('$') {
		return NumSet{Saved: true}
	}
	for {
		first, ok := d.setNumber()
		if !ok {
			d.fail("Set of numbers expected")
			return NumSet{}
		}
		last := first
		if d.take(':') {
			if last, ok = d.setNumber(); !ok {
				d.fail("Number or * expected")
				return NumSet{}
			}
		}
		set.Ranges = append(set.Ranges, Range{first, last})
		if !d.take(',') {
			return set
		}
	}
}

// KnownSet expects a set of UIDs without "*" and "$", as QRESYNC has it (RFC 7162 known-uids).
func (d *Decoder) KnownSet() NumSet {
	set := d.NumSet()
	if set.Saved || slices.ContainsFunc(set.Ranges, func(r Range) bool { return r.First == Star || r.Last == Star }) {
		d.failWord("Set of known numbers expected")
		return NumSet{}
	}
	return set
}

// setNumber reads a number or "*". 4,294,967,295 is a number like any other.
func (d *Decoder) setNumber() (n uint32, ok bool) {
	if d.take('*') {
		return Star, true
	}
	if !digits[d.peek()] {
		return 0, false
	}
	n = d.NonZero()
	return n, d.err == nil
}

// Resolve gives the ranges, First before Last, where most is the greatest number in use: what "*" means. They come in the order in which they
// were written and may overlap; see Normalize. With most 0 nothing is in use, and ranges with "*" have nothing in them.
func (s NumSet) Resolve(most uint32) iter.Seq[Range] {
	return func(yield func(Range) bool) {
		for _, r := range s.Ranges {
			if most == 0 && (r.First == Star || r.Last == Star) {
				continue
			}
			if r = r.resolve(most); !yield(r) {
				return
			}
		}
	}
}

func (r Range) resolve(most uint32) Range {
	if r.First == Star {
		r.First = most
	}
	if r.Last == Star {
		r.Last = most
	}
	return Range{min(r.First, r.Last), max(r.First, r.Last)}
}

// Normalize gives the same numbers as rising ranges that neither overlap nor touch.
func (s NumSet) Normalize(most uint32) []Range {
	ranges := slices.AppendSeq(make([]Range, 0, len(s.Ranges)), s.Resolve(most))
	if len(ranges) < 2 {
		return ranges
	}
	slices.SortFunc(ranges, func(a, b Range) int {
		switch {
		case a.First < b.First:
			return -1
		case a.First > b.First:
			return 1
		}
		return 0
	})
	kept := ranges[:1]
	for _, r := range ranges[1:] {
		last := &kept[len(kept)-1]
		if last.Last == math.MaxUint32 || r.First <= last.Last+1 {
			last.Last = max(last.Last, r.Last)
		} else {
			kept = append(kept, r)
		}
	}
	return kept
}

// Contains reports whether a number is in the set; see Resolve.
func (s NumSet) Contains(n, most uint32) bool {
	for r := range s.Resolve(most) {
		if r.First <= n && n <= r.Last {
			return true
		}
	}
	return false
}

// Greatest is the greatest number that the set names itself, 0 if it names none. A sequence number greater than the number of messages is an
// error (RFC 9051 2.3.1.2); a UID is not.
func (s NumSet) Greatest() uint32 {
	var n uint32
	for _, r := range s.Ranges {
		n = max(n, r.First, r.Last)
	}
	return n
}

// Add adds a number at the end. Rising numbers become ranges.
func (s *NumSet) Add(n uint32) { s.AddRange(n, n) }

// AddRange adds the numbers from first to last at the end, and to the last range if they go on from it.
func (s *NumSet) AddRange(first, last uint32) {
	if k := len(s.Ranges); k > 0 && first != Star && s.Ranges[k-1].First != Star {
		if end := s.Ranges[k-1].Last; end != Star && end != math.MaxUint32 && end+1 == first && s.Ranges[k-1].First <= end {
			s.Ranges[k-1].Last = last
			return
		}
	}
	s.Ranges = append(s.Ranges, Range{first, last})
}

// Empty reports whether nothing is in the set as it was written.
func (s NumSet) Empty() bool { return !s.Saved && len(s.Ranges) == 0 }

// String writes the set as the grammar has it.
func (s NumSet) String() string { return string(s.Append(nil)) }

// Append appends the set as the grammar has it.
func (s NumSet) Append(dst []byte) []byte {
	if s.Saved {
		return append(dst, '$')
	}
	for i, r := range s.Ranges {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendSetNumber(dst, r.First)
		if r.Last != r.First {
			dst = appendSetNumber(append(dst, ':'), r.Last)
		}
	}
	return dst
}

func appendSetNumber(dst []byte, n uint32) []byte {
	if n == Star {
		return append(dst, '*')
	}
	return strconv.AppendUint(dst, uint64(n), 10)
}
