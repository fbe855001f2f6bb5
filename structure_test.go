// Package zarafa_test holds the rules of develop.txt that concern the whole tree.
package zarafa_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mayImport is what the packages below a folder may import of this product, as folders (develop.txt, rule 1). The longest entry that a
// package lies below counts. A folder may always import what lies below itself.
var mayImport = map[string][]string{
	// No agent imports another one.
	"agents/admin": {"agents/connection", "client", "daemon", "mapi"},
	"agents/backup": {
		"agents/connection", "client", "daemon", "mail/convert", "mapi",
	},
	"agents/backup/item":       {"agents/backup/repository", "mapi"},
	"agents/backup/repository": {},
	"agents/backup/snapshot":   {"agents/backup/item", "agents/backup/repository", "client", "mapi"},
	"agents/connection":        {"client", "daemon/settings", "mapi"},
	"agents/dagent":            {"agents/connection", "agents/spool", "calendar", "client", "daemon", "mail", "mapi", "rules"},
	"agents/gateway/dialogue":  {}, // only tests use it, and the next one
	"agents/gateway/dovecot":   {},
	"agents/gateway/imap": {
		"agents/gateway/imapwire", "agents/gateway/mailstore", "agents/gateway/sasl", "agents/gateway/sorting", "agents/gateway/view", "mail",
	},
	"agents/gateway/mailstore/memory": {"agents/gateway/mailstore", "agents/gateway/view", "mail"},
	"agents/gateway/imapwire":         {},
	"agents/gateway/mailbox":          {"agents/gateway/mailstore", "agents/gateway/view", "client", "mail", "mapi"},
	"agents/gateway/mailstore":        {"agents/gateway/view"},
	"agents/gateway/sorting":          {},
	"agents/gateway/sasl":             {},
	"agents/gateway/view":             {},
	"agents/monitor":                  {"agents/connection", "client", "daemon", "mail", "mapi"},
	"agents/spool":                    {"mail/tree"},
	"agents/spooler":                  {"agents/connection", "agents/spool", "calendar", "client", "daemon", "mail", "mapi"},
	"agents/webaccess/files":          {},
	"agents/webaccess/images":         {},
	"agents/webaccess":                {"agents/connection", "agents/frontend", "agents/spool", "calendar", "client", "daemon", "mail", "mapi"},
	"agents/webaccess/browsertest":    {"agents/connection", "agents/webaccess", "client", "daemon", "mapi", "server"},
	"agents/webaccess/bundle":         {},
	"agents/webaccess/static":         {},
	"bench":                           {"loadgen", "profiles"},
	"bench/snapshot":                  {"mapi"}, // frozen copies of requests
	"bench/suite":                     {"bench", "cache", "client", "daemon", "loadgen", "mapi", "profiles", "server", "storage", "wire"},
	"cache":                           {"mapi"},
	"calendar":                        {"mapi"},
	"calendar/content":                {},
	"client":                          {"mapi", "wire"},
	"cmd/zarafa":                      {"agents", "daemon", "quickstart", "serve", "server"}, // all programs in one file
	"cmd/zarafa-admin":                {"agents", "daemon"},
	"cmd/zarafa-backup":               {"agents/backup"},
	"cmd/zarafa-dagent":               {"agents/dagent", "daemon"},
	"cmd/zarafa-pam":                  {"server/auth/pam"},
	"cmd/zarafa-monitor":              {"agents/monitor", "daemon"},
	"cmd/zarafa-spooler":              {"agents", "daemon"},
	"cmd/zarafa-webaccess":            {"agents/webaccess", "daemon"},
	"cmd/zarafa-server": {
		"daemon", "server",
	},
	"cmd/zbench":            {"bench", "daemon/subcommand"},
	"cmd/zload":             {"client", "daemon/subcommand", "loadgen", "profiles"},
	"cmd/ztune":             {"daemon", "server/config", "storage/mysql", "tuning"},
	"daemon":                {"internal/editdistance"},
	"docs":                  {},
	"internal/editdistance": {},
	"internal/testseed":     {},
	"loadgen":               {"client", "mapi", "profiles"},
	"loadgen/outlook":       {"client", "loadgen", "mapi", "profiles", "wire"},
	"mail":                  {"calendar", "mapi"},
	"mail/charset":          {},
	"mail/html/sanitize":    {"mail/html"},
	"mail/header":           {"mail/charset"},
	"mail/structure":        {"mail/charset", "mail/header", "mail/tree"},
	"mail/tree":             {"mail/header"},
	"mapi":                  {},
	"packaging":             {},
	"profiles":              {},
	"results":               {"client", "mapi", "storage"},
	"rules":                 {"mapi"},
	"results/fulltext":      {"profiles", "server/fulltext"},
	"results/imap":          {"agents/gateway/dovecot"},
	"scripts/judges":        {"client", "mapi"},
	"quickstart":            {"client", "daemon", "mapi", "serve", "server", "wire"},
	// The agents know the server by the protocol alone here too; what carries it is wire's.
	"serve":                      {"agents", "daemon", "server", "wire"},
	"server":                     {"cache", "daemon", "internal/editdistance", "mapi", "storage", "wire"},
	"storage":                    {"mapi"},
	"tuning":                     {},
	"tuning/dbms":                {"internal/editdistance"},
	"tuning/facts":               {"tuning/dbms", "tuning/mycnf"},
	"tuning/install":             {},
	"tuning/mycnf":               {},
	"tuning/probe":               {},
	"tuning/render":              {"tuning/dbms", "tuning/rules"},
	"tuning/rules":               {"tuning/dbms", "tuning/facts", "tuning/mycnf"},
	"tuning/validate":            {"tuning/dbms"},
	"tuning/verify":              {},
	"wire":                       {"mapi"},
	"server/e2e":                 {"client", "mapi", "server", "wire"}, // what end-to-end tests share
	"server/internal/replay/cmd": {"server/internal/replay"},
	"agents/frontend": {
		"client", "daemon",
	},
	"agents/gateway": {
		"agents/connection", "agents/frontend", "client", "daemon", "mail", "mapi",
	},
	"agents/gateway/pop3": {
		"agents/gateway/mailstore", "agents/gateway/sasl", "agents/gateway/view",
	},
	"cmd/zarafa-gateway": {
		"agents/connection", "agents/gateway", "daemon",
	},
	// Everything that writes to the tree of objects builds on it.
	"server/change": {
		"cache", "mapi", "server/feed", "storage",
	},
	"server/search": {
		"mapi", "server/change", "server/feed", "server/fulltext", "server/internal/contain", "server/match", "server/rights", "server/session",
		"storage", "wire",
	},
	// The migration fills a database that no server uses yet, so it goes through storage.
	"agents/migrate":            {"daemon", "mapi", "storage"},
	"agents/migrate/adopt":      {"agents/migrate/legacy", "mapi", "storage"},
	"agents/migrate/legacy":     {"mapi"},
	"agents/migrate/sampletest": {"agents/migrate/legacy", "mapi"},
	"cmd/zarafa-migrate":        {"agents/migrate"},
}

