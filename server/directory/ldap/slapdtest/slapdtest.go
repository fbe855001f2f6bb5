// Package slapdtest runs a real OpenLDAP server inside a test, with the product's schema and a directory of its own.
//
// Each server belongs to one test, lives in a folder of its own and listens on a Unix socket and, with TLS, on ports of this
// machine that nobody else has. Tests are skipped, with the reason, where slapd is not installed; scripts/install-slapd.sh does that.
package slapdtest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/server/directory/ldap/schema"
)

// Base is the DN of the directory, Admin the DN that may do everything, AdminPassword its password.
const (
	Base          = "dc=example,dc=com"
	Admin         = "cn=admin,dc=example,dc=com"
	AdminPassword = "admin-secret"
)

// Server is a running slapd.
type Server struct {
	URI    string // ldapi
	TCP    string // ldap, for StartTLS
	TLS    string // ldaps
	CAFile string // of the certificate for localhost

	t      testing.TB
	folder string
	binary string
	limits string

	mu      sync.Mutex
	process *exec.Cmd
	ended   chan struct{}
	output  bytes.Buffer
}

// Option changes how slapd is started.
type Option func(*Server)

// WithSizeLimit bounds how many entries one answer has.
func WithSizeLimit(n int) Option {
	return func(s *Server) {
		s.limits += fmt.Sprintf("sizelimit size.soft=%d size.hard=%d size.prtotal=unlimited\n", n, n)
	}
}

// Start runs a server with an empty directory below [Base] until the test ends.
func Start(t testing.TB, options ...Option) *Server {
	t.Helper()
	binary, err := find()
	if err != nil {
		t.Skip(err)
	}
	folder, err := os.MkdirTemp("", "zl") // short: names of Unix sockets are limited
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	s := &Server{t: t, folder: folder, binary: binary, URI: "ldapi://" + url.PathEscape(filepath.Join(folder, "ldapi")), CAFile: filepath.Join(folder, "cert.pem")}
	for _, o := range options {
		o(s)
	}
	s.writeCertificate()
	s.configure()
	s.TCP, s.TLS = fmt.Sprintf("ldap://localhost:%d", freePort(t)), fmt.Sprintf("ldaps://localhost:%d", freePort(t))
	s.Run()
	t.Cleanup(s.Stop)
	s.Add(Base, "objectClass: dcObject", "objectClass: organization", "dc: example", "o: Example")
	return s
}

