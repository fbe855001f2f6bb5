package kerberos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
	"github.com/jcmturner/gokrb5/v8/spnego"

	"zarafa/server/auth/kerberos/kerberostest"
)

// service is the principal of the server that the tests know.
const service = "kopano/mail.example.com"

// kdc is MIT's key distribution centre, private to a test.
type kdc struct {
	dir  string
	conf string
	env  []string
}

// startKDC runs a KDC with the users and services that are given as principals.
func startKDC(t *testing.T, users, services []string) *kdc {
	t.Helper()
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/usr/local/sbin")
	for _, program := range []string{"krb5kdc", "kdb5_util", "kadmin.local"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("needs a KDC, of Debian's packages krb5-kdc and krb5-admin-server: %v", err)
		}
	}
	k := &kdc{dir: t.TempDir()}
	port := freePort(t)
	k.conf = fmt.Sprintf("[libdefaults]\n default_realm = %s\n dns_lookup_kdc = false\n udp_preference_limit = 1\n[realms]\n %s = {\n  kdc = 127.0.0.1:%d\n }\n", kerberostest.Realm, kerberostest.Realm, port)
	k.write(t, "krb5.conf", k.conf)
	k.write(t, "kdc.conf", fmt.Sprintf("[kdcdefaults]\n kdc_listen = 127.0.0.1:%d\n kdc_tcp_listen = 127.0.0.1:%d\n[realms]\n %s = {\n  database_name = %s/principal\n  key_stash_file = %s/stash\n }\n[logging]\n kdc = FILE:%s/log\n",
		port, port, kerberostest.Realm, k.dir, k.dir, k.dir))
	k.env = append(os.Environ(), "KRB5_CONFIG="+k.path("krb5.conf"), "KRB5_KDC_PROFILE="+k.path("kdc.conf"))
	k.run(t, "kdb5_util", "-r", kerberostest.Realm, "create", "-s", "-P", "master")
	for _, name := range users {
		k.run(t, "kadmin.local", "-r", kerberostest.Realm, "-q", "addprinc -pw secret "+name)
	}
	for _, name := range services {
		k.run(t, "kadmin.local", "-r", kerberostest.Realm, "-q", "addprinc -randkey "+name)
		k.run(t, "kadmin.local", "-r", kerberostest.Realm, "-q", "ktadd -k "+k.path("keytab")+" "+name)
	}
	daemon := exec.Command("krb5kdc", "-n", "-r", kerberostest.Realm, "-P", k.path("pid"))
	daemon.Env = k.env
	daemon.Stdout, daemon.Stderr = t.Output(), t.Output()
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		daemon.Process.Kill()
		daemon.Wait()
	})
	for deadline := time.Now().Add(10 * time.Second); ; {
		c, err := net.Dial("tcp", fmt.Sprint("127.0.0.1:", port))
		if err == nil {
			c.Close()
			return k
		}
		if time.Now().After(deadline) {
			t.Fatalf("the KDC does not get ready: %v", err)
		}
	}
}

func (k *kdc) path(name string) string { return filepath.Join(k.dir, name) }

func (k *kdc) write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(k.path(name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (k *kdc) run(t *testing.T, program string, args ...string) {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env = k.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// TestWithKDC has users of a real KDC get tickets and log on with them.
func TestWithKDC(t *testing.T) {

	k := startKDC(t, []string{"alice", "bob/admin"}, []string{service})
	a, err := Open(k.path("keytab"), "mail.example.com")
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.NewFromString(k.conf)
	if err != nil {
		t.Fatal(err)
	}
	for user, want := range map[string]string{"alice": "alice", "bob/admin": ""} {
		c := client.NewWithPassword(user, kerberostest.Realm, "secret", cfg, client.DisablePAFXFAST(true))
		if err := c.Login(); err != nil {
			t.Fatal(err)
		}
		defer c.Destroy()
		for range 2 { // one ticket, two authenticators
			token, err := spnego.SPNEGOClient(c, service).InitSecContext()
			if err != nil {
				t.Fatal(err)
			}
			b, err := token.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := a.Accept(b); (err == nil) != (want != "") || got.User != want {
				t.Errorf("%s: %+v, %v", user, got, err)
			}
			if _, err := a.Accept(b); err == nil {
				t.Errorf("%s: the token is taken twice", user)
			}
		}
	}
}

// TestPasswords has the KDC check passwords: right and wrong ones, of locked and of expired accounts, and has a KDC do so that knows
// everything but the server's key.
func TestPasswords(t *testing.T) {
	k := startKDC(t, []string{"alice", "locked", "expired", "root/admin"}, []string{service})
	k.run(t, "kadmin.local", "-r", kerberostest.Realm, "-q", "modprinc -allow_tix locked")
	k.run(t, "kadmin.local", "-r", kerberostest.Realm, "-q", "modprinc -expire 2001-01-01 expired")
	a, err := Open(k.path("keytab"), "")
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPasswords(a, k.path("krb5.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		user, password string
		ok             bool
	}{
		{"alice", "secret", true}, {"alice", "Secret", false}, {"alice", "", false}, {"", "secret", false}, {"nobody", "secret", false},
		{"locked", "secret", false}, {"expired", "secret", false}, {"root/admin", "secret", false}, {"alice@EXAMPLE.COM", "secret", false},
	} {
		if err := p.Check(t.Context(), tt.user, tt.password); (err == nil) != tt.ok {
			t.Errorf("%q with %q: %v", tt.user, tt.password, err)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 2 * maxChecks { // neither answers nor keeps its place
		if err := p.Check(gone, "alice", "secret"); err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("for a client that has gone: %v", err)
		}
	}
	if err := p.Check(t.Context(), "alice", "secret"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	other, err := newAcceptor(kerberostest.NewKeytab(t, service, "another key"), "", time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = NewPasswords(other, k.path("krb5.conf")); err != nil {
		t.Fatal(err)
	}
	if err := p.Check(t.Context(), "alice", "secret"); err == nil {
		t.Error("a KDC that does not know our key is believed")
	}
	if _, err := NewPasswords(a, k.path("missing")); err == nil {
		t.Error("a missing krb5.conf is accepted")
	}
}
