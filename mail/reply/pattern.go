package reply

import (
	"strings"

	"zarafa/mail/header"
)

// Patterns name header fields: each a field's name, a name with * for any rest, or "name: value" with the beginning of its value. Case
// does not count.
type Patterns []string

// ParsePatterns reads patterns as settings have them: separated by blanks, in double quotes if they have blanks themselves.
func ParsePatterns(setting string) Patterns {
	var list Patterns
	for {
		setting = strings.TrimLeft(setting, " \t\r\n")
		if setting == "" {
			return list
		}
		var word string
		if rest, quoted := strings.CutPrefix(setting, `"`); quoted {
			word, setting, _ = strings.Cut(rest, `"`)
		} else if i := strings.IndexAny(setting, " \t\r\n"); i >= 0 {
			word, setting = setting[:i], setting[i:]
		} else {
			word, setting = setting, ""
		}
		if word != "" {
			list = append(list, word)
		}
	}
}

// Match reports whether a header has a field that a pattern names.
func (p Patterns) Match(h *header.Fields) bool {
	for _, f := range h.All() {
		for _, pattern := range p {
			if matches(pattern, &f) {
				return true
			}
		}
	}
	return false
}

func matches(pattern string, f *header.Field) bool {
	name, value, hasValue := strings.Cut(pattern, ":")
	name = strings.TrimSpace(name)
	if stem, ok := strings.CutSuffix(name, "*"); ok {
		if len(f.Name) < len(stem) || !strings.EqualFold(f.Name[:len(stem)], stem) {
			return false
		}
	} else if !strings.EqualFold(f.Name, name) {
		return false
	}
	if !hasValue {
		return true
	}
	value = strings.ToLower(strings.TrimSpace(value))
	return strings.HasPrefix(strings.ToLower(strings.TrimSpace(f.Value())), value)
}
