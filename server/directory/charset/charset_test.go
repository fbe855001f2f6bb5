package charset_test

import (
	"testing"
	"unicode/utf8"

	"zarafa/server/directory/charset"
)

func TestText(t *testing.T) {
	for _, tt := range []struct{ charset, value, want string }{
		{"", "Zoë", "Zoë"},
		{"utf8", "a\xffb", "a\uFFFDb"},
		{"UTF-8", "a\x00b", "a"},
		{"iso-8859-15", "Zo\xeb \xa4", "Zoë €"},
		{"windows-1252", "\x80", "€"},
		{"ISO-8859-1", "\xe4", "ä"},
	} {
		d, err := charset.New(tt.charset)
		if err != nil {
			t.Fatal(err)
		}
		got := d.Text([]byte(tt.value))
		if got != tt.want || !utf8.ValidString(got) {
			t.Errorf("%q in %s: %q, want %q", tt.value, tt.charset, got, tt.want)
		}
		if back := d.Encode(got); tt.charset != "" && utf8.ValidString(tt.value) && back != tt.value && tt.value != "a\x00b" {
			t.Errorf("%q in %s encodes to %q", got, tt.charset, back)
		}
	}
	if _, err := charset.New("nonsense"); err == nil {
		t.Error("nonsense is a character set")
	}
	latin, err := charset.New("iso-8859-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := latin.Encode("日本"); got != "日本" {
		t.Errorf("what latin lacks: %q", got)
	}
}
