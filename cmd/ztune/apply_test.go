package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// installed is a captured machine with a server and a database on it.
func installed(t *testing.T) string {
	t.Helper()
	root := unpackMachine(t, "bare-8g")
	write(t, filepath.Join(root, "etc/zarafa/server.cfg"), "database_engine = mysql\nmysql_password = geheim\ncache_cell_size = 10m\n")
	write(t, filepath.Join(root, "etc/mysql/my.cnf"), "[mysqld]\n!includedir /etc/mysql/conf.d/\n")
	write(t, filepath.Join(root, "etc/mysql/conf.d/50-server.cnf"), "[mysqld]\ninnodb_buffer_pool_size = 128M\n")
	write(t, filepath.Join(root, "var/lib/mysql/mysql_upgrade_info"), "10.11.6-MariaDB")
	if err := os.MkdirAll(filepath.Join(root, "etc/systemd/system"), 0o755); err != nil {
		t.Fatal(err)
	}
	return root
}

func TestApplyAndUndo(t *testing.T) {
	root := installed(t)
	server, fragment := filepath.Join(root, "etc/zarafa/server.cfg"), filepath.Join(root, "etc/mysql/conf.d/zz-ztune.cnf")
	before := read(t, server)

	status, out, errOut := ztune(t, "", "apply", "--root", root, "--users", "40") // no answer is no
	if status != exitOK || !strings.Contains(errOut, "Nothing was changed") || read(t, server) != before {
		t.Fatalf("without an answer: status %d\n%s%s", status, out, errOut)
	}
	if !strings.Contains(out, "-cache_cell_size = 10m") && !strings.Contains(out, "- cache_cell_size = 10m") || strings.Contains(out, "geheim") {
		t.Errorf("the difference shows too little or too much:\n%s", out)
	}
	if status, _, _ := ztune(t, "", "check", "--root", root); status != exitDiffer {
		t.Errorf("check before: status %d", status)
	}

	status, out, errOut = ztune(t, "yes\n", "apply", "--root", root, "--users", "40")
	if status != exitOK || !strings.Contains(errOut, "backup 1") || strings.Contains(errOut, "overrides") {
		t.Fatalf("status %d\n%s%s", status, out, errOut)
	}
	if text := read(t, server); !strings.Contains(text, "cache_cell_size = 2048m\n") || !strings.Contains(text, "cache_sortkey_size = 40m\n") || !strings.Contains(text, "geheim") {
		t.Errorf("server.cfg:\n%s", text)
	}
	if info, err := os.Stat(server); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions of server.cfg have changed: %v %v", info.Mode(), err)
	}
	if text := read(t, fragment); !strings.Contains(text, "innodb_buffer_pool_size = 2048M\n") {
		t.Errorf("fragment:\n%s", text)
	}
	if text := read(t, filepath.Join(root, "etc/systemd/system/zarafa-server.service.d/ztune.conf")); !strings.Contains(text, "[Service]") || !strings.Contains(text, "Environment=GOMEMLIMIT=") {
		t.Errorf("drop-in:\n%s", text)
	}
	// The number of users is remembered.
	if status, out, errOut := ztune(t, "", "check", "--root", root); status != exitOK {
		t.Errorf("check after: status %d\n%s%s", status, out, errOut)
	}
	if status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root); status != exitOK || !strings.Contains(errOut, "Nothing has to be changed") {
		t.Errorf("a second apply: status %d, %s", status, errOut)
	}

	status, out, errOut = ztune(t, "", "undo", "--yes", "--root", root)
	if status != exitOK || read(t, server) != before {
		t.Errorf("undo: status %d\n%s%s\n%s", status, out, errOut, read(t, server))
	}
	for _, gone := range []string{fragment, filepath.Join(root, "etc/systemd/system/zarafa-server.service.d"), filepath.Join(root, "var/lib/ztune/applied.json")} {
		if _, err := os.Stat(gone); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", gone, err)
		}
	}
	if status, _, errOut := ztune(t, "", "undo", "--yes", "--root", root); status != exitFailed || !strings.Contains(errOut, "ztune apply") {
		t.Errorf("undo of nothing: status %d, %s", status, errOut)
	}
}

func TestUndoRefusesChangedFiles(t *testing.T) {
	root := installed(t)
	if status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root); status != exitOK {
		t.Fatal(errOut)
	}
	server := filepath.Join(root, "etc/zarafa/server.cfg")
	write(t, server, read(t, server)+"log_level = 5\n")
	status, _, errOut := ztune(t, "", "undo", "--yes", "--root", root)
	if status != exitFailed || !strings.Contains(errOut, "--force") || !strings.Contains(read(t, server), "log_level") {
		t.Errorf("status %d, %s", status, errOut)
	}
	if status, _, errOut := ztune(t, "", "undo", "--yes", "--force", "--root", root); status != exitOK || strings.Contains(read(t, server), "log_level") {
		t.Errorf("with force: status %d, %s", status, errOut)
	}
}

