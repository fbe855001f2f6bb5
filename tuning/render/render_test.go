package render

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
)

var rewrite = flag.Bool("rewrite", false, "write the files of testdata anew")

// The files that are written for each version, for people to look at and for tests
// on machines that have these versions.
func TestOptionFiles(t *testing.T) {
	for _, version := range []string{
		"mariadb-10.6.18", "mariadb-10.11.6", "mariadb-10.11.19", "mariadb-11.4.2", "mariadb-11.4.8", "mariadb-11.8.2", "mariadb-12.1.2",
		"mysql-8.0.29", "mysql-8.0.42", "mysql-8.4.5", "mysql-9.1.0", "mysql-9.4.0",
	} {
		got := OptionFile(planOf(t, version, 64<<30, 500))
		file := filepath.Join("testdata", version+".cnf")
		if *rewrite {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s has changed; if it is right, run go test ./tuning/render -rewrite. Got:\n%s", file, got)
		}
	}
}

// planFor plans for more users than the defaults of the server are made for.
func planFor(t *testing.T, version string) rules.Plan {
	t.Helper()
	return planOf(t, version, 8<<30, 60_000)
}

func planOf(t *testing.T, version string, memory int64, users int) rules.Plan {
	t.Helper()
	v, err := dbms.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	known := facts.Fact[int64]{Value: memory, Source: "test", Confidence: facts.Certain}
	var m facts.Machine
	m.Memory.Total, m.Memory.Usable, m.Memory.Server.Usable, m.Memory.Database.Usable = known, known, known, known
	m.Processors.Usable = facts.Fact[int]{Value: 16, Source: "test", Confidence: facts.Certain}
	m.Storage.Stack = &facts.Layer{Kind: facts.KindFilesystem, Name: "xfs", Filesystem: &facts.Filesystem{Type: "xfs"}}
	return rules.Make(m, rules.Wishes{Users: users, Version: &v, Medium: facts.MediumNVMe})
}

// Every setting that is written for the server must be one that the server has.
func TestServerKeysExist(t *testing.T) {
	doc, err := os.ReadFile("../../docs/server.cfg.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, s := range planFor(t, "mariadb-10.11.19").Settings {
		if s.Target != rules.ServerFile {
			continue
		}
		n++
		line := "| `" + s.Key + "` |"
		_, after, ok := strings.Cut(string(doc), line)
		if !ok {
			t.Errorf("docs/server.cfg.md has no %s", s.Key)
			continue
		}
		row, _, _ := strings.Cut(after, "\n")
		if strings.Contains(row, "Accepted without effect") {
			t.Errorf("%s has no effect", s.Key)
		}
	}
	if n < 4 {
		t.Errorf("only %d settings are planned", n)
	}
}

func TestServerFile(t *testing.T) {
	p := rules.Plan{Settings: []rules.Setting{
		{Target: rules.ServerFile, Key: "cache_cell_size", Value: "100m"},
		{Target: rules.ServerFile, Key: "cache_sortkey_size", Value: "7m"},
		{Target: rules.OptionFile, Key: "max_connections", Value: "9"},
	}}
	const before = "# my settings\ncache_cell_size=1m\n\nserver_listen = *:236\ncache_cell_size = 2m\n#cache_sortkey_size = 5m\n"
	const want = "# my settings\ncache_cell_size=1m\n\nserver_listen = *:236\ncache_cell_size = 100m\n#cache_sortkey_size = 5m\n\n" + heading + "\ncache_sortkey_size = 7m\n"
	got := ServerFile(before, p)
	if got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if again := ServerFile(got, p); again != got {
		t.Errorf("a second time changes it again:\n%s", again)
	}
	if got := ServerFile("", p); got != heading+"\ncache_cell_size = 100m\ncache_sortkey_size = 7m\n" {
		t.Errorf("into an empty file:\n%s", got)
	}
}

func TestOptionFileGroups(t *testing.T) {
	for version, group := range map[string]string{"mariadb-10.11.19": "[mariadb-10.11]", "mysql-8.4.3": "[mysqld-8.4]"} {
		text := OptionFile(planFor(t, version))
		always, series, ok := strings.Cut(text, group)
		if !ok {
			t.Fatalf("%s: no group %s in\n%s", version, group, text)
		}
		if !strings.Contains(always, "[mysqld]\n") || !strings.Contains(always, "innodb_buffer_pool_size = ") {
			t.Errorf("%s: the pool is not where every version reads it:\n%s", version, text)
		}
		if strings.Contains(always, "innodb_flush_neighbors") || !strings.Contains(series, "innodb_flush_neighbors") {
			t.Errorf("%s: an option of the series is read by every version:\n%s", version, text)
		}
	}
}
