package mailbox

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestKeywords(t *testing.T) {
	for category, keyword := range map[string]string{
		"Work": "Work", "Red Category": "Red=20Category", "Grün": "Gr=C3=BCn", "a=b": "a=b", "=": "=", "=20": "=3D20", "=3D": "=3D", "=3D20": "=3D3D20",
		`\Seen`: "=5CSeen", "=41": "=41", "100 %": "100=20=25", "=C3": "=3DC3", "a]": "a=5D", "=\"": "==22", "==20": "==3D20",
	} {
		if got := keywordOf(category); got != keyword {
			t.Errorf("%q is the keyword %q, want %q", category, got, keyword)
		}
		if got, err := categoryOf(keyword); got != category || err != nil {
			t.Errorf("%q is the category %q, %v, want %q", keyword, got, err, category)
		}
	}
	if c, err := categoryOf("=FF"); err == nil {
		t.Errorf("half a character is the category %q", c)
	}
}

// Every text has a keyword that leads back to it, and so has every keyword a category.
func FuzzKeywords(f *testing.F) {
	for _, s := range []string{"", "a b", "=3D3D20", "==", "=3D=3D20", "ü", "=2"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		keyword := keywordOf(s)
		for i := range len(keyword) {
			if !inAtom(keyword[i]) {
				t.Fatalf("%q is no atom", keyword)
			}
		}
		if utf8.ValidString(s) {
			if back, err := categoryOf(keyword); back != s || err != nil {
				t.Errorf("%q became %q and %q, %v", s, keyword, back, err)
			}
		}
		if strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 || !inAtom(byte(r)) }) {
			return
		}
		if category, err := categoryOf(s); err == nil && keywordOf(category) != s {
			t.Errorf("the keyword %q became %q and %q", s, category, keywordOf(category))
		}
	})
}
