package settings

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
		d := len(known) - len(name)
		if d > mistakes || d < -mistakes {
			continue
		}
		if d := editDistance(name, known); d < best || d == best && known < found {
			best, found = d, known
		}
	}
	if best > mistakes {
		return ""
	}
	return found
}

// editDistance is Levenshtein's distance in bytes.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
