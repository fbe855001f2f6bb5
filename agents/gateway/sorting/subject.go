package sorting

import "strings"

// BaseSubject is what a subject, decoded, has in common with those of answers to it (RFC 5256 2.1). reply says that it had something that only
// answers and forwarded messages have.
func BaseSubject(subject string) (base string, reply bool) {
	s := oneBlank(subject)
	for {
		var fwd, refwd bool
		s, fwd = trimTrailers(s)
		s, refwd = trimLeaders(s)
		reply = reply || fwd || refwd
		if len(s) < len("[fwd:]") || !strings.EqualFold(s[:5], "[fwd:") || s[len(s)-1] != ']' {
			return s, reply
		}
		s, reply = s[5:len(s)-1], true
	}
}

// oneBlank makes one blank of all blanks, tabs and line ends that stand together.
func oneBlank(s string) string {
	blank := func(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }
	clean := true
	for i := range len(s) {
		clean = clean && (!blank(s[i]) || s[i] == ' ' && (i == 0 || s[i-1] != ' '))
	}
	if clean {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if !blank(s[i]) {
			b = append(b, s[i])
		} else if len(b) == 0 || b[len(b)-1] != ' ' {
			b = append(b, ' ')
		}
	}
	return string(b)
}

// trimTrailers removes what subj-trailer matches; fwd says that "(fwd)" was among it.
func trimTrailers(s string) (rest string, fwd bool) {
	const mark = "(fwd)"
	for {
		if s = strings.TrimRight(s, " "); len(s) < len(mark) || !strings.EqualFold(s[len(s)-len(mark):], mark) {
			return s, fwd
		}
		s, fwd = s[:len(s)-len(mark)], true
	}
}

// trimLeaders removes what subj-leader matches, and after that what subj-blob matches, unless nothing is left then. refwd says that subj-refwd
// was among it.
func trimLeaders(s string) (rest string, refwd bool) {
	for {
		s = strings.TrimLeft(s, " ")
		behind, last := trimBlobs(s)
		after, ok := trimRefwd(behind)
		switch {
		case ok:
			s, refwd = after, true
		case behind == "":
			return last, refwd
		default:
			return behind, refwd
		}
	}
}

// trimBlobs removes what subj-blob matches, as often as there is one; last is the last one with what is behind it.
func trimBlobs(s string) (rest, last string) {
	last = s
	for len(s) > 0 && s[0] == '[' {
		end := strings.IndexAny(s[1:], "[]")
		if end < 0 || s[1+end] != ']' {
			break
		}
		last, s = s, strings.TrimLeft(s[end+2:], " ")
	}
	return s, last
}

// trimRefwd removes what subj-refwd matches: re, fw or fwd, perhaps a blob, and a colon.
func trimRefwd(s string) (rest string, ok bool) {
	switch {
	case len(s) >= 3 && strings.EqualFold(s[:3], "fwd"):
		s = s[3:]
	case len(s) >= 2 && (strings.EqualFold(s[:2], "re") || strings.EqualFold(s[:2], "fw")):
		s = s[2:]
	default:
		return s, false
	}
	s = strings.TrimLeft(s, " ")
	if len(s) > 0 && s[0] == '[' {
		end := strings.IndexAny(s[1:], "[]")
		if end < 0 || s[1+end] != ']' {
			return s, false
		}
		s = strings.TrimLeft(s[end+2:], " ")
	}
	return strings.CutPrefix(s, ":")
}
