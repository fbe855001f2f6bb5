package tuning

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is what each package of the tuner may import of this product, and which
// libraries. The rules stay free of I/O, and nobody but the program leans on the
// server.
var allowed = map[string][]string{
	"zarafa/tuning/dbms":     {},
	"zarafa/tuning/mycnf":    {},
	"zarafa/tuning/facts":    {"zarafa/tuning/dbms", "zarafa/tuning/mycnf", "github.com/shirou/gopsutil/v3/common", "github.com/shirou/gopsutil/v3/process", "golang.org/x/sys/unix"},
	"zarafa/tuning/rules":    {"zarafa/tuning/dbms", "zarafa/tuning/facts", "zarafa/tuning/mycnf"},
	"zarafa/tuning/render":   {"zarafa/tuning/dbms", "zarafa/tuning/rules"},
	"zarafa/tuning/install":  {},
	"zarafa/tuning/validate": {"zarafa/tuning/dbms"},
	"zarafa/tuning/probe":    {"golang.org/x/sys/unix"},
	"zarafa/tuning/verify":   {"github.com/go-sql-driver/mysql", "golang.org/x/sys/unix"},
	"zarafa/tuning":          {},
}

func TestImports(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		may, ok := allowed[f[0]]
		if !ok {
			t.Errorf("%s is not in the list of this test", f[0])
			continue
		}
		seen++
		for _, imported := range f[1:] {
			if first, _, _ := strings.Cut(imported, "/"); first != "zarafa" && !strings.Contains(first, ".") {
				if f[0] == "zarafa/tuning/rules" && (imported == "os" || imported == "io" || imported == "net") {
					t.Errorf("the rules import %s; they do no I/O", imported)
				}
				continue
			}
			if !slices.Contains(may, imported) {
				t.Errorf("%s imports %s; the tuner leans on nothing else, see the package comment", f[0], imported)
			}
		}
	}
	if seen != len(allowed) {
		t.Errorf("%d packages were seen, want %d", seen, len(allowed))
	}
}
