package header

import "strings"

// ReceivedClause is the word behind a keyword ("by", "id", "with" …) in the value of a Received field (RFC 5321 section 4.4); empty if there
// is none. Comments and the date do not count.
func ReceivedClause(value, keyword string) string {
	if i := strings.LastIndexByte(value, ';'); i >= 0 {
		value = value[:i]
	}
	words := strings.Fields(withoutComments(value))
	for i, w := range words {
		if strings.EqualFold(w, keyword) && i+1 < len(words) {
			return words[i+1]
		}
	}
	return ""
}
