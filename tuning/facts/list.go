package facts

import (
	"strconv"
	"strings"
)

// maxListed bounds the numbers of a list, which comes from a file and could name
// billions.
const maxListed = 1 << 16

// parseList reads a list of numbers in the kernel's form, such as 0-3,8. A list that
// is malformed is nil.
func parseList(text string) []int {
	var all []int
	for part := range strings.SplitSeq(strings.TrimSpace(text), ",") {
		first, last, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(first)
		if err != nil || a < 0 {
			return nil
		}
		b := a
		if isRange {
			// The rare form 0-15:2/4 (groups in a range) is read as the whole range.
			last, _, _ = strings.Cut(last, ":")
			if b, err = strconv.Atoi(last); err != nil || b < a {
				return nil
			}
		}
		if len(all)+b-a >= maxListed {
			return nil
		}
		for n := a; n <= b; n++ {
			all = append(all, n)
		}
	}
	return all
}
