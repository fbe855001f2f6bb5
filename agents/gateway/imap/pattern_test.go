package imap

import (
	"regexp"
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

// Patterns of LIST, compared with regular expressions.
func TestPatterns(t *testing.T) {
	rnd := testseed.New(t)
	random := func(alphabet string, most int) string {
		var b strings.Builder
		for range rnd.IntN(most + 1) {
			b.WriteByte(alphabet[rnd.IntN(len(alphabet))])
		}
		return b.String()
	}
	replacer := strings.NewReplacer(`\*`, ".*", "%", "[^/]*", "*", ".*")
	matched := 0
	for range 20_000 {
		reference, text, name := random("ab/", 2), random("ab/*%", 6), random("ab/", 6)
		want := regexp.MustCompile("^" + replacer.Replace(regexp.QuoteMeta(reference+text)) + "$").MatchString(name)
		if got := newPattern(reference, text).match(name); got != want {
			t.Fatalf("%q %q matches %q: %v", reference, text, name, got)
		}
		if want {
			matched++
		}
	}
	if matched < 500 {
		t.Errorf("only %d names matched", matched)
	}
	for _, name := range []string{"inbox", "Inbox/%", "INBOX*"} {
		if !newPattern("", name).match("INBOX" + strings.TrimRight(name[len("INBOX"):], "%*")) {
			t.Errorf("%s is not the inbox", name)
		}
	}
}

// A pattern of many wildcards takes no time that grows with their combinations.
func TestPatternCost(t *testing.T) {
	if newPattern("", strings.Repeat("*a", 500)+"b").match(strings.Repeat("a", 1000)) {
		t.Error("the pattern matches")
	}
}