func TestApplyJSONIsDryWithoutYes(t *testing.T) {
	root := installed(t)
	status, out, errOut := ztune(t, "y\n", "apply", "--json", "--root", root)
	var report applyReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != exitOK {
		t.Fatalf("status %d, %v, %s", status, err, errOut)
	}
	if report.Written || len(report.Changes) != 3 {
		t.Errorf("got %+v", report)
	}
	if _, err := os.Stat(filepath.Join(root, "var/lib/ztune")); !os.IsNotExist(err) {
		t.Error("something was written")
	}
}

func TestApplyRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, file, text, want string
	}{
		{"foreign fragment", "etc/mysql/conf.d/zz-ztune.cnf", "[mysqld]\n", "was not written by ztune"},
		{"no folder", "etc/mysql/my.cnf", "[mysqld]\n", "!includedir"},
		{"refused server.cfg", "etc/zarafa/server.cfg", "database_engine = mysql\nserver_listen = nonsense:x\nunheard_of = 1\n", "correct that first"},
	} {
		root := installed(t)
		write(t, filepath.Join(root, tt.file), tt.text)
		status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root)
		if status != exitFailed || !strings.Contains(errOut, tt.want) {
			t.Errorf("%s: status %d, %s", tt.name, status, errOut)
		}
	}
}

// A line that is read after ours wins, and must not go unnoticed.
func TestApplyTellsWhatIsOverridden(t *testing.T) {
	root := installed(t)
	write(t, filepath.Join(root, "etc/mysql/conf.d/zzz.cnf"), "[mysqld]\ninnodb_buffer_pool_size = 64M\n")
	status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root)
	if status != exitOK || !strings.Contains(errOut, "innodb_buffer_pool_size is 64M") {
		t.Errorf("status %d, %s", status, errOut)
	}
}

// What the admin allows to others must not shrink.
func TestPlanKeepsLargerLimits(t *testing.T) {
	root := installed(t)
	write(t, filepath.Join(root, "etc/mysql/conf.d/60-admin.cnf"), "[mysqld]\nmax_connections = 500\nmax_allowed_packet = 1G\n")
	for range 2 { // the second time with our own file there
		_, out, _ := ztune(t, "", "plan", "--print", "my.cnf", "--root", root)
		if !strings.Contains(out, "max_connections = 500\n") || !strings.Contains(out, "max_allowed_packet = 1024M\n") {
			t.Errorf("got\n%s", out)
		}
		if status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root); status != exitOK {
			t.Fatal(errOut)
		}
	}
	write(t, filepath.Join(root, "etc/mysql/conf.d/60-admin.cnf"), "[mysqld]\n")
	if _, out, _ := ztune(t, "", "plan", "--print", "my.cnf", "--root", root); strings.Contains(out, "max_connections = 500") {
		t.Errorf("our own file counts as a wish:\n%s", out)
	}
}

// A fragment that the database does not read must not go unnoticed.
func TestApplyTellsWhatIsNotRead(t *testing.T) {
	root := installed(t)
	status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root, "--my-cnf", "/etc/elsewhere.cnf")
	if status != exitOK || !strings.Contains(errOut, "does not read /etc/elsewhere.cnf") {
		t.Errorf("status %d, %s", status, errOut)
	}
}

// An interrupt at the question must end the program, with nothing changed.
func TestInterruptAtQuestion(t *testing.T) {
	root := installed(t)
	ctx, cancel := context.WithCancel(t.Context())
	silent, never := io.Pipe() // a terminal at which nobody types
	defer never.Close()
	var out bytes.Buffer
	status := Run(ctx, []string{"apply", "--root", root}, silent, &out, &interrupter{cancel: cancel})
	if _, err := os.Stat(filepath.Join(root, "var/lib/ztune")); status != exitOK || !os.IsNotExist(err) {
		t.Errorf("status %d, %v", status, err)
	}
}

// interrupter interrupts as soon as it is asked something.
type interrupter struct{ cancel context.CancelFunc }

func (i *interrupter) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "[y/N]") {
		i.cancel()
	}
	return len(b), nil
}

// What SET PERSIST has stored wins over option files.
func TestApplyTellsWhatIsPersisted(t *testing.T) {
	root := installed(t)
	write(t, filepath.Join(root, "var/lib/mysql/mysqld-auto.cnf"),
		`{"Version": 2, "mysql_dynamic_variables": {"innodb_io_capacity": {"Value": "77", "Metadata": {"User": "root"}}}}`)
	status, _, errOut := ztune(t, "", "apply", "--yes", "--root", root, "--database", "mysql-8.4.3")
	if status != exitOK || !strings.Contains(errOut, "innodb_io_capacity is 77 although") || !strings.Contains(errOut, "mysqld-auto.cnf") {
		t.Errorf("status %d, %s", status, errOut)
	}
}
