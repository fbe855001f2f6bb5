package replay

import (
	"fmt"
	"io"
	"slices"
)

// Mismatch is one exchange whose live answer differs.
type Mismatch struct {
	N     int
	Op    string
	Diffs []Diff
}

// Report is the result of one scenario. Matched counts exchanges without a difference that no exception excuses; Excused counts
// those of them that needed an exception.
type Report struct {
	Scenario   string
	Exchanges  int
	Matched    int
	Excused    int
	Mismatches []Mismatch
}

// add files the differences of one exchange; those that an exception excuses are left out.
func (r *Report) add(ex *Exchange, diffs []Diff, exceptions []*Exception) {
	excused := 0
	diffs = slices.DeleteFunc(slices.Clone(diffs), func(d Diff) bool {
		for _, e := range exceptions {
			if e.applies(r.Scenario, ex, d) {
				e.Used++
				excused++
				return true
			}
		}
		return false
	})
	r.Exchanges++
	if len(diffs) > 0 {
		r.Mismatches = append(r.Mismatches, Mismatch{ex.N, ex.Op, diffs})
		return
	}
	r.Matched++
	if excused > 0 {
		r.Excused++
	}
}

// Print writes the counts and the first differences, at most exchanges of them (0: none) with at most five places each.
func (r *Report) Print(w io.Writer, exchanges int) {
	fmt.Fprintf(w, "%s: %d of %d exchanges match", r.Scenario, r.Matched, r.Exchanges)
	if r.Excused > 0 {
		fmt.Fprintf(w, ", %d of them by an exception", r.Excused)
	}
	fmt.Fprintln(w)
	const places = 5
	for _, m := range r.Mismatches[:min(exchanges, len(r.Mismatches))] {
		fmt.Fprintf(w, "  #%d %s\n", m.N, m.Op)
		for i, d := range m.Diffs {
			if i == places {
				fmt.Fprintf(w, "    … and %d more\n", len(m.Diffs)-places)
				break
			}
			fmt.Fprintf(w, "    %s\n", d)
		}
	}
	if left := len(r.Mismatches) - exchanges; left > 0 && exchanges > 0 {
		fmt.Fprintf(w, "  … and %d more exchanges\n", left)
	}
}
