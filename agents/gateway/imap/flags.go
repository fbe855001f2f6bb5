package imap

import (
	"strings"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// flagNames are the flags that have a bit. They never change.
var flagNames = []struct {
	flag view.Flags
	name string
}{
	{view.Answered, `\Answered`}, {view.Flagged, `\Flagged`}, {view.Deleted, `\Deleted`}, {view.Seen, `\Seen`}, {view.Draft, `\Draft`},
	{view.Forwarded, "$Forwarded"}, {view.MDNSent, "$MDNSent"},
}

// parseFlags divides flags into those that have a bit and keywords.
func parseFlags(names []string) (flags view.Flags, keywords []string, err error) {
next:
	for _, name := range names {
		for _, f := range flagNames {
			if strings.EqualFold(name, f.name) {
				flags |= f.flag
				continue next
			}
		}
		switch {
		case strings.EqualFold(name, `\Recent`):
			return 0, nil, &imapwire.Error{Text: `\Recent is the server's alone`} // RFC 3501 9, flag
		case strings.HasPrefix(name, `\`):
			return 0, nil, &imapwire.Error{Text: "Unknown system flag"}
		}
		keywords = append(keywords, name)
	}
	return flags, keywords, nil
}

// appendFlags writes the flags of a message as they stand in FETCH, with parentheses.
func appendFlags(dst []byte, flags view.Flags, keywords []string, recent bool) []byte {
	dst = append(dst, '(')
	start := len(dst)
	for _, f := range flagNames {
		if flags&f.flag != 0 {
			dst = append(append(dst, f.name...), ' ')
		}
	}
	for _, word := range keywords {
		if isKeyword(word) {
			dst = append(append(dst, word...), ' ')
		}
	}
	if recent {
		dst = append(dst, `\Recent `...)
	}
	if len(dst) > start {
		dst = dst[:len(dst)-1]
	}
	return append(dst, ')')
}

// isKeyword reports whether a keyword can stand among flags: with any other the client could not read the answer. \* is one of PERMANENTFLAGS.
func isKeyword(word string) bool {
	for i := range len(word) {
		if c := word[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`(){%*"\]`, c) >= 0 {
			return word == `\*`
		}
	}
	return word != ""
}

// messageFlags appends the flags of a message of the selected mailbox.
func (s *session) messageFlags(dst []byte, m view.Message) []byte {
	v := s.selection.view
	return appendFlags(dst, m.Flags, v.Known().Keywords(m.Keywords), !s.rev2 && v.IsRecent(m.UID))
}

// tellKeywords sends FLAGS and PERMANENTFLAGS if the mailbox has keywords that the client was not told of, or in any case if always is set.
func (s *session) tellKeywords(snapshot *view.Snapshot, always bool) {
	sel := s.selection
	sets := snapshot.KeywordSets()
	before := len(sel.keywords)
	for _, set := range sets[min(sel.sets, len(sets)):] {
		for _, word := range set {
			if !hasWord(sel.keywords, word) {
				sel.keywords = append(sel.keywords, word)
			}
		}
	}
	sel.sets = max(sel.sets, len(sets))
	if len(sel.keywords) == before && !always {
		return
	}
	const all = view.Answered | view.Flagged | view.Deleted | view.Seen | view.Draft | view.Forwarded | view.MDNSent
	flags := appendFlags(nil, all, sel.keywords, false)
	s.line("* FLAGS " + string(flags))
	permanent := "()"
	if rights := sel.folder.Rights(); !sel.readOnly {
		permanent = string(permanentFlags(rights, sel.keywords))
	}
	s.line("* OK [PERMANENTFLAGS " + permanent + "] Flags that are kept")
}

// permanentFlags are the flags that somebody with these rights may change (RFC 4314 5.1.1).
func permanentFlags(rights mailstore.Rights, keywords []string) []byte {
	var flags view.Flags
	if has(rights, 'w') {
		flags |= view.Answered | view.Flagged | view.Draft | view.Forwarded | view.MDNSent
	} else {
		keywords = nil
	}
	if has(rights, 't') {
		flags |= view.Deleted
	}
	if has(rights, 's') {
		flags |= view.Seen
	}
	if has(rights, 'w') {
		keywords = append(keywords[:len(keywords):len(keywords)], `\*`)
	}
	return appendFlags(nil, flags, keywords, false)
}

func has(rights mailstore.Rights, right byte) bool {
	return strings.IndexByte(string(rights), right) >= 0
}

func hasWord(words []string, word string) bool {
	for _, w := range words {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
