package migrate_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/agents/migrate"
	"zarafa/agents/migrate/sampletest"
	"zarafa/client"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// installation is an old server's settings and attachments in files, and the new server's settings.
type installation struct {
	*testing.T
	from, to, attachments string
	dir, lines            string
}

func install(t *testing.T, sample string) *installation {
	t.Helper()
	s := sampletest.Open(t, sample)
	dir := servertest.Folder(t)
	i := &installation{T: t, from: filepath.Join(dir, "old.cfg"), to: filepath.Join(dir, "new.cfg"), attachments: filepath.Join(dir, "attachments"), dir: dir}
	if s.Attachments != nil {
		if err := os.CopyFS(i.attachments, s.Attachments); err != nil {
			t.Fatal(err)
		}
	}
	i.write(i.from, fmt.Sprintf("server_listen = *:236\nlog_level = 4\nmysql_socket = %s\nmysql_host = %s\nmysql_port = %d\nmysql_user = %s\nmysql_password =\nmysql_database = %s\nattachment_path = %s\nuser_plugin = db\n",
		s.Config.Socket, s.Config.Host, max(s.Config.Port, 1), s.Config.User, s.Config.Database, i.attachments))
	i.lines = servertest.Settings(t, config.EngineSQLite, dir)
	i.write(i.to, i.lines+"server_listen = *:236\n")
	return i
}

func (i *installation) write(path, text string) {
	i.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		i.Fatal(err)
	}
}

// run runs zarafa-migrate and wants an exit status, and texts in what it writes.
func (i *installation) run(status int, texts []string, args ...string) {
	i.Helper()
	var out bytes.Buffer
	args = append(args, "--from", i.from, "--to", i.to)
	if got := migrate.Run(i.Context(), "1", args, &out, &out); got != status {
		i.Errorf("zarafa-migrate %v: status %d, want %d\n%s", args, got, status, out.String())
	}
	for _, text := range texts {
		if !strings.Contains(out.String(), text) {
			i.Errorf("zarafa-migrate %v does not say %q:\n%s", args, text, out.String())
		}
	}
}

// TestMove: a move as an administrator makes it, from two settings files.
func TestMove(t *testing.T) {
	t.Parallel()
	i := install(t, sampletest.Files)
	i.run(0, []string{"messages", "561"}, "adopt", "--dry-run")
	if _, err := os.Stat(filepath.Join(i.dir, "zarafa.db")); !os.IsNotExist(err) {
		t.Errorf("--dry-run has made a database: %v", err)
	}
	i.run(0, []string{"messages", "561"}, "adopt", "--while-serving")
	i.run(0, []string{"folders compared by sums"}, "adopt")
	i.run(0, []string{"objects compared in everything                  783"}, "verify")
	i.run(1, []string{"empty database"}, "adopt")
	server := servertest.StartIn(t, i.dir, i.lines)
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: server.Endpoint(), User: "anna", Password: "Appel-7taart", NoUnixAuth: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Close(t.Context())
}

// TestLosses: what cannot be taken is said, and the rest is taken.
func TestLosses(t *testing.T) {
	t.Parallel()
	i := install(t, sampletest.Files)
	removed := 0
	err := filepath.WalkDir(i.attachments, func(path string, e os.DirEntry, err error) error {
		if err == nil && e.Name() == "content" && removed == 0 {
			removed++
			return os.Remove(path)
		}
		return err
	})
	if err != nil || removed == 0 {
		t.Fatalf("no attachment was removed: %v", err)
	}
	losses := filepath.Join(i.dir, "losses")
	i.run(3, []string{"its bytes are not there", "messages", "561"}, "adopt", "--dry-run", "--losses", losses)
	i.run(3, []string{"its bytes are not there", "messages", "561"}, "adopt")
	text, err := os.ReadFile(losses)
	if err != nil || strings.Count(string(text), "\n") != 1 {
		t.Errorf("the file of losses has %q, %v; want a line", text, err)
	}
	i.run(0, nil, "verify")
}

// TestRefusals: what cannot be done is refused with the setting and the next step.
func TestRefusals(t *testing.T) {
	t.Parallel()
	i := install(t, sampletest.Files)
	old, err := os.ReadFile(i.from)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ more, want string }{
		"S3":                      {"attachment_storage = s3\n", "attachment_storage"},
		"a storage that is none":  {"attachment_storage = tape\n", "attachment_storage"},
		"attachments not here":    {"attachment_path = /nowhere\n", "--attachments"},
		"a database that is none": {"mysql_database = mysql_no_such\n", "mysql_database"},
	} {
		t.Log(what)
		i.write(i.from, string(old)+c.more)
		i.run(1, []string{c.want}, "adopt", "--dry-run")
	}
	i.write(i.from, string(old))
	i.write(i.from, string(old)+"user_plugin = ldap\n")
	i.run(1, []string{"user_plugin is ldap", "it must be the same"}, "adopt")
	i.write(i.from, string(old))
	for _, command := range []string{"merge", "import", "config"} {
		var out bytes.Buffer
		if status := migrate.Run(t.Context(), "1", []string{command}, &out, &out); status != 2 || !strings.Contains(out.String(), "cannot do that yet") {
			t.Errorf("%s: status %d, %s", command, status, out.String())
		}
	}
	var out bytes.Buffer
	if status := migrate.Run(t.Context(), "1", []string{"adopt"}, &out, &out); status != 2 || !strings.Contains(out.String(), "--from") {
		t.Errorf("without --from: status %d, %s", status, out.String())
	}
}