// oneByOne are the folders in which each package has an entry of its own in mayImport.
var oneByOne = []string{"tuning"}

// mayUse is which libraries the packages below a folder may import, for those folders that must be light to carry. The tuner runs as root on
// machines of which it knows nothing. The longest entry counts here too.
var mayUse = map[string][]string{
	"tuning/facts":  {"github.com/shirou/gopsutil/v3/common", "github.com/shirou/gopsutil/v3/process", "golang.org/x/sys/unix"},
	"tuning/probe":  {"golang.org/x/sys/unix"},
	"tuning/verify": {"github.com/go-sql-driver/mysql", "golang.org/x/sys/unix"},
}

// without is what folders must not import of the standard library: the tuner's rules do no I/O, so that tests can ask them about any machine.
var without = map[string][]string{
	"tuning/rules": {"io", "net", "os"},
}

// TestImports: dependencies point one way. What tests import is their own affair. The files are read here, rather than by go list, so that
// go test knows what the result depends on.
func TestImports(t *testing.T) {
	packages := make(map[string]bool)
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := filepath.ToSlash(filepath.Dir(path))
		packages[from] = true
		for _, imported := range file.Imports {
			checkImport(t, from, strings.Trim(imported.Path.Value, `"`))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for from := range packages {
		if folder, ok := longest(mayImport, from); !ok || folder != from && belowOneOf(from, oneByOne) {
			t.Errorf("%s has no entry in mayImport; say what it may import", from)
		}
	}
	if len(packages) < 50 {
		t.Errorf("only %d packages were seen", len(packages))
	}
}

func checkImport(t *testing.T, from, imported string) {
	t.Helper()
	if to, ok := strings.CutPrefix(imported, "zarafa/"); ok {
		folder, _ := longest(mayImport, from)
		if !below(to, folder) && !belowOneOf(to, mayImport[folder]) {
			t.Errorf("%s imports %s; packages of %s may import %v", from, to, folder, mayImport[folder])
		}
	} else if !outside(from, imported) {
		t.Errorf("%s imports %s; see mayUse and without", from, imported)
	}
}

// outside reports whether a package may import something that is not of this product.
func outside(from, imported string) bool {
	if first, _, _ := strings.Cut(imported, "/"); !strings.Contains(first, ".") {
		folder, ok := longest(without, from)
		return !ok || !slices.Contains(without[folder], imported)
	}
	folder, ok := longest(mayUse, from)
	return !ok || slices.Contains(mayUse[folder], imported)
}

// longest finds the longest folder in a table that a package lies below.
func longest(table map[string][]string, pkg string) (longest string, ok bool) {
	for folder := range table {
		if below(pkg, folder) && len(folder) > len(longest) {
			longest, ok = folder, true
		}
	}
	return longest, ok
}

func belowOneOf(pkg string, folders []string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return below(pkg, f) })
}

