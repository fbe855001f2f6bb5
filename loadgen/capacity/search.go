// Package capacity finds the greatest number of users with whom a server meets an objective: by doubling, then by
// bisection, with trials that end as soon as the outcome is clear.
//
// Search, SLO and Judge are pure; the trials belong to the caller.
//
// It refuses to guess: a trial that stays undecided counts as missed.
package capacity

// Search is a search for the greatest number that passes. It assumes that if a number fails all greater ones do.
type Search struct {
	passed, failed int // failed is 0 as long as nothing has
	next, limit    int
}

// precision ends the search: the interval is no longer than this fraction of the number found.
const precision = 20

// NewSearch begins at a number and goes no further than limit.
func NewSearch(start, limit int) *Search { return &Search{next: min(start, limit), limit: limit} }

// Next is the number to try, or false if the search is over.
func (s *Search) Next() (int, bool) {
	switch {
	case s.failed == 0 && s.passed == s.limit:
		return 0, false
	case s.failed > 0 && s.failed-s.passed <= max(1, s.passed/precision):
		return 0, false
	}
	return s.next, true
}

// Tried says how the trial with the number of Next went.
func (s *Search) Tried(passed bool) {
	if passed {
		s.passed = s.next
	} else {
		s.failed = s.next
	}
	if s.failed == 0 {
		s.next = min(2*s.passed, s.limit)
	} else {
		s.next = (s.passed + s.failed) / 2
	}
}

// Found are the greatest number that passed, and the least that failed; 0 if none did.
func (s *Search) Found() (passed, failed int) { return s.passed, s.failed }
