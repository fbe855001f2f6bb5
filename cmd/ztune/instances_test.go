package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// runProgram puts a running program into a captured machine. unit is that of systemd which it belongs to, "" for one of no database.
func runProgram(t *testing.T, root, pid, unit string, args ...string) {
	t.Helper()
	dir := filepath.Join(root, "proc", pid)
	if unit == "" {
		unit = "other-" + pid + ".service"
	}
	write(t, filepath.Join(dir, "comm"), filepath.Base(args[0])+"\n")
	write(t, filepath.Join(dir, "cmdline"), strings.Join(args, "\x00")+"\x00")
	write(t, filepath.Join(dir, "status"), "Name:\t"+filepath.Base(args[0])+"\nVmRSS:\t1000 kB\n")
	write(t, filepath.Join(dir, "cgroup"), "0::/system.slice/"+unit+"\n")
}

// enable puts a unit into what systemd starts.
func enable(t *testing.T, root, file, name, text string) {
	t.Helper()
	write(t, filepath.Join(root, "usr/lib/systemd/system", file), text)
	wants := filepath.Join(root, "etc/systemd/system/multi-user.target.wants")
	if err := os.MkdirAll(wants, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/usr/lib/systemd/system/"+file, filepath.Join(wants, name)); err != nil {
		t.Fatal(err)
	}
}

const (
	// template is MariaDB's own unit for several instances, without what does not matter here.
	template = "[Service]\nExecStart=/usr/sbin/mariadbd $MYSQLD_MULTI_INSTANCE $MYSQLD_OPTS\nEnvironment='MYSQLD_MULTI_INSTANCE=--defaults-group-suffix=.%I'\n"
	// groups is a my.cnf that two instances share.
	groups = "[client]\nport = 1\n[mysqld]\nskip-name-resolve\n" +
		"[mysqld.a]\ndatadir = /srv/a\nsocket = /run/mysqld/a.sock\nport = 3311\n" +
		"[mysqld.b]\ndatadir=/srv/b\nsocket=/run/mysqld/b.sock\nport=3312\n!includedir /etc/mysql/conf.d/\n"
)

