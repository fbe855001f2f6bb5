package sanitize

import (
	"strings"
	"unicode"
)

// attributes are those of an element that may stay, with the values that their rules make of them. Addresses of pictures and links are not
// among them: image and link add these.
func (c *cleaner) attributes(element string, attrs []attribute) []attribute {
	var kept []attribute
	for _, a := range attrs {
		if a.Namespace != "" || element == "img" && a.Key == "src" {
			continue
		}
		value, ok := c.attribute(ruleOf(element, a.Key), a.Val)
		if !ok {
			continue
		}
		c.made[a.Key+"="+value] = true
		if a.Key == "bgcolor" || a.Key == "color" {
			c.noteColours("color", value)
		}
		kept = append(kept, attribute{Key: a.Key, Val: value})
	}
	return kept
}

func (c *cleaner) attribute(rule attributeRule, value string) (string, bool) {
	trimmed := strings.TrimSpace(value)
	switch rule {
	case text:
		return value, true
	case present:
		return "", true
	case word:
		return trimmed, isWord(trimmed)
	case length:
		return trimmed, trimmed != "" && isNumber(trimmed)
	case colour:
		return trimmed, isColour(trimmed)
	case name:
		return c.policy.Prefix + trimmed, isName(trimmed)
	case reference:
		id, ok := strings.CutPrefix(trimmed, "#")
		return "#" + c.policy.Prefix + id, ok && isName(id)
	case names:
		words := c.words(value)
		return words, words != ""
	case picture:
		return c.picture(value)
	case style:
		styles := c.declarations(lex(value))
		return styles, styles != ""
	case direction:
		trimmed = strings.ToLower(trimmed)
		return trimmed, trimmed == "ltr" || trimmed == "rtl" || trimmed == "auto"
	case role:
		trimmed = strings.ToLower(trimmed)
		return trimmed, trimmed == "presentation" || trimmed == "none"
	}
	return "", false
}

// words are those words of a list that may be classes.
func (c *cleaner) words(list string) string {
	var kept []string
	for w := range strings.FieldsSeq(list) {
		if c.isClass(w) && len(kept) < 50 {
			kept = append(kept, w)
		}
	}
	return strings.Join(kept, " ")
}

// isWord reports whether a value has letters, digits and the signs that lists of fonts and numbers need.
func isWord(s string) bool {
	return len(s) <= 200 && strings.IndexFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" ,.%+-_:'", r)
	}) < 0
}

// isColour reports whether a value is a colour as attributes have it: a name, or digits with or without a sign in front.
func isColour(s string) bool {
	s = strings.TrimPrefix(s, "#")
	return s != "" && len(s) <= 32 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789") == ""
}

// cssColour is a colour of an attribute as CSS writes it.
func cssColour(s string) string {
	s = strings.TrimSpace(s)
	if (len(s) == 3 || len(s) == 6) && strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" {
		return "#" + s
	}
	return s
}
