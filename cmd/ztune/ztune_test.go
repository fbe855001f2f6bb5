package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/profiles/hardware"
)

// ztune runs the program and returns what it wrote.
func ztune(t *testing.T, input string, args ...string) (status int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	status = Run(t.Context(), args, strings.NewReader(input), &o, &e)
	return status, o.String(), e.String()
}

// unpackMachine writes the tree of a machine of profiles/hardware.
func unpackMachine(t *testing.T, name string) string {
	t.Helper()
	memory, err := hardware.Memory()
	if err != nil {
		t.Fatal(err)
	}
	storage, err := hardware.Storage()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range append(memory, storage...) {
		if m.Name == name {
			dir := t.TempDir()
			if err := m.Unpack(dir); err != nil {
				t.Fatal(err)
			}
			return dir
		}
	}
	t.Fatalf("there is no machine %s", name)
	return ""
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestInspect(t *testing.T) {
	root := unpackMachine(t, "lvm-md10-nvme")
	status, out, errOut := ztune(t, "", "inspect", "--root", root)
	if status != exitOK || errOut != "" {
		t.Fatalf("status %d, %s", status, errOut)
	}
	for _, want := range []string{"usable for server and database together: 16 GB", "← LVM vg0-mysql ← md10 (RAID10) of 4 × NVMe disk", "└─ "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	if strings.Contains(out, "\x1b") {
		t.Error("colours although it is no terminal")
	}
	_, out, _ = ztune(t, "", "inspect", "--json", "--root", root)
	var facts struct {
		Memory struct {
			Usable struct{ Value int64 }
		}
		Storage struct {
			Medium struct{ Value, Confidence string }
		}
	}
	if err := json.Unmarshal([]byte(out), &facts); err != nil {
		t.Fatal(err)
	}
	if facts.Memory.Usable.Value != 16<<30 || facts.Storage.Medium.Value != "nvme" || facts.Storage.Medium.Confidence != "certain" {
		t.Errorf("got %+v", facts)
	}
}

func TestPlanJSON(t *testing.T) {
	status, out, errOut := ztune(t, "", "plan", "--json", "--root", unpackMachine(t, "bare-64g"), "--users", "500", "--database", "mysql-8.4.3")
	if status != exitOK || errOut != "" {
		t.Fatalf("status %d, %s", status, errOut)
	}
	var plan struct {
		Settings []struct {
			Key, Value string
			Bytes      int64
		}
		Shortfalls []any
	}
	if err := json.Unmarshal([]byte(out), &plan); err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, s := range plan.Settings {
		got[s.Key] = s.Value
	}
	if got["cache_cell_size"] != "16384m" || got["innodb_redo_log_capacity"] != "4096M" || got["query_cache_size"] != "" || got["innodb_log_file_size"] != "" {
		t.Errorf("got %v", got)
	}
	if plan.Shortfalls == nil {
		t.Error("shortfalls is null; scripts expect a list")
	}
}

func TestPlanReadsServerFile(t *testing.T) {
	for _, tt := range []struct{ cfg, want string }{
		{"database_engine = mysql\nmysql_host = db.example.com\n", "role server"},
		{"database_engine = mysql\n", "role both"},
		{"database_engine = sqlite\n", "no MariaDB or MySQL"},
	} {
		root := unpackMachine(t, "bare-8g")
		write(t, filepath.Join(root, "etc/zarafa/server.cfg"), tt.cfg)
		write(t, filepath.Join(root, "var/lib/mysql/mysql_upgrade_info"), "10.11.6-MariaDB")
		_, out, errOut := ztune(t, "", "plan", "--root", root, "--users", "20")
		if !strings.Contains(out, tt.want) {
			t.Errorf("%q: %q is missing in\n%s%s", tt.cfg, tt.want, out, errOut)
		}
	}
}

func TestExplain(t *testing.T) {
	root := unpackMachine(t, "bare-64g")
	status, out, _ := ztune(t, "", "explain", "--root", root, "--users", "500", "--database", "mariadb-10.11.6", "innodb-buffer-pool-size")
	if status != exitOK || !strings.Contains(out, "25 % of the memory") || !strings.Contains(out, "/proc/meminfo MemTotal") || !strings.Contains(out, "documentation: ") {
		t.Errorf("status %d:\n%s", status, out)
	}
	for key, want := range map[string]string{
		"innodb_redo_log_capacity": "is an option of MySQL",
		"innodb_lock_wait_timeout": "what you have set stays",
		"cache_bell_size":          "ztune plan lists",
	} {
		status, _, errOut := ztune(t, "", "explain", "--root", root, "--database", "mariadb-10.11.6", key)
		if status != exitFailed || !strings.Contains(errOut, want) {
			t.Errorf("%s: status %d, %s", key, status, errOut)
		}
	}
}

func TestLint(t *testing.T) {
	root := unpackMachine(t, "bare-8g")
	write(t, filepath.Join(root, "etc/my.cnf"), "[client]\nnonsense=1\n[mysqld]\ninnodb_buffer_pool_size=1G\nquery_cache_size=4M\nloose_thing=1\ninodb_io_capacity=5\n")
	status, out, _ := ztune(t, "", "lint", "--root", root, "--database", "mysql-8.0.36", "/etc/my.cnf")
	if status != exitDiffer || strings.Count(out, "\n") != 3 || !strings.Contains(out, "/etc/my.cnf:5: refused: query_cache_size was removed in MySQL 8.0.3") ||
		!strings.Contains(out, "did you mean innodb_io_capacity?") || !strings.Contains(out, ":6: useless: loose_thing") {
		t.Errorf("status %d:\n%s", status, out)
	}
	write(t, filepath.Join(root, "etc/my.cnf"), "[mysqld]\ninnodb_buffer_pool_size=1G\nplugin_load_add = provider_bzip2\nprovider_bzip2=force_plus_permanent\nplugin-load=ha_spider.so;audit=server_audit\nspider_x=1\naudit_logging=1\n")
	if status, out, _ := ztune(t, "", "lint", "--json", "--root", root, "--database", "mysql-8.0.36"); status != exitOK || strings.TrimSpace(out) != "[]" {
		t.Errorf("status %d:\n%s", status, out)
	}
}

// Every refusal must say what to do.
func TestRefusals(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{nil, "ztune plan"},
		{[]string{"tune"}, "ztune help"},
		{[]string{"plan", "--cores", "4"}, "ztune help plan"},
		{[]string{"plan", "now"}, "ztune help plan"},
		{[]string{"plan", "--root", "/nowhere/at/all"}, "captured tree"},
		{[]string{"plan", "--root", t.TempDir()}, "--memory"},
		{[]string{"plan", "--memory", "12"}, "256m"},
		{[]string{"plan", "--role", "boss"}, "both, server or db"},
		{[]string{"plan", "--database", "newest"}, "mariadb-10.11.6"},
		{[]string{"plan", "--users", "-4"}, "give a number"},
		{[]string{"plan", "--print", "x"}, "say server.cfg"},
		{[]string{"explain"}, "ztune explain cache_cell_size"},
		{[]string{"lint", "--root", unpackMachine(t, "bare-8g")}, "--database"},
	} {
		status, _, errOut := ztune(t, "", tt.args...)
		if status != exitFailed || !strings.Contains(errOut, tt.want) {
			t.Errorf("%q: status %d, %q lacks %q", tt.args, status, errOut, tt.want)
		}
	}
}

// What settings cannot do must be said, for the machines that it concerns.
func TestAdvice(t *testing.T) {
	for machine, want := range map[string][]string{
		"md-raid5":             {"raid5", "rotating"},
		"md-raid1-degraded":    {"raid-degraded"},
		"md-raid1-resync":      {"raid-busy"},
		"megaraid-bad-battery": {"write-cache"},
		"megaraid-fallback":    {"battery"},
		"megaraid-no-tool":     {"write-cache", "raid-unknown"},
		"lvm-raid-unknown":     {"raid-unknown", "rotating"},
		"raspberry-card":       {"flash-card"},
		"nfs":                  {"network-storage"},
		"tmpfs":                {"memory-storage"},
		"zfs-mirror":           {"zfs"},
		"raspberry-32-on-64":   {"32-bit"},
		"systemd-system-slice": {"limited"},
		"huge-pages":           {"huge-pages"},
		"numa-free":            {"numa"},
		"nvme-plain":           {},
	} {
		_, out, errOut := ztune(t, "", "plan", "--json", "--root", unpackMachine(t, machine), "--users", "20", "--database", "mariadb-10.11.6", "--connections", "1")
		var plan struct {
			Advice []struct{ ID, Text, Because, Source string }
		}
		if err := json.Unmarshal([]byte(out), &plan); err != nil {
			t.Fatalf("%s: %v\n%s", machine, err, errOut)
		}
		got := make(map[string]bool)
		for _, a := range plan.Advice {
			got[a.ID] = true
			if a.Text == "" || a.Because == "" || a.Source == "" {
				t.Errorf("%s: advice without its reasons: %+v", machine, a)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: advice %v, want %v", machine, got, want)
		}
		for _, id := range want {
			if !got[id] {
				t.Errorf("%s: no advice %s among %v", machine, id, got)
			}
		}
	}
}
