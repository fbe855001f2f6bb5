package sorting

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"zarafa/internal/testseed"
)

// mails makes messages of lines "id subject references", where "-" is none; each is sent a day after the one before, and numbered from 1.
// A number with a colon in front says on which day instead.
func mails(lines ...string) []Message {
	messages := make([]Message, len(lines))
	for i, line := range lines {
		m := Message{Number: uint32(i + 1), Sent: day(i + 1)}
		if at, rest, ok := strings.Cut(line, ": "); ok && strings.Trim(at, "0123456789") == "" {
			n := 0
			_, _ = fmt.Sscan(at, &n)
			m.Sent, line = day(n), rest
		}
		fields := strings.Split(line, "|")
		m.MessageID, m.Subject = fields[0], fields[1]
		if len(fields) > 2 {
			m.References = strings.Fields(fields[2])
		}
		messages[i] = m
	}
	return messages
}

func TestOrderedSubject(t *testing.T) {
	for _, test := range []struct {
		mails []string
		want  string
	}{
		{nil, ""},
		{[]string{"|a"}, "(1)"},
		{[]string{"|a", "|b", "|Re: A"}, "(1 3)(2)"},
		{[]string{"|a", "|Re: a", "|fwd: a", "|a"}, "(1 (2)(3)(4))"},
		{[]string{"9: |a", "8: |b", "7: |Re: a"}, "(3 1)(2)"},
		{[]string{"|", "|Re:", "|x"}, "(1 2)(3)"},
		{[]string{"5: |a", "5: |a", "5: |b", "1: |b"}, "(4 3)(1 2)"},
	} {
		if got := string(OrderedSubject(mails(test.mails...)).Append(nil)); got != test.want {
			t.Errorf("%q: %s, want %s", test.mails, got, test.want)
		}
	}
}

// The steps of RFC 5256 3, REFERENCES, one after the other.
func TestByReferences(t *testing.T) {
	for _, test := range []struct {
		name  string
		mails []string
		want  string
	}{
		{"nothing", nil, ""},
		{"a chain", []string{"a|s|", "b|s|a", "c|s|a b"}, "(1 2 3)"},
		{"branches", []string{"a|s|", "b|s|a", "c|s|a b", "d|s|a", "e|s|a d"}, "(1 (2 3)(4 5))"},
		{"a chain that arrives backwards", []string{"3: c|s|a b", "2: b|s|a", "1: a|s|"}, "(3 2 1)"},
		{"no id", []string{"|s|", "b|t|a", "|u|b"}, "(1)(2 3)"},
		{"two with one id", []string{"a|s|", "a|t|", "b|u|a"}, "(1 3)(2)"},
		{"itself", []string{"a|s|a", "b|t|b b a"}, "(2 1)"},
		{"a loop", []string{"a|s|b", "b|t|a"}, "(2 1)"},
		{"a loop among references", []string{"a|s|x y x", "b|t|y"}, "((1)(2))"},
		{"truncated references", []string{"a|s|", "b|t|a", "c|u|b", "d|v|a c"}, "(1 2 3 4)"},
		{"no references after all", []string{"c|u|a b", "b|t|", "a|s|"}, "(2 1)(3)"},
		{"one child of a missing message", []string{"b|s|a"}, "(1)"},
		{"children of a missing message", []string{"b|s|a", "c|t|a"}, "((1)(2))"},
		{"missing messages between", []string{"a|s|", "d|t|a b c", "e|u|a b"}, "(1 (2)(3))"},
		{"missing messages above one another", []string{"d|t|a b", "e|u|a c"}, "((1)(2))"},
		{"dates", []string{"5: a|s|", "9: b|t|a", "8: c|u|a", "1: d|v|"}, "(4)(1 (3)(2))"},
		{"a missing message has its first child's date", []string{"5: a|s|", "9: c|t|x", "3: d|u|x"}, "((3)(2))(1)"},
		{"the same date", []string{"5: b|s|", "5: a|t|", "5: c|u|"}, "(1)(2)(3)"},
		{"subject: an answer", []string{"a|s|", "b|Re: S|"}, "(1 2)"},
		{"subject: an answer that is older", []string{"9: a|s|", "1: b|Re: s|"}, "(1 2)"},
		{"subject: two that are none", []string{"a|s|", "b|s|"}, "((1)(2))"},
		{"subject: two answers", []string{"a|Re: s|", "b|Re: s|"}, "((1)(2))"},
		{"subject: three that are none", []string{"a|s|", "b|s|", "c|s|"}, "((1)(2)(3))"},
		{"subject: none", []string{"a||", "b|Re:|"}, "(1)(2)"},
		{"subject: with a missing message", []string{"b|s|a", "c|t|a", "d|Re: s|"}, "((1)(2)(3))"},
		{"subject: missing messages both", []string{"b|s|a", "c|t|a", "e|s|d", "f|u|d"}, "((1)(2)(3)(4))"},
		{"subject: only of those at the top", []string{"a|s|", "b|t|a", "c|t|"}, "(1 2)(3)"},
		{"subject: of the first child", []string{"9: b|s|a", "8: c|t|a", "d|Re: s|"}, "(3)((2)(1))"},
	} {
		got := string(ByReferences(mails(test.mails...)).Append(nil))
		if want := plainThreads(mails(test.mails...)); got != test.want || want != test.want {
			t.Errorf("%s: %s, want %s; step by step it is %s", test.name, got, test.want, want)
		}
	}
}

