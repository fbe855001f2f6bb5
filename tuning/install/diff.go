package install

import (
	"fmt"
	"strings"
)

// context is how many unchanged lines are shown round a change.
const context = 2

// maxDiffLines bounds the work: above it a file is shown as replaced.
const maxDiffLines = 4000

// edit is one line of a difference: ' ' kept, '-' removed, '+' added.
type edit struct {
	kind byte
	line string
}

// Diff writes a change as a unified difference. The values of settings that are
// secrets are concealed.
func Diff(c Change) string {
	var before, after []string
	from, to := c.Path, c.Path
	if c.Existed {
		before = splitLines(c.Before)
	} else {
		from = "(no file)"
	}
	if c.Remove {
		to = "(no file)"
	} else {
		after = splitLines(c.After)
	}
	edits := compare(before, after)
	var b strings.Builder
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", from, to)
	last := -1
	for i, e := range edits {
		if !near(edits, i) {
			continue
		}
		if i != last+1 {
			b.WriteString("  ...\n")
		}
		last = i
		fmt.Fprintf(&b, "%c %s\n", e.kind, conceal(e.line))
	}
	return b.String()
}

func splitLines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// near reports whether a line is changed or close to one that is.
func near(edits []edit, i int) bool {
	for j := max(0, i-context); j <= min(len(edits)-1, i+context); j++ {
		if edits[j].kind != ' ' {
			return true
		}
	}
	return false
}

// conceal hides the value of a setting whose name says that it is secret.
func conceal(line string) string {
	name, _, ok := strings.Cut(line, "=")
	if !ok {
		return line
	}
	lower := strings.ToLower(name)
	for _, word := range []string{"password", "passwd", "secret", "key_pass", "bindpw"} {
		if strings.Contains(lower, word) {
			return strings.TrimRight(name, " ") + " = ********"
		}
	}
	return line
}

// compare finds the longest common lines of two texts. What is the same at both ends
// is taken off first, so that the table stays small.
func compare(a, b []string) []edit {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var edits []edit
	for _, line := range a[:head] {
		edits = append(edits, edit{' ', line})
	}
	edits = append(edits, middle(a[head:len(a)-tail], b[head:len(b)-tail])...)
	for _, line := range a[len(a)-tail:] {
		edits = append(edits, edit{' ', line})
	}
	return edits
}

func middle(a, b []string) []edit {
	var edits []edit
	if len(a) > maxDiffLines || len(b) > maxDiffLines {
		for _, line := range a {
			edits = append(edits, edit{'-', line})
		}
		for _, line := range b {
			edits = append(edits, edit{'+', line})
		}
		return edits
	}
	// common[i][j] is how many lines a[i:] and b[j:] have in common.
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			edits = append(edits, edit{' ', a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || common[i+1][j] >= common[i][j+1]):
			edits = append(edits, edit{'-', a[i]})
			i++
		default:
			edits = append(edits, edit{'+', b[j]})
			j++
		}
	}
	return edits
}