// The instance that is tuned is the one that the settings of the server lead to, however the instances are told apart.
func TestChooseInstance(t *testing.T) {
	const first, second = "/etc/mysql/conf.d/zz-ztune.cnf", "/etc/mysql/second.d/zz-ztune.cnf"
	// ownFiles are two instances with an option file each.
	ownFiles := func(t *testing.T, root string) {
		write(t, filepath.Join(root, "etc/mysql/my.cnf"), "[mysqld]\nsocket = /run/mysqld/mysqld.sock\n!includedir conf.d\n")
		write(t, filepath.Join(root, "etc/mysql/second.cnf"), "[mysqld]\nport = 3307\nsocket = second.sock\n!includedir second.d\n")
		write(t, filepath.Join(root, "etc/mysql/second.d/a.cnf"), "[mysqld]\n")
		runProgram(t, root, "901", "mariadb.service", "/usr/sbin/mariadbd")
		runProgram(t, root, "902", "", "/usr/sbin/mariadbd", "--defaults-file=/etc/mysql/second.cnf", "--datadir=/srv/second")
	}
	suffixes := func(t *testing.T, root string) {
		write(t, filepath.Join(root, "etc/mysql/my.cnf"), groups)
		runProgram(t, root, "901", "system-mariadb.slice/mariadb@a.service", "/usr/sbin/mariadbd", "--defaults-group-suffix=.a")
		runProgram(t, root, "902", "system-mariadb.slice/mariadb@b.service", "/usr/sbin/mariadbd", "--defaults-group-suffix=.b")
	}
	units := func(t *testing.T, root string) {
		write(t, filepath.Join(root, "etc/mysql/my.cnf"), groups)
		enable(t, root, "mariadb@.service", "mariadb@a.service", template)
		enable(t, root, "mariadb@.service", "mariadb@b.service", template)
	}
	oneRuns := func(t *testing.T, root string) {
		units(t, root)
		runProgram(t, root, "901", "mariadb@a.service", "/usr/sbin/mariadbd", "--defaults-group-suffix=.a")
	}
	for _, tc := range []struct {
		name    string
		machine func(*testing.T, string)
		server  string // server.cfg
		args    []string
		file    string   // that is written
		group   string   // that is in it
		refused []string // what the refusal names
	}{
		{name: "by socket", machine: ownFiles, server: "mysql_socket = /srv/second/second.sock\n", file: second, group: "[mysqld]"},
		{name: "by socket through a link", machine: ownFiles, server: "mysql_socket = /var/run/mysqld/mysqld.sock\n", file: first, group: "[mysqld]"},
		{name: "by port", machine: ownFiles, server: "mysql_host = 127.0.0.1\nmysql_port = 3307\n", file: second, group: "[mysqld]"},
		{name: "by the default port", machine: ownFiles, server: "mysql_host = 127.0.0.1\n", file: first, group: "[mysqld]"},
		{name: "by the socket of localhost", machine: ownFiles, server: "mysql_host = localhost\n", file: first, group: "[mysqld]"},
		{name: "by nothing", machine: ownFiles, file: first, group: "[mysqld]"},
		{name: "by data directory", machine: ownFiles, args: []string{"--data-directory", "/srv/second"}, server: "mysql_socket = /srv/second/second.sock\n", file: second, group: "[mysqld]"},
		{name: "neither", machine: ownFiles, server: "mysql_host = 127.0.0.1\nmysql_port = 3399\n", refused: []string{"901", "902", "mysql_port = 3399"}},
		{name: "suffix by socket", machine: suffixes, server: "mysql_socket = /run/mysqld/b.sock\n", file: first, group: "[mysqld.b]"},
		{name: "suffix by port", machine: suffixes, server: "mysql_port = 3311\n", file: first, group: "[mysqld.a]"},
		{name: "suffix, default socket", machine: suffixes, refused: []string{"901", "902", "/srv/a", "/srv/b", "mysqld.sock", "mysql_socket"}},
		{name: "stopped units by port", machine: units, server: "mysql_port = 3312\n", file: first, group: "[mysqld.b]"},
		{name: "stopped units by socket", machine: units, server: "mysql_socket = /run/mysqld/a.sock\n", file: first, group: "[mysqld.a]"},
		{name: "stopped, the other runs", machine: oneRuns, server: "mysql_socket = /run/mysqld/b.sock\n", file: first, group: "[mysqld.b]"},
		{name: "one runs, one not", machine: oneRuns, server: "mysql_socket = /run/mysqld/a.sock\n", file: first, group: "[mysqld.a]"},
		{name: "same port", machine: func(t *testing.T, root string) {
			write(t, filepath.Join(root, "etc/mysql/second.cnf"), "[mysqld]\n")
			runProgram(t, root, "901", "", "/usr/sbin/mariadbd", "--bind-address=127.0.0.2", "--datadir=/srv/one")
			runProgram(t, root, "902", "", "/usr/sbin/mysqld", "--defaults-file=/etc/mysql/second.cnf", "--bind-address=127.0.0.1")
		}, server: "mysql_host = 127.0.0.2\n", file: first, group: "[mysqld]"},
		{name: "sockets unknown", machine: func(t *testing.T, root string) {
			write(t, filepath.Join(root, "etc/mysql/second.cnf"), "[mysqld]\n")
			runProgram(t, root, "901", "", "/usr/sbin/mariadbd", "--datadir=/srv/one")
			runProgram(t, root, "902", "", "/usr/sbin/mysqld", "--defaults-file=/etc/mysql/second.cnf", "--datadir=/srv/two")
		}, refused: []string{"901", "902", "/srv/one", "/srv/two", "mysql_socket", "--my-cnf"}},
		{name: "a file that both read", machine: func(t *testing.T, root string) {
			runProgram(t, root, "901", "", "/usr/sbin/mariadbd", "--port=3306", "--datadir=/srv/one")
			runProgram(t, root, "902", "", "/usr/sbin/mariadbd", "--port=3307", "--datadir=/srv/two")
		}, server: "mysql_port = 3307\n", refused: []string{"901", "902", "--defaults-group-suffix", "--my-cnf"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			root := installed(t)
			server := filepath.Join(root, "etc/zarafa/server.cfg")
			write(t, server, read(t, server)+tc.server)
			write(t, filepath.Join(root, "run/mysqld/mysqld.sock"), "")
			if err := os.RemoveAll(filepath.Join(root, "var/run")); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../run", filepath.Join(root, "var/run")); err != nil {
				t.Fatal(err)
			}
			tc.machine(t, root)
			args := append([]string{"apply", "--yes", "--root", root, "--database", "mariadb-10.11.6"}, tc.args...)
			status, out, errOut := ztune(t, "", args...)
			if tc.refused != nil {
				for _, want := range tc.refused {
					if status != exitFailed || !strings.Contains(errOut, want) {
						t.Errorf("status %d, no word of %s:\n%s%s", status, want, out, errOut)
					}
				}
				if status, _, _ := ztune(t, "", "check", "--root", root, "--database", "mariadb-10.11.6"); status != exitFailed {
					t.Errorf("check: status %d", status)
				}
				if status, _, errOut := ztune(t, "", "plan", "--root", root, "--database", "mariadb-10.11.6"); status != exitOK || !strings.Contains(errOut, "apply would be refused") {
					t.Errorf("plan: status %d, %s", status, errOut)
				}
				for _, command := range []string{"lint", "probe"} { // neither knows server.cfg
					if status, _, errOut := ztune(t, "", command, "--root", root); status != exitFailed || !strings.Contains(errOut, "901") || !strings.Contains(errOut, "--data-directory") {
						t.Errorf("%s: status %d, %s", command, status, errOut)
					}
				}
			} else if status != exitOK || strings.Contains(errOut, "Warning") {
				t.Errorf("status %d\n%s%s", status, out, errOut)
			}
			for _, file := range []string{first, second} {
				text, err := os.ReadFile(filepath.Join(root, file))
				if written := err == nil; written != (file == tc.file) {
					t.Errorf("%s written: %v", file, written)
				} else if written && !strings.Contains(string(text), "\n"+tc.group+"\n") {
					t.Errorf("%s lacks %s:\n%s", file, tc.group, text)
				}
			}
		})
	}
}

// An administrator who names a file for the options has chosen, even where nothing tells the databases apart.
func TestChosenFile(t *testing.T) {
	root := installed(t)
	runProgram(t, root, "901", "", "/usr/sbin/mariadbd", "--datadir=/var/lib/mysql")
	runProgram(t, root, "902", "", "/usr/sbin/mariadbd", "--defaults-file=/etc/mysql/second.cnf", "--datadir=/srv/second")
	write(t, filepath.Join(root, "etc/mysql/second.cnf"), "[mysqld]\n!include /etc/mysql/second.tuned.cnf\n")
	status, out, errOut := ztune(t, "", "apply", "--yes", "--root", root, "--data-directory", "/srv/second", "--my-cnf", "/etc/mysql/second.tuned.cnf", "--database", "mariadb-10.11.6")
	if status != exitOK || strings.Contains(errOut, "Warning") {
		t.Errorf("status %d\n%s%s", status, out, errOut)
	}
	if _, err := os.Stat(filepath.Join(root, "etc/mysql/conf.d/zz-ztune.cnf")); err == nil {
		t.Error("the first one's fragment was written")
	}
}
