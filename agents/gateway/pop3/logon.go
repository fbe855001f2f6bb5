package pop3

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/sasl"
)

func (s *session) mechanisms() []string { return sasl.Mechanisms(s.server.Tokens) }

// plaintext refuses a log-on that would send a password for all to read.
func (s *session) plaintext() bool {
	if s.conn.PlaintextAllowed() {
		return true
	}
	s.refuse("Begin TLS first (STLS)")
	return false
}

// userName is USER. It says nothing about whether there is such a user.
func (s *session) userName(_ context.Context, args string) error {
	if !s.plaintext() {
		return nil
	}
	if args == "" {
		s.refuse("USER needs a name")
		return nil
	}
	s.name = args
	s.ok("Now the password")
	return nil
}

// password is PASS. A password may have blanks (RFC 1939 section 7).
func (s *session) password(ctx context.Context, args string) error {
	switch {
	case !s.plaintext():
		return nil
	case s.name == "":
		s.refuse("Say who you are first (USER)")
		return nil
	}
	return s.logOn(ctx, sasl.Credentials{User: s.name, Password: args}, nil)
}

// logOn asks the mail store, and opens the maildrop. If it is refused, a client that gave a token is told why first, and answers that.
func (s *session) logOn(ctx context.Context, c sasl.Credentials, why []byte) error {
	err := s.out.Flush() // the mail store may take its time
	if err != nil {
		return err
	}
	account, err := s.server.Mailboxes.LogOn(ctx, mailstore.Credentials{
		Protocol: mailstore.POP3, User: c.User, Password: c.Password, Token: c.Token, Address: s.conn.Address(),
	})
	if err == nil {
		if s.drop, err = openMaildrop(ctx, account); err != nil {
			account.Close()
		}
	}
	if err == nil {
		count, size := s.drop.total()
		s.ok("%s has %d messages (%d octets)", account.User(), count, size)
		return nil
	}
	s.name = ""
	if why != nil && mailstore.CodeOf(err) == mailstore.AuthenticationFailed {
		if _, e := s.challenge(why); e != nil && !errors.Is(e, errCancelled) && !errors.Is(e, sasl.ErrMalformed) {
			return e
		}
	}
	s.fail(err, "log-on")
	code := mailstore.CodeOf(err)
	if code != mailstore.AuthenticationFailed && code != mailstore.AuthorizationFailed {
		return nil
	}
	if s.failures++; s.failures >= maxFailures {
		return fmt.Errorf("%d log-ons have failed", s.failures)
	}
	return nil
}

// auth is AUTH (RFC 5034); without a mechanism it lists them, as clients of before that RFC expect.
func (s *session) auth(ctx context.Context, args string) error {
	mechanism, initial, hasInitial := strings.Cut(args, " ")
	if !s.plaintext() {
		return nil
	}
	if mechanism == "" {
		s.ok("Mechanisms follow")
		fmt.Fprintf(s.out, "%s\r\n.\r\n", strings.Join(s.mechanisms(), "\r\n"))
		return nil
	}
	exchange, ok := sasl.New(mechanism, s.server.Tokens)
	if !ok {
		s.refuse("This mechanism is not known; CAPA lists them")
		return nil
	}
	err := s.exchange(exchange, initial, hasInitial)
	switch {
	case errors.Is(err, sasl.ErrMalformed):
		s.refuse("[AUTH] The response was not understood")
		return nil
	case errors.Is(err, sasl.ErrIdentity):
		s.refuse("[AUTH] You can log on as yourself only")
		return nil
	case errors.Is(err, errCancelled):
		s.refuse("You have cancelled it")
		return nil
	case err != nil:
		return err
	}
	return s.logOn(ctx, exchange.Credentials(), exchange.Failure())
}

// errCancelled is the error of an exchange that the client gives up.
var errCancelled = errors.New("pop3: the client cancels")

// exchange asks what the mechanism wants to know.
func (s *session) exchange(e *sasl.Exchange, initial string, hasInitial bool) error {
	var response []byte
	if hasInitial {
		var err error
		if response, err = decode([]byte(initial)); err != nil {
			return err
		}
	}
	for {
		challenge, done, err := e.Next(response)
		if err != nil || done {
			return err
		}
		if response, err = s.challenge(challenge); err != nil {
			return err
		}
	}
}

// challenge sends one, and reads the response.
func (s *session) challenge(challenge []byte) ([]byte, error) {
	fmt.Fprintf(s.out, "+ %s\r\n", base64.StdEncoding.EncodeToString(challenge))
	line, err := s.readLine(s.deadline())
	if err != nil {
		return nil, err
	}
	if string(line) == "*" {
		return nil, errCancelled
	}
	return decode(line)
}

// decode takes base64; "=" is an empty initial response. The result is never nil.
func decode(text []byte) ([]byte, error) {
	if string(text) == "=" {
		return []byte{}, nil
	}
	decoded, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, bytes.NewReader(text)))
	if err != nil {
		return nil, sasl.ErrMalformed
	}
	return append([]byte{}, decoded...), nil
}

// startTLS is STLS (RFC 2595 section 4). A client that has sent more than the command before the handshake is not what it seems: somebody on the way may
// have added it, and would have it taken for the client's word afterwards.
func (s *session) startTLS(ctx context.Context, args string) error {
	switch {
	case args != "":
		s.refuse("STLS has no arguments")
		return nil
	case !s.conn.CanStartTLS():
		s.refuse("TLS cannot begin here")
		return nil
	case s.pending():
		s.refuse("Nothing may follow STLS before the handshake")
		return errors.New("there were bytes behind STLS")
	}
	s.ok("Begin the handshake")
	if err := s.out.Flush(); err != nil {
		return err
	}
	if err := s.conn.StartTLS(ctx); err != nil {
		return err
	}
	s.reset()
	s.name = "" // was said before anybody could be sure who says it
	return nil
}
