// Package editdistance tells how alike two words are, for suggestions: "did you mean …".
//
// It keeps nothing and may be called from any goroutine. The time is that of the lengths multiplied; callers refuse words that
// nobody would type.
package editdistance

// Within is Levenshtein's distance: how many elements must be inserted, removed or replaced to make b of a. What is more than most is
// most+1. Bytes do for names in ASCII; of other words the runes are compared.
func Within[E comparable](a, b []E, most int) int {
	if len(a)-len(b) > most || len(b)-len(a) > most {
		return most + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return min(row[len(b)], most+1)
}
