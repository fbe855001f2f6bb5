package ldap

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	goldap "github.com/go-ldap/ldap/v3"
)

// retryAfter is how long the servers are left alone after none of them answered: look-ups fail at once in that time.
const retryAfter = 5 * time.Second

// maxIdle is how many connections are kept for later.
const maxIdle = 4

// pool has connections to the first server that answers, bound as ldap_bind_user.
type pool struct {
	settings *Settings
	tls      *tls.Config
	now      func() time.Time

	mu      sync.Mutex
	idle    []*goldap.Conn
	server  int       // index of the URI that answered last
	down    time.Time // when none answered
	downErr error
	closed  bool
}

func newPool(s *Settings, now func() time.Time) (*pool, error) {
	p := &pool{settings: s, now: now, tls: &tls.Config{MinVersion: tls.VersionTLS12}}
	if s.CAFile == "" {
		return p, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ldap_ca_file: %w", err)
	}
	p.tls.RootCAs = x509.NewCertPool()
	if !p.tls.RootCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ldap_ca_file: %s has no certificates; it must be in PEM format", s.CAFile)
	}
	return p, nil
}

// checkURI refuses addresses that nothing can connect to.
func checkURI(uri string) error {
	if strings.HasPrefix(uri, "ldapi://") {
		return nil
	}
	u, err := url.Parse(uri)
	if err != nil {
		return fmt.Errorf("%q is no address", uri)
	}
	if u.Scheme != "ldap" && u.Scheme != "ldaps" || u.Hostname() == "" {
		return fmt.Errorf("%q is no address of an LDAP server", uri)
	}
	return nil
}

// with runs f with a connection of ldap_bind_user. If a kept connection turns out to be dead, f runs again with a new one.
func (p *pool) with(ctx context.Context, f func(c *goldap.Conn) error) error {
	if c := p.take(); c != nil {
		err := f(c)
		if broken := p.give(c, err); !broken || ctx.Err() != nil {
			return err
		}
		_ = p.dropIdle() // the others are as old
	}
	c, err := p.dial(ctx)
	if err != nil {
		return err
	}
	if err := p.bind(c); err != nil {
		c.Close()
		return err
	}
	err = f(c)
	if broken := p.give(c, err); broken {
		p.next()
	}
	return err
}

// next has the next connection go to another server, after this one accepted a connection and then failed.
func (p *pool) next() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = (p.server + 1) % len(p.settings.URIs)
}

// take gives a kept connection, nil if there is none.
func (p *pool) take() *goldap.Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.idle) == 0 {
		return nil
	}
	c := p.idle[len(p.idle)-1]
	p.idle = p.idle[:len(p.idle)-1]
	return c
}

// give keeps a connection, or closes it if the error says that it is broken, which it reports.
func (p *pool) give(c *goldap.Conn, err error) (broken bool) {
	broken = c.IsClosing() || isNetwork(err)
	p.mu.Lock()
	keep := !broken && !p.closed && len(p.idle) < maxIdle
	if keep {
		p.idle = append(p.idle, c)
	}
	p.mu.Unlock()
	if !keep {
		c.Close()
	}
	return broken
}

// isNetwork reports whether an error is about the connection or the server and not about the request. What is no error of the
// protocol is one of the connection.
func isNetwork(err error) bool {
	var e *goldap.Error
	if err == nil || !errors.As(err, &e) {
		return err != nil
	}
	switch e.ResultCode {
	case goldap.ErrorNetwork, goldap.ErrorUnexpectedMessage, goldap.ErrorUnexpectedResponse, goldap.ErrorMalformedPacket,
		goldap.LDAPResultUnavailable, goldap.LDAPResultBusy, goldap.LDAPResultTimeout, goldap.LDAPResultServerDown, goldap.LDAPResultConnectError:
		return true
	}
	return false
}

// dial connects to the server that answered last or the next one that does, without a bind.
func (p *pool) dial(ctx context.Context) (*goldap.Conn, error) {
	p.mu.Lock()
	first, down, downErr := p.server, p.down, p.downErr
	p.mu.Unlock()
	if downErr != nil && p.now().Sub(down) < retryAfter {
		return nil, fmt.Errorf("no LDAP server answered a moment ago: %w", downErr)
	}
	var failures []error
	for i := range p.settings.URIs {
		at := (first + i) % len(p.settings.URIs)
		c, err := p.connect(ctx, p.settings.URIs[at])
		if err == nil {
			p.mu.Lock()
			p.server, p.downErr = at, nil
			p.mu.Unlock()
			return c, nil
		}
		failures = append(failures, fmt.Errorf("%s: %w", p.settings.URIs[at], err))
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	err := errors.Join(failures...)
	p.mu.Lock()
	p.down, p.downErr = p.now(), err
	p.mu.Unlock()
	return nil, fmt.Errorf("no server of ldap_uri answers: %w", err)
}

func (p *pool) connect(ctx context.Context, uri string) (*goldap.Conn, error) {
	config := p.tls.Clone()
	if u, err := url.Parse(uri); err == nil {
		config.ServerName = u.Hostname()
	}
	dialer := &net.Dialer{Timeout: p.settings.NetworkTimeout}
	if deadline, ok := ctx.Deadline(); ok {
		dialer.Deadline = deadline
	}
	c, err := goldap.DialURL(uri, goldap.DialWithDialer(dialer), goldap.DialWithTLSConfig(config))
	if err != nil {
		return nil, err
	}
	c.SetTimeout(p.settings.NetworkTimeout)
	if p.settings.StartTLS && strings.HasPrefix(uri, "ldap://") {
		if err := c.StartTLS(config); err != nil {
			c.Close()
			return nil, fmt.Errorf("ldap_starttls: %w", err)
		}
	}
	return c, nil
}

// bind logs on as ldap_bind_user.
func (p *pool) bind(c *goldap.Conn) error {
	user, password := p.settings.BindUser, p.settings.BindPassword.Reveal()
	var err error
	switch {
	case user == "":
		err = c.UnauthenticatedBind("")
	case password == "":
		return errors.New("ldap_bind_passwd is empty; write the password of ldap_bind_user, or leave both empty")
	default:
		err = c.Bind(user, password)
	}
	if err != nil {
		return fmt.Errorf("the LDAP server refuses ldap_bind_user %q: %w", user, err)
	}
	return nil
}

// dropIdle closes the kept connections.
func (p *pool) dropIdle() error {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	var errs []error
	for _, c := range idle {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	return p.dropIdle()
}
