package header

import "strings"

// MessageIDs are the ids of Message-ID, References, In-Reply-To and Content-ID, with their angle brackets. White space within an id is dropped: it
// comes from folding. Without any bracket each word with an @ is an id.
func MessageIDs(value string) []string {
	var ids []string
	rest := value
	for {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			break
		}
		rest = rest[start+1:]
		end := strings.IndexAny(rest, "<>")
		if end < 0 {
			end = len(rest)
		}
		if id := strings.Join(strings.Fields(rest[:end]), ""); id != "" {
			ids = append(ids, "<"+oneLine(id)+">")
		}
		rest = rest[end:]
	}
	if len(ids) > 0 || strings.IndexByte(value, '<') >= 0 {
		return ids
	}
	for _, w := range strings.Fields(value) {
		if w = strings.Trim(w, ",;>\x00"); strings.Contains(w, "@") {
			ids = append(ids, "<"+oneLine(w)+">")
		}
	}
	return ids
}

// ContentID is an id of a part as cid: URLs name it: without angle brackets (RFC 2392).
func ContentID(value string) string {
	if ids := MessageIDs(value); len(ids) > 0 {
		return strings.Trim(ids[0], "<>")
	}
	return oneLine(strings.Trim(value, "<> \t"))
}
