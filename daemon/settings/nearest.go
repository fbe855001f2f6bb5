package settings

import "zarafa/internal/editdistance"

// nearest returns the known name that is at most two typing mistakes away from
// name, or "". Among equally near ones the alphabetically first wins, so that
// messages are the same at every start.
func (s *Set) nearest(name string) string {
	const mistakes = 2
	if len(name) > 64 {
		return ""
	}
	best, found := mistakes+1, ""
	for known := range s.byName {
		if d := editdistance.Within([]byte(name), []byte(known), mistakes); d < best || d == best && known < found {
			best, found = d, known
		}
	}
	if best > mistakes {
		return ""
	}
	return found
}
