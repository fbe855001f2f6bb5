package render

import (
	"os"
	"strings"
	"testing"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
)

func planFor(t *testing.T, version string) rules.Plan {
	t.Helper()
	v, err := dbms.ParseVersion(version)
	if err != nil {
		t.Fatal(err)
	}
	known := facts.Fact[int64]{Value: 8 << 30, Source: "test", Confidence: facts.Certain}
	var m facts.Machine
	m.Memory.Total, m.Memory.Usable, m.Memory.Server.Usable, m.Memory.Database.Usable = known, known, known, known
	return rules.Make(m, rules.Wishes{Users: 60_000, Version: &v})
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
	if n < 8 {
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