// below reports whether a package is a folder's own or lies in it.
func below(pkg, folder string) bool { return pkg == folder || strings.HasPrefix(pkg, folder+"/") }

var constraint = regexp.MustCompile(`(?m)^//go:build (.*)$`)

// TestEveryTestRuns: a test is run by scripts/go-test.sh with the race detector, or, in a file with the constraint !race, without it. A
// test with another constraint would be in neither run.
func TestEveryTestRuns(t *testing.T) {
	allowed := []string{"race", "!race"}
	files := 0
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		tag := ""
		if m := constraint.FindSubmatch(data); m != nil {
			tag = string(m[1])
			if !slices.Contains(allowed, tag) {
				t.Errorf("%s: no run has the constraint %q", path, tag)
			}
		}
		if strings.Contains(strings.TrimSuffix(path, "_test.go"), "norace") != (tag == "!race") {
			t.Errorf("%s: files with the constraint !race end in norace_test.go, and no others do", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 100 {
		t.Errorf("only %d files were seen", files)
	}
}

// TestNamesOfFilesAndFolders: no file is called like a folder beside it, with or without the s of the plural, since nobody could tell which
// of the two a subject is in.
func TestNamesOfFilesAndFolders(t *testing.T) {
	folders := make(map[string]bool)
	var files []string
	err := filepath.WalkDir(".", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.IsDir() && e.Name() == ".git":
			return fs.SkipDir
		case e.IsDir():
			folders[path] = true
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"): // a test may be that of the folder
			files = append(files, strings.TrimSuffix(path, ".go"))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 500 {
		t.Errorf("only %d files were seen", len(files))
	}
	for _, file := range files {
		for _, folder := range slices.Compact([]string{strings.TrimSuffix(file, "s"), file, file + "s"}) {
			if folders[folder] {
				t.Errorf("%s.go lies beside the folder %s; name them apart", file, folder)
			}
		}
	}
}
