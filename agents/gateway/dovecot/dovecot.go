// Package dovecot starts Dovecot, another IMAP server, for tests and measurements that compare the gateway with it: an oracle. Each server lives in a
// folder of its own with ports of its own on the loopback interface, and ends with its test. Its configuration is that of version 2.3, which Debian 12
// has (packages dovecot-imapd, dovecot-pop3d and dovecot-lmtpd).
package dovecot

import (
	"bufio"
	"errors"
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

	cmd  *exec.Cmd
	said strings.Builder // written by a goroutine of its own until done
	done chan struct{}
}

// Start starts a server that ends with the test. Where Dovecot is not installed, or the caller is not root, as whom it has to be started, the
// test is skipped, unless it is run by scripts/judges.sh.
func Start(t testing.TB) *Server {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(filepath.Dir(folder), 0o755); err != nil { // its processes are nobody's
		t.Fatal(err)
	}
	s, err := Launch(folder)
	if errors.Is(err, ErrMissing) && os.Getenv("ZARAFA_JUDGES") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if said := s.Stop(); t.Failed() {
			t.Logf("Dovecot said: %s", said)
		}
	})
	return s
}

// ErrMissing says that no server can be started here.
var ErrMissing = errors.New("needs Dovecot (apt-get install dovecot-imapd dovecot-pop3d dovecot-lmtpd), and to be run as root")

// Launch starts a server with its data in a folder, which must be empty; all users must be able to get there. Who gets it stops it.
func Launch(folder string) (*Server, error) {
	program, err := exec.LookPath("dovecot")
	if err != nil {
		program, err = exec.LookPath("/usr/sbin/dovecot") // not in the path of all users
	}
	if err != nil || os.Getuid() != 0 {
		return nil, ErrMissing
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		return nil, err
	}
	s := new(Server)
	text, err := s.configuration(folder)
	if err != nil {
		return nil, err
	}
	config, mail := filepath.Join(folder, "dovecot.conf"), filepath.Join(folder, "mail")
	if err := os.WriteFile(config, []byte(text), 0o644); err != nil {
		return nil, err
	}
	if err := os.Mkdir(mail, 0o777); err != nil {
		return nil, err
	}
	if err := os.Chmod(mail, 0o777); err != nil { // whatever the umask
		return nil, err
	}
	return s, s.run(program, config)
}

// run starts the program and waits until it listens.
func (s *Server) run(program, config string) error {
	s.cmd = exec.Command(program, "-F", "-c", config)
	log, err := s.cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewReader(log)
	for said := ""; !strings.Contains(said, "starting up for"); {
		line, err := lines.ReadString('\n')
		if said += line; err != nil {
			_ = s.cmd.Wait()
			return fmt.Errorf("starting Dovecot: it said %s", said)
		}
	}
	// Its processes would wait for whoever reads what they say.
	s.done = make(chan struct{})
	go func() {
		defer close(s.done)
		_, _ = io.Copy(&s.said, lines)
	}()
	return nil
}

// Process is the number of its main process.
func (s *Server) Process() int { return s.cmd.Process.Pid }

// Stop ends the server, and gives what it has said since it started.
func (s *Server) Stop() string {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	<-s.done
	_ = s.cmd.Wait()
	return s.said.String()
}

// configuration gives what dovecot.conf is to have, and sets the addresses.
func (s *Server) configuration(folder string) (string, error) {
	replaced := []string{"FOLDER", folder, "PASSWORD", Password}
	for name, address := range map[string]*string{"IMAP_PORT": &s.IMAP, "POP3_PORT": &s.POP3, "LMTP_PORT": &s.LMTP} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", err
		}
		defer l.Close() // at the end, so that each gets a port of its own
		*address = l.Addr().String()
		replaced = append(replaced, name, fmt.Sprint(l.Addr().(*net.TCPAddr).Port))
	}
	return strings.NewReplacer(replaced...).Replace(configuration), nil
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
