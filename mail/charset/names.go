package charset

import (
	"strconv"
	"strings"
	"sync"
)

// index is the table in the forms in which it is searched. It never changes once it is made.
type index struct {
	byName map[string]*Charset
	byPage map[uint32]*Charset
}

var table = sync.OnceValue(func() *index {
	x := &index{byName: map[string]*Charset{}, byPage: map[uint32]*Charset{}}
	for _, r := range append(rows(), moreDecoding()...) {
		c := r.make()
		x.byName[plain(r.name)] = c
		for _, a := range r.aliases {
			x.byName[a] = c
			if page, err := strconv.ParseUint(a, 10, 32); err == nil {
				x.byPage[uint32(page)] = c
			}
		}
		if _, taken := x.byPage[r.codePage]; !taken {
			x.byPage[r.codePage] = c
		}
	}
	return x
})

// UTF8 is the character set that everything fits into.
func UTF8() *Charset { return table().byPage[65001] }

// Windows1252 is what a text is when nothing else is known of it.
func Windows1252() *Charset { return table().byPage[1252] }

// FromCodePage finds the character set of a Windows code page. Not ok: there is none here, and nothing can be decoded.
func FromCodePage(page uint32) (c *Charset, ok bool) {
	c, ok = table().byPage[page]
	return c, ok
}

// ANSI is the character set of the 8-bit strings of a Windows code page, as RTF and TNEF have them. Code pages that are unknown, or whose
// ASCII is not ASCII and which no 8-bit string can be in, read as 1252.
func ANSI(page int) *Charset {
	if c, ok := table().byPage[uint32(page)]; ok && page >= 0 && !wide[c.CodePage] {
		return c
	}
	return Windows1252()
}

// longest is how long a name may be; longer ones are nonsense.
const longest = 64

// Lookup finds a character set by any of its names: upper or lower case, in quotes, with or without hyphens, "x-" or "cs" in front,
// with a year or a language behind, or as a number of a code page with the words that are put in front of it (cp-850, win1252, ms932).
// Not ok: the name is unknown, or says that the sender did not know either (unknown-8bit, x-unknown).
func Lookup(name string) (c *Charset, ok bool) {
	if len(name) > longest {
		return nil, false
	}
	name, _, _ = strings.Cut(name, "*") // RFC 2231 5: a language
	full := plain(name)
	name, _, _ = strings.Cut(name, ":")
	for _, key := range []string{full, plain(name)} {
		if c, ok = find(key); ok {
			return c, true
		}
	}
	return nil, false
}

// Undeclared reports whether a name says that the sender did not know the character set, or says nothing: the text is to be guessed.
func Undeclared(name string) bool {
	name, _, _ = strings.Cut(name, "*")
	switch plain(name) {
	case "", "unknown", "unknown8bit", "xunknown", "8bit", "binary", "none", "xuserdefined", "autodetect", "autodetectall", "undefined", "null":
		return len(name) <= longest
	}
	return false
}

// find looks a plain name up, then the code page or part of ISO 8859 that it contains.
func find(key string) (*Charset, bool) {
	x := table()
	key = strings.TrimPrefix(key, "charset")
	if c, ok := x.byName[key]; ok {
		return c, true
	}
	key = strings.TrimPrefix(key, "x")
	if c, ok := x.byName[key]; ok {
		return c, true
	}
	if part, ok := strings.CutPrefix(strings.TrimPrefix(key, "iso"), "8859"); ok {
		c, ok := x.byName["iso8859"+part]
		return c, ok
	}
	for _, word := range []string{"windows", "win", "codepage", "cspc", "csibm", "cp", "ibm", "ms", "dos", "oem", "ansi", "pc"} {
		key = strings.TrimPrefix(key, word)
	}
	page, err := strconv.ParseUint(key, 10, 32)
	if err != nil || page == 0 {
		return nil, false
	}
	c, ok := x.byPage[uint32(page)]
	return c, ok
}

// plain is a name without anything but letters and digits, in lower case.
func plain(name string) string {
	b := make([]byte, 0, longest)
	for i := range len(name) {
		switch c := name[i]; {
		case c >= 'A' && c <= 'Z':
			b = append(b, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
		}
	}
	return string(b)
}
