// Package relay hands mails to a mail server by SMTP (RFC 5321), on github.com/emersion/go-smtp.
//
// It owns the connection, its security and authentication, and what an answer means for a recipient. What is to be done about it
// (try again, report) is the caller's. A [Relay] is plain data and may be used by any number of goroutines; each mail has a
// connection of its own.
//
// It refuses to authenticate without TLS unless the relay is on this machine or the settings allow it.
package relay

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/emersion/go-smtp"
)

// Security says how a connection is protected.
type Security string

// Ways of protecting a connection.
const (
	Plain    Security = "none"
	StartTLS Security = "starttls" // TLS from the command STARTTLS on, or no mail
	TLS      Security = "tls"      // TLS from the first byte on (RFC 8314)
)

// Relay is a server that takes mail.
type Relay struct {
	Host     string
	Port     int
	Security Security
	// TLS checks the server's certificate; nil uses the authorities of the system.
	TLS *tls.Config
	// Login is nil if the relay takes mail without.
	Login *Login
	// LocalName is how this host calls itself.
	LocalName string
	// Connect bounds connecting, Command each answer, Submit the answer to the whole mail. Zero means 30 s, 5 and 12 minutes
	// (RFC 5321 section 4.5.3.2).
	Connect, Command, Submit time.Duration
}

// Mail is what is to be sent.
type Mail struct {
	From       string // return path, empty for <>
	Recipients []string
	Size       int64 // in bytes, 0 if unknown
	// UTF8 says that an address or a header is not in ASCII (RFC 6531).
	UTF8 bool
	// Report asks for a report on the delivery to each recipient (RFC 3461), of relays that know how to.
	Report bool
	// Text writes the mail, with CRLF at the end of each line.
	Text func(io.Writer) error
}

// Address is the relay as people name it.
func (r *Relay) Address() string { return net.JoinHostPort(r.Host, strconv.Itoa(r.Port)) }

// Send hands the mail over and says for each recipient how it went. The error is not nil if nothing can be said of the recipients:
// the relay was not reached, or the connection ended before any of them was accepted or refused. It is then worth to
// try again, or to try another relay.
func (r *Relay) Send(ctx context.Context, m *Mail) ([]Result, error) {
	c, err := r.connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w", r.Address(), err)
	}
	// A cancelled context ends whatever the connection waits for.
	defer context.AfterFunc(ctx, func() { _ = c.Close() })()
	results, err := transfer(c, m)
	if err == nil {
		_ = c.Quit() // the mail has its answer, whatever becomes of the connection
	}
	_ = c.Close()
	if err != nil {
		return nil, fmt.Errorf("relay %s: %w", r.Address(), err)
	}
	return results, nil
}

// Check connects and authenticates, as a mail would, and sends none.
func (r *Relay) Check(ctx context.Context) error {
	c, err := r.connect(ctx)
	if err != nil {
		return fmt.Errorf("relay %s: %w", r.Address(), err)
	}
	return errors.Join(c.Quit(), ignoreClosed(c.Close()))
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

func (r *Relay) connect(ctx context.Context) (*smtp.Client, error) {
	dialer := net.Dialer{Timeout: orDefault(r.Connect, 30*time.Second)}
	conn, err := dialer.DialContext(ctx, "tcp", r.Address())
	if err != nil {
		return nil, err
	}
	c, err := r.secure(ctx, conn)
	if err != nil {
		return nil, errors.Join(err, ignoreClosed(conn.Close()))
	}
	c.CommandTimeout = orDefault(r.Command, 5*time.Minute)
	c.SubmissionTimeout = orDefault(r.Submit, 12*time.Minute)
	err = c.Hello(r.LocalName)
	if err == nil {
		err = r.login(c, conn.RemoteAddr())
	}
	if err != nil {
		return nil, errors.Join(err, ignoreClosed(c.Close()))
	}
	return c, nil
}

// secure begins TLS where it is wanted.
func (r *Relay) secure(ctx context.Context, conn net.Conn) (*smtp.Client, error) {
	config := r.tlsConfig()
	switch r.Security {
	case TLS:
		secured := tls.Client(conn, config)
		if err := secured.HandshakeContext(ctx); err != nil {
			return nil, err
		}
		return smtp.NewClient(secured), nil
	case StartTLS:
		if err := conn.SetDeadline(time.Now().Add(orDefault(r.Command, 5*time.Minute))); err != nil {
			return nil, err
		}
		return smtp.NewClientStartTLS(conn, config)
	}
	return smtp.NewClient(conn), nil
}

func (r *Relay) tlsConfig() *tls.Config {
	config := r.TLS.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = r.Host
	}
	return config
}

func orDefault(d, other time.Duration) time.Duration {
	if d == 0 {
		return other
	}
	return d
}

// local reports whether an address is one of this machine, to which nobody else listens.
func local(a net.Addr) bool {
	ap, err := netip.ParseAddrPort(a.String())
	return err == nil && ap.Addr().Unmap().IsLoopback()
}
