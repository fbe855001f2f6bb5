package mailbox

import (
	"strings"
	"unicode/utf8"

	"zarafa/agents/gateway/mailstore"
)

// Categories are texts of any kind, keywords are atoms (RFC 9051, flag-keyword). What an atom cannot hold is written as = and two hexadecimal
// digits. A category that holds such a sequence itself gets a "3D" behind the =, and one more for each that is there already: so every category
// has a keyword of its own, and every keyword whose bytes make a text a category of its own.

const hexDigits = "0123456789ABCDEF"

// inAtom reports whether an atom may have a byte (RFC 9051, ATOM-CHAR).
func inAtom(c byte) bool {
	return c > ' ' && c < 0x7F && strings.IndexByte(`(){%*"\]`, c) < 0
}

// sequence looks at a text that begins behind a =. ok: this is "3D" any number of times, how many says depth, and the digits of a byte that no
// atom may have.
func sequence(s string) (depth int, c byte, ok bool) {
	for strings.HasPrefix(s, "3D") {
		s = s[2:]
		depth++
	}
	if len(s) < 2 {
		return 0, 0, false
	}
	hi, lo := strings.IndexByte(hexDigits, s[0]), strings.IndexByte(hexDigits, s[1])
	if hi < 0 || lo < 0 {
		return 0, 0, false
	}
	c = byte(hi<<4 | lo)
	return depth, c, !inAtom(c)
}

// keywordOf is the keyword of a category.
func keywordOf(category string) string {
	keyword := make([]byte, 0, len(category))
	for i := range len(category) {
		c := category[i]
		if !inAtom(c) {
			keyword = append(keyword, '=', hexDigits[c>>4], hexDigits[c&15])
			continue
		}
		keyword = append(keyword, c)
		if c == '=' {
			if _, _, ok := sequence(category[i+1:]); ok {
				keyword = append(keyword, "3D"...)
			}
		}
	}
	return string(keyword)
}

// categoryOf is the category of a keyword: CANNOT if its bytes make no text.
func categoryOf(keyword string) (string, error) {
	category := make([]byte, 0, len(keyword))
	for i := 0; i < len(keyword); i++ {
		if keyword[i] == '=' {
			switch depth, c, ok := sequence(keyword[i+1:]); {
			case ok && depth == 0:
				category = append(category, c)
				i += 2
				continue
			case ok:
				i += 2 // the "3D" that was put in
				category = append(category, '=')
				continue
			}
		}
		category = append(category, keyword[i])
	}
	if !utf8.Valid(category) {
		return "", &mailstore.Error{Code: mailstore.Cannot, Text: "the keyword " + keyword + " stands for no text"}
	}
	return string(category), nil
}

// categoriesOf are the categories of keywords.
func categoriesOf(keywords []string) (list []string, err error) {
	for _, k := range keywords {
		c, err := categoryOf(k)
		if err != nil {
			return nil, err
		}
		if c != "" && !hasFold(list, c) {
			list = append(list, c)
		}
	}
	return list, nil
}

// hasFold reports whether a list has a text, case aside.
func hasFold(list []string, text string) bool {
	for _, l := range list {
		if strings.EqualFold(l, text) {
			return true
		}
	}
	return false
}

// withoutFold is a list without some texts, case aside.
func withoutFold(list, texts []string) []string {
	var left []string
	for _, l := range list {
		if !hasFold(texts, l) {
			left = append(left, l)
		}
	}
	return left
}