// Random messages, compared with the RFC's steps as they stand.
func TestRandomThreads(t *testing.T) {
	rnd := testseed.New(t)
	for range 5000 {
		messages := randomMails(rnd)
		got, want := string(ByReferences(messages).Append(nil)), plainThreads(messages)
		if got != want {
			t.Fatalf("%s, want %s, of\n%s", got, want, describe(messages))
		}
	}
}

func randomMails(rnd *rand.Rand) []Message {
	n, ids, subjects := 1+rnd.IntN(10), 1+rnd.IntN(12), 1+rnd.IntN(6)
	messages := make([]Message, n)
	for i := range messages {
		m := Message{Number: uint32(i + 1), Sent: day(1 + rnd.IntN(8)), Subject: string(rune('a' + rnd.IntN(subjects)))}
		m.Subject = []string{"", "Re: ", "[x] "}[rnd.IntN(3)] + m.Subject
		if rnd.IntN(8) > 0 {
			m.MessageID = fmt.Sprint(rnd.IntN(ids))
		}
		if rnd.IntN(10) == 0 {
			m.Subject = ""
		}
		for range rnd.IntN(4) {
			m.References = append(m.References, fmt.Sprint(rnd.IntN(ids)))
		}
		messages[i] = m
	}
	return messages
}

func describe(messages []Message) string {
	var b strings.Builder
	for _, m := range messages {
		fmt.Fprintf(&b, "%d: %s|%s|%s\n", m.Sent.Day(), m.MessageID, m.Subject, strings.Join(m.References, " "))
	}
	return b.String()
}

func FuzzThreads(f *testing.F) {
	f.Add([]byte{3, 1, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 400 {
			return
		}
		var messages []Message
		for len(data) >= 4 {
			m := Message{Number: uint32(len(messages) + 1), Sent: day(1 + int(data[0]%9)), MessageID: fmt.Sprint(data[1] % 32)}
			m.Subject = []string{"", "a", "Re: a", "b", "Fwd: b"}[data[2]%5]
			n := min(int(data[3]%8), len(data)-4)
			for _, r := range data[4 : 4+n] {
				m.References = append(m.References, fmt.Sprint(r%32))
			}
			messages, data = append(messages, m), data[4+n:]
		}
		if got, want := string(ByReferences(messages).Append(nil)), plainThreads(messages); got != want {
			t.Errorf("%s, want %s, of\n%s", got, want, describe(messages))
		}
	})
}
