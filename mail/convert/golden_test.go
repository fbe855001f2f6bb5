package convert

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/mapi"
)

// goldenUpdate is a flag of the test, read once.
var goldenUpdate = flag.Bool("update", false, "write what the mails with a .props beside them become")

// Mails become the messages that are written beside them.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/mails/*/*.props")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	options := &ImportOptions{
		Directory: recordedBook(t), Now: mapi.FileTime(134399039370000000).Time(), IndexedHeaders: []string{"x-two"},
		Self: func(address string) bool { return address == "bob@example.com" },
	}
	for _, file := range files {
		mail, err := os.ReadFile(strings.TrimSuffix(file, ".props") + ".eml")
		if err != nil {
			t.Fatal(err)
		}
		m := importMail(t, file, normal(t, mail), options)
		m.Props.Delete(mapi.PrSearchKey.ID())
		got := dump(m)
		if *goldenUpdate {
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
			t.Errorf("%s:\n%s", file, difference(string(want), got))
		}
	}
}
