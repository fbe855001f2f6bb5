package logging

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Field is one word of a record: name=value. An empty value is left out.
type Field struct{ Name, Value string }

// maxField is how many bytes of a value are written. Strangers choose some of them.
const maxField = 256

// Every line begins with the time in a form of constant length, which is cut off where it is not wanted.
const (
	timeForm   = "2006-01-02T15:04:05.000000Z "
	timeLength = len(timeForm)
)

// line formats a record of one line, whatever its values hold.
func line(now time.Time, fields []Field) string {
	var b strings.Builder
	b.WriteString(now.UTC().Format(timeForm))
	for _, f := range fields {
		if f.Value == "" {
			continue
		}
		word := f.Name + "=" + value(f.Value)
		if b.Len()+len(word)+1 > maxRecord {
			break
		}
		if b.Len() > timeLength {
			b.WriteByte(' ')
		}
		b.WriteString(word)
	}
	b.WriteByte('\n')
	return b.String()
}

// value cuts a value before it looks at it, and quotes it where it could be taken for more than one word.
func value(s string) string {
	if len(s) > maxField {
		end := maxField
		for end > 0 && !utf8.RuneStart(s[end]) {
			end--
		}
		s = s[:end] + "..."
	}
	for _, c := range s {
		if c <= ' ' || c == '"' || c == '=' || c == utf8.RuneError || !strconv.IsPrint(c) {
			return strconv.Quote(s)
		}
	}
	return s
}
