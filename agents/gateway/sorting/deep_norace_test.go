//go:build !race

package sorting

import (
	"fmt"
	"math/bits"
	"strings"
	"testing"
)

// Threads of 100,000 messages, one below the other, however they arrive: each link costs a few rotations times the logarithm.
func TestDeepThreads(t *testing.T) {
	const n = 100000
	id := func(i int) string { return fmt.Sprint("<", i, "@x>") }
	shapes := map[string]func(i int) []string{
		"each refers to the one before":   func(i int) []string { return []string{id(i - 1)} },
		"each refers to the one behind":   func(i int) []string { return []string{id(i + 1)} },
		"each refers to both":             func(i int) []string { return []string{id(i + 1), id(i - 1)} },
		"each refers to both, backwards":  func(i int) []string { return []string{id(i - 1), id(i + 1)} },
		"all refer to the first one":      func(int) []string { return []string{id(0)} },
		"all refer to the last one":       func(int) []string { return []string{id(n - 1)} },
		"a chain, and a loop at its end":  func(i int) []string { return []string{id((i + 1) % n)} },
		"far and near":                    func(i int) []string { return []string{id(i * 7919 % n), id(i / 2)} },
		"messages that are not there":     func(i int) []string { return []string{id(-i - 1), id(-i)} },
		"all refer to what is not there":  func(int) []string { return []string{"none"} },
		"many refer to the end of a long": func(i int) []string { return []string{id(i - 1), id(n / 2), id(min(i, n/2) - 1)} },
	}
	for name, references := range shapes {
		messages := make([]Message, n)
		for i := range messages {
			messages[i] = Message{Number: uint32(i + 1), Sent: day(1), MessageID: id(i), References: references(i), Subject: fmt.Sprint(i)}
		}
		g := gather(messages)
		if most := 40 * n * bits.Len(n); g.forest.rotations > most {
			t.Errorf("%s: %d rotations, more than %d", name, g.forest.rotations, most)
		}
		g.prune()
		g.bySubject()
		checkThreads(t, name, g.threads(), n)
	}
}

// checkThreads checks that each message is there once, and that parentheses match.
func checkThreads(t *testing.T, name string, threads *Threads, n int) {
	t.Helper()
	depth, most := 0, 0
	text := threads.Append(nil)
	seen := make(map[string]bool)
	for _, number := range strings.FieldsFunc(string(text), func(r rune) bool { return r < '0' || r > '9' }) {
		if seen[number] {
			t.Fatalf("%s: %s comes twice", name, number)
		}
		seen[number] = true
	}
	for _, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		most = max(most, depth)
	}
	if depth != 0 || len(seen) != n {
		t.Errorf("%s: %d messages, depth %d at the end, %d at the most", name, len(seen), depth, most)
	}
}
