package pam

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/auth/pam/libpam"
)

// helperMark is the argument that makes the test's program the helper.
const helperMark = "-zarafa-pam-helper"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == helperMark {
		os.Exit(Help(os.Stdin, os.Stderr, libpam.Authenticate))
	}
	os.Exit(m.Run())
}

// service makes a checker with a PAM service of the test's own.
func service(t *testing.T, rules ...string) *Checker {
	t.Helper()
	if _, err := os.Stat("/etc/pam.d"); err != nil {
		t.Skip("there is no PAM on this system")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "zarafa"), []byte(strings.Join(rules, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return newChecker("zarafa", dir, os.Args[0], helperMark)
}

const allow, deny = "required pam_permit.so", "required pam_deny.so"

// TestRules shows that both the password and the account must be right, against the system's libpam.
func TestRules(t *testing.T) {
	debug := func(kind, word string) string {
		return kind + " required pam_debug.so " + kindOption(kind) + "=" + word
	}
	for name, tt := range map[string]struct {
		rules []string
		want  mapi.Code
	}{
		"both":                {[]string{"auth " + allow, "account " + allow}, mapi.OK},
		"wrong password":      {[]string{"auth " + deny, "account " + allow}, mapi.LogonFailed},
		"account refused":     {[]string{"auth " + allow, "account " + deny}, mapi.LogonFailed},
		"account expired":     {[]string{"auth " + allow, debug("account", "acct_expired")}, mapi.LogonFailed},
		"password expired":    {[]string{"auth " + allow, debug("account", "new_authtok_reqd")}, mapi.LogonFailed},
		"permission denied":   {[]string{"auth " + allow, debug("account", "perm_denied")}, mapi.LogonFailed},
		"unknown user":        {[]string{debug("auth", "user_unknown"), "account " + allow}, mapi.LogonFailed},
		"too many tries":      {[]string{debug("auth", "maxtries"), "account " + allow}, mapi.LogonFailed},
		"cannot find out":     {[]string{debug("auth", "authinfo_unavail"), "account " + allow}, mapi.CallFailed},
		"module is missing":   {[]string{"auth required pam_of_nobody.so", "account " + allow}, mapi.CallFailed},
		"no rules":            {nil, mapi.LogonFailed},
		"no account rules":    {[]string{"auth " + allow}, mapi.LogonFailed},
		"service of nonsense": {[]string{"nonsense"}, mapi.LogonFailed},
	} {
		t.Run(name, func(t *testing.T) {
			err := service(t, tt.rules...).Check(t.Context(), "nobody", "secret")
			if got := mapi.CodeOf(err); got != tt.want {
				t.Errorf("%v (%v), want %v", got, err, tt.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error has the password: %v", err)
			}
		})
	}
}

// kindOption is the option of pam_debug.so for a kind of rule.
func kindOption(kind string) string {
	if kind == "account" {
		return "acct"
	}
	return kind
}

// TestPassword shows that PAM gets the password: pam_exec gives it to a program.
func TestPassword(t *testing.T) {
	script := filepath.Join(t.TempDir(), "check")
	if err := os.WriteFile(script, []byte("#!/bin/sh\nIFS= read -r p; [ \"$PAM_USER:$p\" = 'alice:pass word' ]\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	c := service(t, "auth required pam_exec.so expose_authtok quiet "+script, "account "+allow)
	for _, tt := range []struct {
		user, password string
		ok             bool
	}{
		{"alice", "pass word", true}, {"alice", "pass", false}, {"bob", "pass word", false}, {"alice", "", false}, {"", "pass word", false},
		{"alice", "pass word\x00", false}, {"alice\x00", "pass word", false}, {"alice", strings.Repeat("x", 100000), false},
	} {
		if err := c.Check(t.Context(), tt.user, tt.password); (err == nil) != tt.ok {
			t.Errorf("%q with %.20q: %v", tt.user, tt.password, err)
		}
	}
}

// TestSystemAccounts checks accounts of the system's own kind with pam_unix, in a namespace with lists of their own.
func TestSystemAccounts(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can have other lists of accounts than the system's")
	}
	dir := t.TempDir()
	const secret = "$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG."
	today := time.Now().Unix() / 86400
	accounts := map[string]struct {
		shadow string
		want   int
	}{
		"fine":    {fmt.Sprintf("%s:%d:0:99999:7:::", secret, today), exitAllowed},
		"locked":  {fmt.Sprintf("!%s:%d:0:99999:7:::", secret, today), exitRefused},
		"expired": {fmt.Sprintf("%s:%d:0:99999:7::%d:", secret, today, today-1), exitRefused},
		"stale":   {fmt.Sprintf("%s:%d:0:30:7:::", secret, today-31), exitRefused},
		"dead":    {fmt.Sprintf("%s:%d:0:30:7:5::", secret, today-60), exitRefused},
		"changes": {secret + ":0:0:99999:7:::", exitRefused},
		"empty":   {fmt.Sprintf(":%d:0:99999:7:::", today), exitRefused},
	}
	passwd, shadow := "root:x:0:0::/:/bin/sh\n", "root:*:1::::::\n"
	for name, a := range accounts {
		passwd += name + ":x:4711:4711::/:/bin/sh\n"
		shadow += name + ":" + a.shadow + "\n"
	}
	for name, text := range map[string]string{"passwd": passwd, "shadow": shadow, "zarafa": "auth required pam_unix.so nodelay\naccount required pam_unix.so\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(dir, "passwd"), 0o644); err != nil {
		t.Fatal(err)
	}
	const script = `mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/shadow" /etc/shadow && exec "$2" "$3"`
	run := func(user, password string) (int, string) {
		q, err := question{"zarafa", dir, user, password}.encode()
		if err != nil {
			t.Fatal(err)
		}
		var stderr bytes.Buffer
		cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "/bin/sh", "-c", script, "sh", dir, os.Args[0], helperMark)
		cmd.Stdin, cmd.Stderr = strings.NewReader(q), &stderr
		var ended *exec.ExitError
		if err := cmd.Run(); errors.As(err, &ended) {
			return ended.ExitCode(), stderr.String()
		} else if err != nil {
			t.Skip("there are no namespaces for mounts here: ", err)
		}
		return 0, stderr.String()
	}
	if code, said := run("nobody at all", "secret"); code != exitRefused {
		t.Skipf("there are no namespaces for mounts here: %d %s", code, said)
	}
	for name, a := range accounts {
		if code, said := run(name, "secret"); code != a.want {
			t.Errorf("%s: %d (%s), want %d", name, code, said, a.want)
		}
		if code, said := run(name, "wrong"); code != exitRefused {
			t.Errorf("%s with a wrong password: %d (%s)", name, code, said)
		}
	}
}

func TestHelperProcess(t *testing.T) {
	for text, want := range map[string]int{
		"":                         exitFailed,
		"service\x00\x00user":      exitFailed,
		strings.Repeat("x", 1<<20): exitFailed,
		"s\x00\x00u\x00p\x00":      exitAllowed,
		"s\x00\x00u\x00P\x00":      exitRefused,
		"s\x00\x00v\x00p\x00":      exitFailed,
	} {
		got := Help(strings.NewReader(text), new(bytes.Buffer), func(_, _, user, password string) error {
			if user != "u" {
				return errors.New("cannot find out")
			}
			if password != "p" {
				return &libpam.Error{Step: "test", Code: 7}
			}
			return nil
		})
		if got != want {
			t.Errorf("%.30q: %d, want %d", text, got, want)
		}
	}
}

func TestMissingHelper(t *testing.T) {
	if _, err := New("passwd"); err == nil || !strings.Contains(err.Error(), Program) {
		t.Errorf("without the helper: %v", err)
	}
	for _, name := range []string{"", "../passwd", "a/b"} {
		if _, err := New(name); err == nil || !strings.Contains(err.Error(), "pam_service") {
			t.Errorf("service %q: %v", name, err)
		}
	}
	if err := newChecker("zarafa", "", "/nonexistent").Check(t.Context(), "alice", "secret"); err == nil || mapi.CodeOf(err) == mapi.LogonFailed {
		t.Errorf("a helper that does not start: %v", err)
	}
}

func FuzzQuestion(f *testing.F) {
	f.Add("s", "/etc", "user", "password")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		q := question{a, b, c, d}
		text, err := q.encode()
		if err != nil {
			return
		}
		if got, err := readQuestion(strings.NewReader(text)); err != nil || got != q {
			t.Errorf("%q: %q, %v", q, got, err)
		}
	})
}
