package connection

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/client"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// load reads the settings from text.
func load(t *testing.T, text string) *Settings {
	t.Helper()
	file := filepath.Join(t.TempDir(), "agent.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &Settings{File: "agent.cfg", LookupEnv: func(string) (string, bool) { return "", false }}
	set, err := settings.New([]settings.Section{s.Section()})
	if err == nil {
		err = errors.Join(set.ReadFile(file, settings.Source{}), set.Apply())
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func appendFile(t *testing.T, path string, text []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.Write(text)
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestLogOn(t *testing.T) {
	dir := servertest.Folder(t)
	server, known, other := servertest.NewKey(t, dir, "server"), servertest.NewKey(t, dir, "known"), servertest.NewKey(t, dir, "other")
	authorities := filepath.Join(dir, "authorities.pem")
	for _, k := range []servertest.Key{known, other} {
		text, err := os.ReadFile(k.Pair)
		if err != nil {
			t.Fatal(err)
		}
		appendFile(t, authorities, text)
	}
	i := servertest.Start(t, config.EngineSQLite, "server_listen_tls = 127.0.0.1:0\nserver_ssl_key_file = "+server.Pair+
		"\nserver_ssl_ca_file = "+authorities+"\nsslkeys_path = "+filepath.Dir(known.Public)+"\n")
	https := "server_socket = https://" + i.Config.Sockets.TLS[0].Addr().String() + "/\nssl_ca_file = " + server.Pair + "\n"
	for _, tt := range []struct{ name, lines, want string }{
		{"unix socket", "server_socket = " + i.UnixPath, ""},
		{"known key", https + "sslkey_file = " + known.Pair, ""},
		{"other key", https + "sslkey_file = " + other.Pair, "refuses administration"},
		{"no key", https, "refuses administration"},
		{"tcp", "server_socket = http://" + i.TCPAddr + "/", "refuses administration: use its unix socket as a user named in its local_admin_users"},
		{"nobody there", "server_socket = /nonexistent/socket", "is zarafa-server running, and is the address right (-h, ZARAFA_SOCKET, server_socket in agent.cfg)?"},
		{"no address", "server_socket = mail.example.com", "server_socket in agent.cfg"},
		{"key with a password", https + "sslkey_file = " + known.Pair + "\nsslkey_pass = x", "sslkey_pass: keys with a password"},
		{"key missing", https + "sslkey_file = /nonexistent", "sslkey_file: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			session, err := load(t, tt.lines).LogOn(t.Context(), client.Options{App: "test"})
			if err == nil {
				defer session.Close(context.Background())
			}
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("want %q: %v", tt.want, err)
			}
			if away := tt.name == "nobody there"; Away(err) != away {
				t.Errorf("away: %v, want %v: %v", !away, away, err)
			}
		})
	}
}

func TestEndpoint(t *testing.T) {
	s := load(t, "server_socket = /from/settings")
	if got := s.Endpoint(); got != "file:///from/settings" {
		t.Error(got)
	}
	s.LookupEnv = func(name string) (string, bool) { return "/from/environment", name == "ZARAFA_SOCKET" }
	if got := s.Endpoint(); got != "file:///from/environment" {
		t.Error(got)
	}
	if s.Host = "/from/host"; s.Endpoint() != "file:///from/host" {
		t.Error(s.Endpoint())
	}
}

// A daemon that starts before the server waits for it, with pauses that become longer, and no longer than it is wanted to.
func TestAwait(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "")
	link := filepath.Join(servertest.Folder(t), "socket")
	s := load(t, "server_socket = "+link)
	synctest.Test(t, func(t *testing.T) {
		var pauses []time.Duration
		began := time.Now()
		session, err := s.Await(t.Context(), client.Options{App: "test"}, func(err error, again time.Duration) {
			if !Away(err) {
				t.Error(err)
			}
			if pauses = append(pauses, again); len(pauses) == 8 {
				if err := os.Symlink(i.UnixPath, link); err != nil {
					t.Error(err)
				}
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer session.Close(context.Background())
		want := []time.Duration{1, 2, 4, 8, 16, 32, 60, 60}
		for i := range want {
			if want[i] *= time.Second; pauses[i] != want[i] {
				t.Errorf("pauses %v", pauses)
				break
			}
		}
		if took := time.Since(began); took != 183*time.Second {
			t.Errorf("the pauses took %v", took)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Second)
		defer stop()
		n := 0
		_, err := load(t, "server_socket = /nonexistent").Await(ctx, client.Options{}, func(error, time.Duration) { n++ })
		if !errors.Is(err, context.DeadlineExceeded) || n != 7 {
			t.Errorf("%d attempts, %v", n, err)
		}
	})
}

// What waiting does not change is said at once.
func TestAwaitGivesUp(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "")
	_, err := load(t, "server_socket = http://"+i.TCPAddr+"/").Await(t.Context(), client.Options{}, func(err error, _ time.Duration) {
		t.Errorf("tries again after %v", err)
	})
	if mapi.CodeOf(err) != mapi.LogonFailed {
		t.Error(err)
	}
}
