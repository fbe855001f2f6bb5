// Package dovecot starts Dovecot, another IMAP server, for tests that compare the gateway with it: an oracle. Each server lives in a temporary
// folder with ports of its own on the loopback interface, and ends with its test. Its configuration is that of version 2.3, which Debian 12
// has (packages dovecot-imapd, dovecot-pop3d and dovecot-lmtpd).
package dovecot

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Password is that of all users. Every name is one.
const Password = "secret"

// Server is a Dovecot that runs.
type Server struct {
	IMAP, POP3, LMTP string // addresses, as net.Dial takes them
}

// Start starts a server that ends with the test. Where Dovecot is not installed, or the caller is not root, as whom it has to be started, the
// test is skipped, unless it is run by scripts/judges.sh.
func Start(t testing.TB) *Server {
	t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/dovecot") // not in the path of all users
	}
	if err != nil || os.Getuid() != 0 {
		const needs = "needs Dovecot (apt-get install dovecot-imapd dovecot-pop3d dovecot-lmtpd), and to be run as root"
		if os.Getenv("ZARAFA_JUDGES") != "" {
			t.Fatal(needs)
		}
		t.Skip(needs)
	}
	folder := t.TempDir()
	for _, f := range []string{folder, filepath.Dir(folder)} { // its processes are nobody's
		if err := os.Chmod(f, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := new(Server)
	config := filepath.Join(folder, "dovecot.conf")
	if err := os.WriteFile(config, []byte(s.configuration(t, folder)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(folder, "mail"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(folder, "mail"), 0o777); err != nil { // whatever the umask
		t.Fatal(err)
	}
	run(t, program, config)
	return s
}

// run starts the program and waits until it listens.
func run(t testing.TB, program, config string) {
	t.Helper()
	cmd := exec.Command(program, "-F", "-c", config)
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(log)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		rest, _ := io.ReadAll(lines)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("Dovecot said: %s", rest)
		}
	})
	for said := ""; !strings.Contains(said, "starting up for"); {
		line, err := lines.ReadString('\n')
		if said += line; err != nil {
			t.Fatalf("Dovecot did not start: %s", said)
		}
	}
}

// configuration gives what dovecot.conf is to have, and sets the addresses.
func (s *Server) configuration(t testing.TB, folder string) string {
	t.Helper()
	port := func(address *string) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		*address = l.Addr().String()
		return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
	}
	return strings.NewReplacer(
		"FOLDER", folder, "PASSWORD", Password, "IMAP_PORT", port(&s.IMAP), "POP3_PORT", port(&s.POP3), "LMTP_PORT", port(&s.LMTP),
	).Replace(configuration)
}

// configuration: processes that share nothing with an installed server, and no users but nobody. Who fails to log on does not wait.
const configuration = `
protocols = imap pop3 lmtp
base_dir = FOLDER/run
state_dir = FOLDER/state
log_path = /dev/stderr
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = nobody
default_internal_group = nogroup
default_login_user = nobody
first_valid_uid = 1
first_valid_gid = 1
mail_location = mdbox:FOLDER/mail/%u
postmaster_address = postmaster@localhost
namespace inbox {
  inbox = yes
  separator = /
}
passdb {
  driver = static
  args = password=PASSWORD
}
userdb {
  driver = static
  args = uid=nobody gid=nogroup home=FOLDER/mail/%u
}
auth_failure_delay = 0
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = IMAP_PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = POP3_PORT
  }
  inet_listener pop3s {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = LMTP_PORT
  }
}
`
