package validate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/render"
	"zarafa/tuning/rules"
)

const program = "/usr/sbin/mariadbd"

// installedVersion returns the installed server's version.
func installedVersion(t *testing.T) dbms.Version {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), program, "--version").Output()
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("mariadbd is not installed; apt-get install mariadb-server")
	}
	if err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(string(out), "Ver ")
	v, err := dbms.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func planFor(v dbms.Version, memory int64, medium string, role rules.Role) rules.Plan {
	fact := facts.Fact[int64]{Value: memory, Source: "test", Confidence: facts.Certain}
	var m facts.Machine
	m.Memory.Total, m.Memory.Usable, m.Memory.Server.Usable, m.Memory.Database.Usable = fact, fact, fact, fact
	m.Storage.Stack = &facts.Layer{Kind: facts.KindFilesystem, Name: "ext4", Filesystem: &facts.Filesystem{Type: "ext4"}}
	return rules.Make(m, rules.Wishes{Role: role, Users: 20, Version: &v, Medium: medium})
}

func TestOptions(t *testing.T) {
	v := installedVersion(t)
	for _, tt := range []struct {
		content string
		refused bool
	}{
		{"[mysqld]\ninnodb_buffer_pool_size = 64M\n", false},
		{"[mysqld]\nloose_unheard_of = 1\n", false},
		{"[mysqld]\nunheard_of = 1\n", true},
		{"[mysqld]\ninnodb_buffer_pool_size = abc\n", true},
		{"[mariadb-" + v.Series() + "]\nunheard_of = 1\n", true},
		{"[mysqld-5.5]\nunheard_of = 1\n", false},
	} {
		err := Options(t.Context(), program, v, "", tt.content)
		var refused *Refused
		if errors.As(err, &refused) != tt.refused || !tt.refused && err != nil {
			t.Errorf("%q: %v", tt.content, err)
		}
	}
}

// No plan may be refused, whatever the machine.
func TestPlansAreAccepted(t *testing.T) {
	v := installedVersion(t)
	for _, role := range []rules.Role{rules.Both, rules.DB} {
		for _, memory := range []int64{512 << 20, 1 << 30, 7 << 30, 64 << 30, 4 << 40} {
			for _, medium := range []string{facts.MediumRotating, facts.MediumNVMe} {
				text := render.OptionFile(planFor(v, memory, medium, role))
				if err := Options(t.Context(), program, v, "", text); err != nil {
					t.Errorf("%s, %s, %s: %v\n%s", facts.Size(memory), medium, role, err, text)
				}
			}
		}
	}
}

// The server must start with the file, and have the values that were planned. The
// plans follow each other on one database, as on a machine that gets more memory.
func TestServerStarts(t *testing.T) {
	v := installedVersion(t)
	dir, err := os.MkdirTemp("/tmp", "ztune-") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	owner := giveToDatabaseUser(t, dir)
	install := exec.CommandContext(t.Context(), "mariadb-install-db", "--no-defaults", "--user="+owner, "--datadir="+filepath.Join(dir, "data"),
		"--auth-root-authentication-method=normal", "--skip-test-db")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}
	for _, memory := range []int64{512 << 20, 1 << 30, 3 << 30} {
		t.Run(strings.ReplaceAll(facts.Size(memory), " ", ""), func(t *testing.T) {
			startWith(t, dir, owner, planFor(v, memory, facts.MediumSSD, rules.Both))
		})
	}
}

func startWith(t *testing.T, dir, owner string, p rules.Plan) {
	data := filepath.Join(dir, "data")
	config := filepath.Join(dir, "my.cnf")
	if err := os.WriteFile(config, []byte(render.OptionFile(p)), 0o644); err != nil {
		t.Fatal(err)
	}
	socket := filepath.Join(dir, "s")
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	server := exec.CommandContext(ctx, program, "--defaults-file="+config, "--user="+owner, "--datadir="+data, "--socket="+socket,
		"--pid-file="+filepath.Join(dir, "pid"), "--skip-networking")
	var log bytes.Buffer
	server.Stdout, server.Stderr = &log, &log
	server.Cancel = func() error { return server.Process.Signal(syscall.SIGTERM) }
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	values := variables(t, ctx, socket, ended, &log)
	for _, key := range []string{"innodb_buffer_pool_size", "innodb_log_file_size", "query_cache_size", "max_allowed_packet"} {
		set, ok := p.Find(key)
		if !ok || values[key] != strconv.FormatInt(set.Bytes, 10) {
			t.Errorf("%s is %s, planned %s", key, values[key], set.Value)
		}
	}
	for _, key := range []string{"max_connections", "innodb_io_capacity", "innodb_flush_method", "innodb_flush_neighbors"} {
		if set, ok := p.Find(key); !ok || values[key] != set.Value {
			t.Errorf("%s is %s, planned %s", key, values[key], set.Value)
		}
	}
	stop()
	<-ended
}

// giveToDatabaseUser returns who the server runs as, which must not be root.
func giveToDatabaseUser(t *testing.T, dir string) string {
	t.Helper()
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	if me.Uid != "0" {
		return me.Username
	}
	owner, err := user.Lookup("mysql")
	if err != nil {
		t.Skip("there is no user mysql to run the server as")
	}
	uid, err1 := strconv.Atoi(owner.Uid)
	gid, err2 := strconv.Atoi(owner.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		t.Fatal(err)
	}
	return owner.Username
}

// variables asks the server for its variables as soon as it answers. The client
// itself waits for nothing, so it is asked again until the server ends.
func variables(t *testing.T, ctx context.Context, socket string, ended <-chan error, log fmt.Stringer) map[string]string {
	t.Helper()
	for {
		out, err := exec.CommandContext(ctx, "mariadb", "--no-defaults", "--user=root", "--socket="+socket, "--batch", "--skip-column-names", "--execute=SHOW GLOBAL VARIABLES").Output()
		if err == nil {
			values := make(map[string]string)
			for line := range strings.Lines(string(out)) {
				if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
					values[name] = value
				}
			}
			return values
		}
		select {
		case err := <-ended:
			t.Fatalf("the server did not start: %v\n%s", err, log)
		default:
		}
	}
}

// MySQL has a mode of its own for validation. The program here stands for a server
// that is not installed: it looks at what it is asked.
func TestOptionsOfMySQL(t *testing.T) {
	dir := t.TempDir()
	server := filepath.Join(dir, "mysqld")
	script := "#!/bin/sh\ncase \"$*\" in *--validate-config*) ;; *) echo '[ERROR] no --validate-config' >&2; exit 1 ;; esac\n" +
		"file=${1#--defaults-file=}\ngrep -q query_cache_size \"$file\" || exit 0\n" +
		"echo \"2026-01-01T00:00:00Z 0 [ERROR] [MY-000067] [Server] unknown variable 'query_cache_size=4M'.\" >&2\nexit 1\n"
	if err := os.WriteFile(server, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	v := dbms.Version{Flavour: dbms.MySQL, Major: 8, Minor: 4, Patch: 3}
	if err := Options(t.Context(), server, v, "", render.OptionFile(planFor(v, 8<<30, facts.MediumSSD, rules.Both))); err != nil {
		t.Errorf("a plan: %v", err)
	}
	var refused *Refused
	err := Options(t.Context(), server, v, "", "[mysqld]\nquery_cache_size = 4M\n")
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "query_cache_size") {
		t.Errorf("an option that is gone: %v", err)
	}
}
