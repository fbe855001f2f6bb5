package monitor

import (
	"strings"
)

// Template is the text of a mail with variables in it.
type Template struct {
	Subject string // empty if the file has none
	Body    string
}

// ParseTemplate takes a file apart: the first line that begins with "Subject:" is the subject, the rest the body, without blank lines
// at its beginning.
func ParseTemplate(text string) Template {
	var t Template
	var body []string
	found := false
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if subject, ok := strings.CutPrefix(line, subjectField); ok && !found {
			t.Subject, found = strings.TrimSpace(subject), true
			continue
		}
		if len(body) > 0 || strings.TrimSpace(line) != "" {
			body = append(body, line)
		}
	}
	if len(body) > 0 {
		t.Body = strings.Join(body, "\n") + "\n"
	}
	return t
}

const subjectField = "Subject:"

// longestVariable bounds how far the end of a variable is looked for, so that many beginnings cost no more than the text is long.
const longestVariable = 64

// Expand puts values in the place of the variables ${ZARAFA_QUOTA_NAME} or ${KOPANO_QUOTA_NAME}; value tells that of NAME. What is no
// variable stays as it is, and so does what looks like one within a value.
func Expand(text string, value func(name string) (string, bool)) string {
	var out strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "${")
		out.WriteString(before)
		if !ok {
			return out.String()
		}
		text = rest
		if end := strings.IndexByte(rest[:min(len(rest), longestVariable)], '}'); end >= 0 {
			if v, known := lookUp(rest[:end], value); known {
				out.WriteString(v)
				text = rest[end+1:]
				continue
			}
		}
		out.WriteString("${")
	}
}

func lookUp(variable string, value func(name string) (string, bool)) (string, bool) {
	for _, prefix := range []string{"ZARAFA_QUOTA_", "KOPANO_QUOTA_"} {
		if name, ok := strings.CutPrefix(variable, prefix); ok {
			return value(name)
		}
	}
	return "", false
}
