package sanitize

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mail is an ordinary mail of testdata/mails.
type mail struct{ name, page string }

func mails(t testing.TB) []mail {
	t.Helper()
	files, err := filepath.Glob("testdata/mails/*.html")
	if err != nil || len(files) < 10 {
		t.Fatal("mails are missing:", files, err)
	}
	var all []mail
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, mail{strings.TrimSuffix(filepath.Base(f), ".html"), string(data)})
	}
	return all
}

// TestMailsKeepTheirLook: mails in the manner of the programs that most mails come from keep their tables, colours, fonts, widths and pictures.
// What is expected was looked at in a browser when it was written.
func TestMailsKeepTheirLook(t *testing.T) {
	for _, m := range mails(t) {
		file := "testdata/mails/" + m.name + ".want"
		got := describe(HTML([]byte(m.page), proxying)) + "\n"
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s:\n got %s\nwant %s", m.name, got, want)
		}
		checkBoth(t, m.page)
	}
}
