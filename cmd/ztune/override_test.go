package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// applied8g is an installed machine to which a plan was applied.
func applied8g(t *testing.T) string {
	t.Helper()
	root := installed(t)
	if status, out, errOut := ztune(t, "", "apply", "--yes", "--root", root, "--users", "40"); status != exitOK {
		t.Fatalf("status %d\n%s%s", status, out, errOut)
	}
	return root
}

// What ztune wrote never keeps a later plan away, whether it has more memory or less.
func TestApplyAgain(t *testing.T) {
	root := installed(t)
	for _, memory := range []string{"8g", "4g", "1g", "512m", "2g", "64g", "256m"} {
		status, out, errOut := ztune(t, "", "apply", "--yes", "--root", root, "--users", "10", "--memory", memory)
		if status != exitOK || !strings.Contains(errOut, "Written") {
			t.Errorf("%s: status %d\n%s%s", memory, status, out, errOut)
		}
		if status, out, _ := ztune(t, "", "check", "--root", root, "--memory", memory); status != exitOK {
			t.Errorf("check with %s: status %d\n%s", memory, status, out)
		}
	}
}

// What overrides a planned value is seen, and named with its file: by check, and by an apply that has nothing to write.
func TestOverridden(t *testing.T) {
	const unit = "etc/systemd/system/zarafa-server.service"
	for _, tc := range []struct {
		name, file, text, key string
		hidden                bool // what is there already wins
	}{
		{name: "included settings", file: "etc/zarafa/more.cfg", text: "cache_cell_size = 11m\n", key: "cache_cell_size"},
		{name: "later option file", file: "etc/mysql/conf.d/zzz.cnf", text: "[mysqld]\ninnodb-buffer-pool-size = 200M\n", key: "innodb_buffer_pool_size"},
		{name: "later drop-in", file: unit + ".d/zz-later.conf", text: "[Service]\nEnvironment=A=b \"GOMEMLIMIT=123MiB\" C=d\n", key: "GOMEMLIMIT"},
		{name: "drop-in that resets", file: unit + ".d/zz-later.conf", text: "[Service]\nEnvironment=\n", key: "GOMEMLIMIT"},
		{name: "drop-in that takes away", file: unit + ".d/00-early.conf", text: "[Service]\nUnsetEnvironment=GOMEMLIMIT\n", key: "GOMEMLIMIT"},
		{name: "earlier drop-in", file: unit + ".d/00-early.conf", text: "[Service]\nEnvironment=GOMEMLIMIT=123MiB\n", key: "GOMEMLIMIT", hidden: true},
		{name: "drop-in elsewhere", file: "usr/lib/systemd/system/service.d/zz.conf", text: "[Service]\nEnvironment='GOMEMLIMIT=123MiB'\n", key: "GOMEMLIMIT"},
		{name: "environment file", file: "etc/default/zarafa-server", text: "# x\nGOMEMLIMIT=\"123MiB\"\n", key: "GOMEMLIMIT"},
		{name: "folder of environment files", file: "etc/default/zarafa.d/x.env", text: "GOMEMLIMIT=123MiB\n", key: "GOMEMLIMIT"},
	} {
		root := applied8g(t)
		server := filepath.Join(root, "etc/zarafa/server.cfg")
		write(t, filepath.Join(root, "etc/zarafa/more.cfg"), "\n")
		write(t, server, read(t, server)+"!include more.cfg\n")
		write(t, filepath.Join(root, unit), "[Service]\nEnvironmentFile=-/etc/default/zarafa-server\nEnvironmentFile=-/etc/default/zarafa.d/*.env\n")
		if status, out, errOut := ztune(t, "", "check", "--root", root); status != exitOK {
			t.Fatalf("before: status %d\n%s%s", status, out, errOut)
		}
		write(t, filepath.Join(root, tc.file), tc.text)
		status, out, _ := ztune(t, "", "check", "--root", root)
		if seen := status == exitDiffer && strings.Contains(out, tc.key); seen == tc.hidden {
			t.Errorf("%s: check: status %d\n%s", tc.name, status, out)
		}
		named := strings.Contains(tc.text, "Environment=\n") || strings.Contains(tc.text, "Unset") // nothing is set, so no file sets it
		if !tc.hidden && !named && !strings.Contains(out, "/"+tc.file) {
			t.Errorf("%s: check does not name %s\n%s", tc.name, tc.file, out)
		}
		_, _, errOut := ztune(t, "", "apply", "--yes", "--root", root)
		if warned := strings.Contains(errOut, "Warning: "+tc.key+" is "); warned == tc.hidden {
			t.Errorf("%s: apply says\n%s", tc.name, errOut)
		}
	}
}

// Relative paths are those of the folder that ztune is called in, and of no use for a captured machine.
func TestRelativePaths(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	o := options{root: "/", dataDir: "data", serverCfg: "server.cfg", myCnf: "./my.cnf", unitFolder: "", state: "../state"}
	if err := o.check(); err != nil {
		t.Fatal(err)
	}
	if o.dataDir != filepath.Join(dir, "data") || o.serverCfg != filepath.Join(dir, "server.cfg") || o.myCnf != filepath.Join(dir, "my.cnf") ||
		o.unitFolder != "" || o.state != filepath.Join(filepath.Dir(dir), "state") {
		t.Errorf("%+v", o)
	}
	for _, args := range [][]string{
		{"plan", "--server-cfg", "server.cfg"}, {"apply", "--my-cnf", "my.cnf"}, {"apply", "--unit-folder", "units"}, {"undo", "--state-folder", "state"},
		{"inspect", "--data-directory", "data"}, {"lint", "my.cnf", "--database", "mariadb-10.11"},
	} {
		if status, _, errOut := ztune(t, "", append(args, "--root", unpackMachine(t, "bare-8g"))...); status != exitFailed || !strings.Contains(errOut, "is relative") {
			t.Errorf("%v: status %d, %s", args, status, errOut)
		}
	}
	write(t, filepath.Join(dir, "my.cnf"), "[mysqld]\ninnodb_flush_log_at_trx_commit = 2\n")
	if status, out, errOut := ztune(t, "", "lint", "my.cnf", "--database", "mariadb-10.11.6"); status != exitOK {
		t.Errorf("lint: status %d\n%s%s", status, out, errOut)
	}
}

// What compares nothing is neither well nor wrong.
func TestNothingToCompare(t *testing.T) {
	root := unpackMachine(t, "bare-8g")
	write(t, filepath.Join(root, "etc/my.cnf"), "[client]\nport = 3306\n")
	for _, args := range [][]string{
		{"lint", "/etc/my.cnf", "--database", "mariadb-10.11.6"},
		{"check", "--unit-folder", ""},
	} {
		if status, out, errOut := ztune(t, "", append(args, "--root", root)...); status != exitEmpty || !strings.Contains(errOut, "nothing was") {
			t.Errorf("%v: status %d\n%s%s", args, status, out, errOut)
		}
	}
}