// find gives the path of slapd; distributions keep it where users who are not root do not look.
func find() (string, error) {
	for _, name := range []string{"slapd", "/usr/sbin/slapd", "/usr/local/sbin/slapd", "/usr/libexec/slapd"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("slapd is not installed, so nothing is tested against LDAP; run 'apt-get install slapd'")
}

// freePort finds a port that nobody listens on.
func freePort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *Server) configure() {
	s.t.Helper()
	if err := os.Mkdir(filepath.Join(s.folder, "db"), 0o700); err != nil {
		s.t.Fatal(err)
	}
	own := filepath.Join(s.folder, "zarafa.schema")
	if err := os.WriteFile(own, schema.OpenLDAP(), 0o600); err != nil {
		s.t.Fatal(err)
	}
	var b strings.Builder
	for _, name := range []string{"core", "cosine", "inetorgperson", "nis"} {
		fmt.Fprintf(&b, "include /etc/ldap/schema/%s.schema\n", name)
	}
	fmt.Fprintf(&b, "include %s\n", own)
	// An attribute as Active Directory has some: of bytes, and with a matching rule.
	b.WriteString("attributetype ( 2.25.1.1 NAME 'testGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )\n" +
		"objectclass ( 2.25.1.2 NAME 'testObject' SUP top AUXILIARY MAY testGUID )\n")
	if modules, err := filepath.Glob("/usr/lib/ldap/back_mdb*.so*"); err == nil && len(modules) > 0 {
		b.WriteString("modulepath /usr/lib/ldap\nmoduleload back_mdb\n")
	}
	fmt.Fprintf(&b, "pidfile %[1]s/pid\nargsfile %[1]s/args\nTLSCertificateFile %[1]s/cert.pem\nTLSCertificateKeyFile %[1]s/key.pem\n%[2]s", s.folder, s.limits)
	fmt.Fprintf(&b, "database mdb\nsuffix %q\nrootdn %q\nrootpw %s\ndirectory %s/db\nmaxsize 134217728\n", Base, Admin, AdminPassword, s.folder)
	b.WriteString("access to attrs=userPassword by anonymous auth by * none\naccess to * by users read by * none\n")
	if err := os.WriteFile(filepath.Join(s.folder, "slapd.conf"), []byte(b.String()), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// writeCertificate makes a certificate for localhost that signs itself.
func (s *Server) writeCertificate() {
	s.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		s.t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		s.t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: der}} {
		if err := os.WriteFile(filepath.Join(s.folder, name), pem.EncodeToMemory(block), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
}

// Run starts the server, again after [Server.Stop], and waits until it answers.
func (s *Server) Run() {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	// -d keeps it in the foreground.
	s.process = exec.Command(s.binary, "-f", filepath.Join(s.folder, "slapd.conf"), "-h", s.URI+" "+s.TCP+" "+s.TLS, "-d", "0")
	s.process.Stdout, s.process.Stderr = &s.output, &s.output
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.ended = make(chan struct{})
	go func(p *exec.Cmd, ended chan struct{}) {
		_ = p.Wait() // how it ended is of interest only if it was not stopped, see below
		close(ended)
	}(s.process, s.ended)
	for range 500 {
		c, err := goldap.DialURL(s.URI)
		if err == nil {
			c.Close()
			return
		}
		select {
		case <-s.ended:
			s.t.Fatalf("slapd does not start: %s", s.output.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	s.t.Fatal("slapd does not answer")
}

// Stop ends the server; its directory stays.
func (s *Server) Stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return
	}
	_ = s.process.Process.Signal(os.Interrupt) // it may have ended
	select {
	case <-s.ended:
	case <-time.After(10 * time.Second):
		_ = s.process.Process.Kill()
		<-s.ended
	}
	s.process = nil
}

// Do runs f with a connection of the administrator.
func (s *Server) Do(f func(c *goldap.Conn) error) {
	s.t.Helper()
	c, err := goldap.DialURL(s.URI)
	if err != nil {
		s.t.Fatal(err)
	}
	defer c.Close()
	if err := c.Bind(Admin, AdminPassword); err != nil {
		s.t.Fatal(err)
	}
	if err := f(c); err != nil {
		s.t.Fatal(err)
	}
}

// Add adds an entry with lines "attribute: value".
func (s *Server) Add(dn string, lines ...string) {
	s.t.Helper()
	attributes := make(map[string][]string)
	for _, line := range lines {
		name, value, _ := strings.Cut(line, ": ")
		attributes[name] = append(attributes[name], value)
	}
	request := goldap.NewAddRequest(dn, nil)
	for name, values := range attributes {
		request.Attribute(name, values)
	}
	s.Do(func(c *goldap.Conn) error { return c.Add(request) })
}

// Replace sets the values of an attribute; none removes it.
func (s *Server) Replace(dn, attribute string, values ...string) {
	s.t.Helper()
	request := goldap.NewModifyRequest(dn, nil)
	request.Replace(attribute, values)
	s.Do(func(c *goldap.Conn) error { return c.Modify(request) })
}

// Delete removes an entry.
func (s *Server) Delete(dn string) {
	s.t.Helper()
	s.Do(func(c *goldap.Conn) error { return c.Del(goldap.NewDelRequest(dn, nil)) })
}

// Rename moves an entry to another name below the same parent.
func (s *Server) Rename(dn, rdn string) {
	s.t.Helper()
	s.Do(func(c *goldap.Conn) error { return c.ModifyDN(goldap.NewModifyDNRequest(dn, rdn, true, "")) })
}
