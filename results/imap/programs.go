package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"zarafa/agents/gateway/dovecot"
)

// system is a mail system that is measured.
type system interface {
	name() string
	imap() string // addresses
	lmtp() string
	pids() []int
	// forget has the system forget what it keeps in memory or has worked out of mails, for measurements of what is done for the first time.
	forget(ctx context.Context) error
}

// gateway is our server with gateway and delivery agent, on SQLite.
type gateway struct {
	programs, dir string
	port          int
	server, front *exec.Cmd
	agent         *exec.Cmd
}

const serverSettings = `database_engine = sqlite
sqlite_path = %[1]s/zarafa.db
index_path = %[1]s/search
server_listen = *%%lo:%[2]d
server_pipe_name = %[1]s/server.sock
status_listen = 127.0.0.1:%[3]d
local_admin_users = root %[4]d
disabled_features =
createuser_script =
log_file = %[1]s/server.log
log_level = 3
`

const gatewaySettings = `server_socket = file://%[1]s/server.sock
imap_listen = *%%lo:%[2]d
imaps_listen = *%%lo:%[3]d
pop3_listen =
max_connections_per_user = 0
ssl_private_key_file = %[1]s/key.pem
ssl_certificate_file = %[1]s/cert.pem
status_listen = 127.0.0.1:%[4]d
log_method = file
log_file = %[1]s/gateway.log
log_level = 2
`

const agentSettings = `server_socket = file://%[1]s/server.sock
lmtp_listen = *%%lo:%[2]d
log_method = file
log_file = %[1]s/dagent.log
`

func (g *gateway) name() string  { return "zarafa" }
func (g *gateway) imap() string  { return fmt.Sprintf("127.0.0.1:%d", g.port+2) }
func (g *gateway) imaps() string { return fmt.Sprintf("127.0.0.1:%d", g.port+3) }
func (g *gateway) lmtp() string  { return fmt.Sprintf("127.0.0.1:%d", g.port+5) }
func (g *gateway) pids() []int {
	return []int{g.front.Process.Pid, g.server.Process.Pid}
}

func (g *gateway) start(ctx context.Context) (err error) {
	if g.programs, err = filepath.Abs(g.programs); err != nil {
		return err
	}
	if err := os.MkdirAll(g.dir, 0o700); err != nil {
		return err
	}
	if err := certificate(g.dir); err != nil {
		return err
	}
	if err := g.startServer(ctx); err != nil {
		return err
	}
	if err := g.createUser(ctx, user); err != nil {
		return err
	}
	if g.agent, err = g.run(ctx, "zarafa-dagent", fmt.Sprintf(agentSettings, g.dir, g.port+5), "-l"); err != nil {
		return err
	}
	return g.startGateway(ctx)
}

func (g *gateway) startServer(ctx context.Context) (err error) {
	if g.server, err = g.run(ctx, "zarafa-server", fmt.Sprintf(serverSettings, g.dir, g.port, g.port+1, os.Getuid())); err != nil {
		return err
	}
	return answers(ctx, fmt.Sprintf("127.0.0.1:%d", g.port+1), fmt.Sprintf("127.0.0.1:%d", g.port))
}

func (g *gateway) startGateway(ctx context.Context) (err error) {
	if g.front, err = g.run(ctx, "zarafa-gateway", fmt.Sprintf(gatewaySettings, g.dir, g.port+2, g.port+3, g.port+4)); err != nil {
		return err
	}
	if err := answers(ctx, g.imap()); err != nil {
		return err
	}
	for range 100 { // until it has found the server
		c, err := dial(g.imap(), nil)
		if err != nil {
			return err
		}
		_, err = c.command("LOGIN " + user + " " + dovecot.Password)
		c.close()
		if err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return errors.New("nobody can log on at the gateway")
}

func (g *gateway) createUser(ctx context.Context, name string) error {
	for _, args := range [][]string{{"-c", name, "-p", dovecot.Password, "-f", name, "-e", name + "@" + domain}, {"--create-store", name}} {
		admin := exec.CommandContext(ctx, filepath.Join(g.programs, "zarafa-admin"), append([]string{"-h", "file://" + g.dir + "/server.sock"}, args...)...)
		if out, err := admin.CombinedOutput(); err != nil {
			return fmt.Errorf("zarafa-admin %s: %w: %s", args[0], err, out)
		}
	}
	return nil
}

// forget starts server and gateway anew.
func (g *gateway) forget(ctx context.Context) error {
	for _, cmd := range []*exec.Cmd{g.front, g.server} {
		if err := end(cmd); err != nil {
			return err
		}
	}
	if err := g.startServer(ctx); err != nil {
		return err
	}
	if err := g.startGateway(ctx); err != nil {
		return err
	}
	settle(g.pids()...)
	return nil
}

// run starts a program with settings.
func (g *gateway) run(ctx context.Context, name, settings string, args ...string) (*exec.Cmd, error) {
	file := filepath.Join(g.dir, name+".cfg")
	if err := os.WriteFile(file, []byte(settings), 0o600); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(g.programs, name), append(args, "-c", file)...)
	cmd.Cancel = func() error { return nil } // stop ends it
	cmd.Stdout, cmd.Stderr = os.Stderr, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd, cmd.Start()
}

func (g *gateway) stop() (err error) {
	for _, cmd := range []*exec.Cmd{g.agent, g.front, g.server} {
		err = errors.Join(err, end(cmd))
	}
	return err
}

// end ends a program and waits for that.
func end(cmd *exec.Cmd) error {
	if cmd == nil || cmd.Process == nil {
		return nil
	}
	err := cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait() // by a signal
	return err
}

// answers waits until somebody listens at each address.
func answers(ctx context.Context, addresses ...string) error {
	for _, address := range addresses {
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
			c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
			if err == nil {
				_ = c.Close()
				break
			}
			if ctx.Err() != nil || time.Now().After(deadline) {
				return err
			}
		}
	}
	return nil
}

// certificate writes a key and a certificate of its own.
func certificate(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	about := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, NotAfter: time.Now().AddDate(1, 0, 0)}
	cert, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
		os.WriteFile(filepath.Join(dir, "cert.pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o600),
	)
}

// dovecotServer is Dovecot with mailboxes in its own format.
type dovecotServer struct {
	dir     string
	running *dovecot.Server
}

func (d *dovecotServer) name() string { return "dovecot" }
func (d *dovecotServer) imap() string { return d.running.IMAP }
func (d *dovecotServer) lmtp() string { return d.running.LMTP }
func (d *dovecotServer) pids() []int  { return []int{d.running.Process()} }

func (d *dovecotServer) start() (err error) {
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return err
	}
	d.running, err = dovecot.Launch(d.dir)
	return err
}

func (d *dovecotServer) stop() (said string) {
	if d.running != nil {
		said = d.running.Stop()
	}
	d.running = nil
	return said
}

// forget removes what Dovecot has worked out of mails.
func (d *dovecotServer) forget(context.Context) error {
	return filepath.WalkDir(d.dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasPrefix(filepath.Base(path), "dovecot.index.cache") {
			return os.Remove(path)
		}
		return err
	})
}
