package api

import (
	"strings"
	"testing"
)

func TestFileName(t *testing.T) {
	for _, tt := range []struct {
		name, want string
		deceptive  bool
	}{
		{"report.pdf", "report.pdf", false},
		{"größe — 1.txt", "größe — 1.txt", false},
		{"../../etc/passwd", "passwd", false},
		{`C:\Temp\a.doc`, "a.doc", false},
		{"a\r\nContent-Type: text/html.txt", "html.txt", false},
		{"a\r\nb.txt", "ab.txt", false},
		{"invoice\u202Efdp.exe", "invoicefdp.exe", true},
		{"photo.jpg.exe", "photo.jpg.exe", true},
		{"photo.jpg                              .exe", "photo.jpg .exe", true},
		{"setup.exe", "setup.exe", false},
		{"", "attachment", false},
		{"...", "attachment", false},
		{"\x00\x01", "attachment", false},
		{".htaccess", "htaccess", false},
		{strings.Repeat("ä", 500) + ".pdf", strings.Repeat("ä", 100) + ".pdf", false},
	} {
		if got, deceptive := fileName(tt.name); got != tt.want || deceptive != tt.deceptive {
			t.Errorf("%q: %q, %v", tt.name, got, deceptive)
		}
	}
}
