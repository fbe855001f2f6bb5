package imap

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"time"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/sasl"
)

// errInjection ends connections with commands behind STARTTLS: somebody in between may have put them there (CVE-2011-0411 and its like).
var errInjection = errors.New("commands behind STARTTLS")

// startTLS goes on encrypted (RFC 9051 6.2.1). Nothing that came before has any effect.
func (s *session) startTLS(ctx context.Context, c *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if s.info.TLS == nil {
		return &imapwire.Error{Text: "STARTTLS is not offered here"}
	}
	if s.buffered() > 0 {
		c.ended = errInjection
		s.bye(errInjection)
		return nil
	}
	s.enc().Response(c.tag, imapwire.OK, "", "Begin TLS now")
	if err := s.release(); err != nil {
		return err
	}
	if _, err := s.deadline(false); err != nil {
		return err
	}
	encrypted := tls.Server(s.net, s.info.TLS)
	if err := s.net.SetWriteDeadline(time.Now().Add(s.server.options.WriteTimeout)); err != nil {
		return err
	}
	if err := encrypted.HandshakeContext(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	s.net = encrypted
	s.mu.Unlock()
	s.info.TLS, s.info.Secure = nil, true
	c.silent = true
	return nil
}

func (s *session) login(ctx context.Context, c *call) error {
	user, password := s.dec.Login()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	return s.logOnAs(ctx, c, mailstore.Credentials{User: user, Password: password})
}

// errNotEncrypted answers passwords on connections where everybody can read them.
var errNotEncrypted = &mailstore.Error{Code: "PRIVACYREQUIRED", Text: "Passwords are taken on encrypted connections only"}

// logOnAs logs on.
func (s *session) logOnAs(ctx context.Context, c *call, credentials mailstore.Credentials) error {
	if !s.info.Secure {
		return errNotEncrypted
	}
	credentials.Protocol, credentials.Address = mailstore.IMAP, s.info.Address
	account, err := s.server.store.LogOn(ctx, credentials)
	s.server.options.Metrics.LoggedOn(err == nil)
	if err != nil {
		switch mailstore.CodeOf(err) {
		case mailstore.AuthenticationFailed, mailstore.AuthorizationFailed:
			s.badLogOns++
		}
		return fault(ctx, err)
	}
	s.account = account
	s.mu.Lock()
	s.conn.logOn = time.Time{}
	s.mu.Unlock()
	s.dec.SetLimits(limitsAfter(account.MaxMessage()))
	c.code, c.text = "CAPABILITY "+s.capabilities(), "Logged on"
	return nil
}

// authenticate is SASL (RFC 9051 6.2.2, RFC 4959).
func (s *session) authenticate(ctx context.Context, c *call) error {
	mechanism, response, has := s.dec.Authenticate()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if !s.info.Secure {
		return errNotEncrypted
	}
	exchange, ok := sasl.New(mechanism, s.server.options.Tokens)
	if !ok {
		return &mailstore.Error{Code: mailstore.Cannot, Text: "This mechanism is not offered"}
	}
	if !has {
		response = nil // an initial response may be empty, which is another thing than none
	}
	for {
		challenge, done, err := exchange.Next(response)
		switch {
		case errors.Is(err, sasl.ErrIdentity):
			return &mailstore.Error{Code: mailstore.AuthorizationFailed, Text: "Nobody may act as another user"}
		case err != nil:
			return &imapwire.Error{Text: "The response is malformed"}
		case done:
			return s.logOnBySASL(ctx, c, exchange)
		}
		if response, err = s.challenge(challenge); err != nil {
			return err
		}
		if response == nil {
			response = []byte{}
		}
	}
}

// logOnBySASL logs on as whom a mechanism has found out.
func (s *session) logOnBySASL(ctx context.Context, c *call, exchange *sasl.Exchange) error {
	said := exchange.Credentials()
	err := s.logOnAs(ctx, c, mailstore.Credentials{User: said.User, Password: said.Password, Token: said.Token})
	if mailstore.CodeOf(err) == mailstore.AuthenticationFailed && exchange.Failure() != nil {
		// The client is told what is wrong and has to answer something (RFC 7628 3.2.3) before the command fails.
		if _, broken := s.challenge(exchange.Failure()); connectionError(broken) != nil {
			return broken
		}
	}
	return err
}

// challenge sends a challenge and reads the response.
func (s *session) challenge(challenge []byte) ([]byte, error) {
	s.line("+ " + base64.StdEncoding.EncodeToString(challenge))
	return s.dec.Response()
}
