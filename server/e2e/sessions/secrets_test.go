package sessions_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// TestPasswordsStaySecret creates a user, logs on rightly and wrongly, and looks for the passwords in everything the server has
// written: its log, with all debug output, and its files.
func TestPasswordsStaySecret(t *testing.T) {
	const right, wrong = "Xq7-correct-horse", "Xq7-wrong-horse"
	dir := servertest.Folder(t)
	log := new(e2e.LogBuffer)
	instance := servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir),
		servertest.WithLog(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug - 100}))))
	admin := e2e.LogOn(t, instance.Endpoint(), "SYSTEM")
	_, _, err := admin.CreateUser(t.Context(), client.User{
		Name: "alice", Password: right, FullName: "Alice", Email: "alice@example.com", Class: mapi.ClassActiveUser,
	})
	if err != nil {
		t.Fatal(err)
	}
	var sessions []string
	for password, want := range map[string]mapi.Code{right: mapi.OK, wrong: mapi.LogonFailed} {
		s, err := client.LogOn(t.Context(), client.Options{Endpoint: "http://" + instance.TCPAddr + "/", User: "alice", Password: password})
		if mapi.CodeOf(err) != want {
			t.Fatalf("log-on: %v, want %v", err, want)
		}
		if err == nil {
			sessions = append(sessions, strconv.FormatUint(s.ID(), 10))
			s.Close(t.Context())
		}
	}
	sessions = append(sessions, strconv.FormatUint(admin.ID(), 10))
	admin.Close(t.Context())
	if err := instance.Stop(); err != nil {
		t.Fatal(err)
	}
	look := func(where string, content []byte) {
		t.Helper()
		for _, secret := range append([]string{right, wrong}, sessions...) {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("a password or the id of a session stands in %s", where)
			}
		}
	}
	if log.B.Len() == 0 {
		t.Error("nothing was logged, so there was nothing to look at")
	}
	look("the log", log.B.Bytes())
	files, err := filepath.Glob(filepath.Join(dir, "zarafa.db*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		look(filepath.Base(name), content)
	}
}
