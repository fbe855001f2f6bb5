package relay

import (
	"errors"
	"fmt"
	"net"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/xdg-go/scram"
)

// Login is what the relay knows this client by.
type Login struct {
	User string
	// Password is an access token for XOAUTH2 and OAUTHBEARER.
	Password string
	// Mechanism is one of Mechanisms, or empty for the best that the relay offers.
	Mechanism string
	// Insecure allows to send it without TLS to other machines.
	Insecure bool
}

// Mechanisms are the ways of authenticating that Login knows, best first. Tokens are used only if asked for by name.
func Mechanisms() []string {
	return []string{"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"}
}

const withoutTokens = 4

func (r *Relay) login(c *smtp.Client, remote net.Addr) error {
	if r.Login == nil {
		return nil
	}
	if _, secured := c.TLSConnectionState(); !secured && r.Security != TLS && !local(remote) && !r.Login.Insecure {
		return errors.New("the password would be sent without TLS; set smtp_security to starttls or tls")
	}
	mechanism, err := r.Login.choose(c)
	if err != nil {
		return err
	}
	auth, err := r.Login.client(mechanism, r)
	if err != nil {
		return err
	}
	if err := c.Auth(auth); err != nil {
		return fmt.Errorf("the relay refuses smtp_user %q by %s: %w", r.Login.User, mechanism, err)
	}
	if s, ok := auth.(*scramClient); ok && !s.conversation.Valid() {
		return errors.New("the relay did not show that it knows the password (SCRAM)")
	}
	return nil
}

func (l *Login) choose(c *smtp.Client) (string, error) {
	if l.Mechanism != "" {
		return l.Mechanism, nil
	}
	for _, m := range Mechanisms()[:withoutTokens] {
		if c.SupportsAuth(m) {
			return m, nil
		}
	}
	_, offered := c.Extension("AUTH")
	return "", fmt.Errorf("the relay offers no way to authenticate that is known here, but %q", offered)
}

func (l *Login) client(mechanism string, r *Relay) (sasl.Client, error) {
	switch mechanism {
	case "SCRAM-SHA-256":
		return newScram(mechanism, scram.SHA256, l)
	case "SCRAM-SHA-1":
		return newScram(mechanism, scram.SHA1, l)
	case "PLAIN":
		return sasl.NewPlainClient("", l.User, l.Password), nil
	case "LOGIN":
		return sasl.NewLoginClient(l.User, l.Password), nil
	case "XOAUTH2":
		return xoauth2{l}, nil
	case "OAUTHBEARER":
		return sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: l.User, Token: l.Password, Host: r.Host, Port: r.Port}), nil
	}
	return nil, fmt.Errorf("there is no mechanism %q; known are %v", mechanism, Mechanisms())
}

// scramClient is SCRAM (RFC 5802, RFC 7677).
type scramClient struct {
	name         string
	conversation *scram.ClientConversation
}

func newScram(name string, hash scram.HashGeneratorFcn, l *Login) (*scramClient, error) {
	c, err := hash.NewClient(l.User, l.Password, "")
	if err != nil {
		return nil, err
	}
	return &scramClient{name, c.NewConversation()}, nil
}

func (s *scramClient) Start() (mech string, ir []byte, err error) {
	first, err := s.conversation.Step("")
	return s.name, []byte(first), err
}

func (s *scramClient) Next(challenge []byte) ([]byte, error) {
	answer, err := s.conversation.Step(string(challenge))
	return []byte(answer), err
}

// xoauth2 is Google's and Microsoft's way to send a token.
type xoauth2 struct{ login *Login }

func (x xoauth2) Start() (mech string, ir []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.login.User + "\x01auth=Bearer " + x.login.Password + "\x01\x01"), nil
}

// Next answers the description of an error with nothing, after which the server refuses.
func (xoauth2) Next([]byte) ([]byte, error) { return []byte{}, nil }
