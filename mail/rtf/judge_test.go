package rtf

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/mail/html"
)

// TestJudgeUnrtf: the program unrtf reads the same words out of documents as we do, and those of HTML that we have encapsulated.
func TestJudgeUnrtf(t *testing.T) {
	if os.Getenv("ZARAFA_JUDGES") == "" {
		t.Skip("scripts/judges.sh formats runs this")
	}
	for name, c := range map[string]struct{ doc, words string }{
		"letters":      {genuine + `one {\b two {\i three}} f\'fcnf \u8364?\par six\line seven}`, ""},
		"other pages":  {`{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\u1074?\u1077?\u1090?}`, ""},
		"tables":       {genuine + `\trowd\cellx100\cellx200\pard\intbl a\cell b\cell\row\pard c\par}`, ""},
		"destinations": {genuine + `a {\*\unknown no}b}`, "a b"},
		"encapsulated": {string(Encapsulate([]byte("<html><head><title>no</title></head><body><p>a &amp; <b>b</b>\r\nc &lt; \u20AC</p><p>d</p></body></html>"))), "a & b c < € d"},
	} {
		want := strings.Fields(c.words)
		if c.words == "" {
			text, err := ToText([]byte(c.doc), 1000)
			if err != nil {
				t.Fatal(err)
			}
			want = strings.Fields(string(text))
		}
		file := filepath.Join(t.TempDir(), "doc.rtf")
		if err := os.WriteFile(file, []byte(c.doc), 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), "unrtf", "--html", "--nopict", file)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := strings.Fields(html.Text(out)); !slices.Equal(got, want) {
			t.Errorf("%s: unrtf reads %q, we read %q", name, got, want)
		}
	}
}
