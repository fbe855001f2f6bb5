package imap

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
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

// logOnAs logs on.
func (s *session) logOnAs(ctx context.Context, c *call, credentials mailstore.Credentials) error {
	if !s.info.Secure {
		return &mailstore.Error{Code: "PRIVACYREQUIRED", Text: "Passwords are taken on encrypted connections only"}
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
	mechanism, initial, has := s.dec.Authenticate()
	if err := s.dec.Finish(); err != nil {
		return err
	}
	if !s.info.Secure {
		return &mailstore.Error{Code: "PRIVACYREQUIRED", Text: "Passwords are taken on encrypted connections only"}
	}
	if mechanism == "LOGIN" {
		return s.saslLogin(ctx, c, initial, has)
	}
	var parse func([]byte) (mailstore.Credentials, error)
	switch mechanism {
	case "PLAIN":
		parse = parsePlain
	case "OAUTHBEARER":
		parse = parseOAuthBearer
	case "XOAUTH2":
		parse = parseXOAuth2
	default:
		return &mailstore.Error{Code: mailstore.Cannot, Text: "This mechanism is not offered"}
	}
	if !has {
		var err error
		if initial, err = s.challenge(""); err != nil {
			return err
		}
	}
	credentials, err := parse(initial)
	if err != nil {
		return err
	}
	err = s.logOnAs(ctx, c, credentials)
	if err != nil && credentials.Token != "" && mailstore.CodeOf(err) == mailstore.AuthenticationFailed {
		// The client is told what is wrong and has to answer something (RFC 7628 3.2.3) before the command fails.
		if _, broken := s.challenge(`{"status":"invalid_token","schemes":"bearer"}`); connectionError(broken) != nil {
			return broken
		}
	}
	return err
}

// challenge sends a challenge and reads the response.
func (s *session) challenge(text string) ([]byte, error) {
	s.line("+ " + base64.StdEncoding.EncodeToString([]byte(text)))
	return s.dec.Response()
}

// saslLogin is the mechanism LOGIN, which no RFC has but Outlook.
func (s *session) saslLogin(ctx context.Context, c *call, user []byte, has bool) (err error) {
	if !has {
		if user, err = s.challenge("Username:"); err != nil {
			return err
		}
	}
	password, err := s.challenge("Password:")
	if err != nil {
		return err
	}
	return s.logOnAs(ctx, c, mailstore.Credentials{User: string(user), Password: string(password)})
}

// errResponse answers responses that are none of the mechanism's.
var errResponse = &imapwire.Error{Text: "The response is malformed"}

// parsePlain takes RFC 4616's message apart. Nobody may act as somebody else.
func parsePlain(b []byte) (mailstore.Credentials, error) {
	parts := bytes.Split(b, []byte{0})
	if len(parts) != 3 {
		return mailstore.Credentials{}, errResponse
	}
	if as := parts[0]; len(as) > 0 && !bytes.Equal(as, parts[1]) {
		return mailstore.Credentials{}, &mailstore.Error{Code: mailstore.AuthorizationFailed, Text: "Nobody may act as another user"}
	}
	return mailstore.Credentials{User: string(parts[1]), Password: string(parts[2])}, nil
}

// parseOAuthBearer takes RFC 7628 3.1's message apart: n,a=USER,^Akey=value^A…^A^A.
func parseOAuthBearer(b []byte) (mailstore.Credentials, error) {
	header, rest, ok := strings.Cut(string(b), "\x01")
	parts := strings.Split(header, ",")
	if !ok || len(parts) != 3 || parts[0] != "n" && parts[0] != "y" {
		return mailstore.Credentials{}, errResponse
	}
	user, _ := strings.CutPrefix(parts[1], "a=")
	user = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(user)
	return bearer(user, rest)
}

// parseXOAuth2 takes Google's message apart: user=USER^Aauth=Bearer TOKEN^A^A.
func parseXOAuth2(b []byte) (mailstore.Credentials, error) {
	user, rest, ok := strings.Cut(string(b), "\x01")
	user, is := strings.CutPrefix(user, "user=")
	if !ok || !is {
		return mailstore.Credentials{}, errResponse
	}
	return bearer(user, rest)
}

// bearer finds the token among fields.
func bearer(user, fields string) (mailstore.Credentials, error) {
	for field := range strings.SplitSeq(fields, "\x01") {
		if value, ok := strings.CutPrefix(field, "auth="); ok {
			if scheme, token, ok := strings.Cut(value, " "); ok && strings.EqualFold(scheme, "Bearer") && token != "" {
				return mailstore.Credentials{User: user, Token: token}, nil
			}
		}
	}
	return mailstore.Credentials{}, errResponse
}
