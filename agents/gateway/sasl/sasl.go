// Package sasl reads what clients prove themselves with (RFC 4422): PLAIN (RFC 4616), LOGIN, OAUTHBEARER (RFC 7628) and XOAUTH2, in the
// server's part. It does no I/O and knows no protocol: messages go in and out without their base64.
//
// An [Exchange] belongs to one goroutine. It refuses to log somebody on as somebody else, and messages that are not exactly what the mechanism says.
package sasl

import (
	"bytes"
	"errors"
	"strings"
)

// Credentials are what a client has said.
type Credentials struct {
	User, Password string
	Token          string // in place of a password; User may be empty then
}

// Mechanisms are those that clients are offered; those of tokens only if the server can check them.
func Mechanisms(tokens bool) []string {
	if tokens {
		return []string{"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}
	}
	return []string{"PLAIN", "LOGIN"}
}

// ErrMalformed is the error of a message that is not the mechanism's.
var ErrMalformed = errors.New("sasl: a malformed message")

// ErrIdentity is that of a client that wants to be somebody else than who it proves to be.
var ErrIdentity = errors.New("sasl: one user cannot act as another")

// Exchange is one authentication.
type Exchange struct {
	next   func(e *Exchange, response []byte) (challenge []byte, done bool, err error)
	tokens bool
	user   *string // LOGIN has asked for it
	read   Credentials
}

// New begins an exchange by a mechanism that Mechanisms names, in any case; ok is false for others.
func New(mechanism string, tokens bool) (e *Exchange, ok bool) {
	switch mechanism = strings.ToUpper(mechanism); {
	case mechanism == "PLAIN":
		return &Exchange{next: (*Exchange).plain}, true
	case mechanism == "LOGIN":
		return &Exchange{next: (*Exchange).login}, true
	case mechanism == "OAUTHBEARER" && tokens:
		return &Exchange{next: (*Exchange).bearer, tokens: true}, true
	case mechanism == "XOAUTH2" && tokens:
		return &Exchange{next: (*Exchange).xoauth2, tokens: true}, true
	}
	return nil, false
}

// Next takes a response of the client, nil before the first one if it came without, and gives the challenge that follows, or done.
func (e *Exchange) Next(response []byte) (challenge []byte, done bool, err error) {
	return e.next(e, response)
}

// Credentials are what the client has said, when the exchange is done.
func (e *Exchange) Credentials() Credentials { return e.read }

// Failure is the challenge that says why a token was refused; the client answers it, with anything, before it is told that it failed
// (RFC 7628 section 3.2.3). For passwords there is none.
func (e *Exchange) Failure() []byte {
	if !e.tokens {
		return nil
	}
	return []byte(`{"status":"invalid_token","schemes":"bearer","scope":""}`)
}

func (e *Exchange) plain(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return []byte{}, false, nil
	}
	fields := bytes.Split(response, []byte{0})
	if len(fields) != 3 || len(fields[1]) == 0 {
		return nil, false, ErrMalformed
	}
	if len(fields[0]) > 0 && !bytes.Equal(fields[0], fields[1]) {
		return nil, false, ErrIdentity
	}
	e.read = Credentials{User: string(fields[1]), Password: string(fields[2])}
	return nil, true, nil
}

// login is the mechanism LOGIN, which no RFC describes: clients are asked for the name and then for the password, in these words.
func (e *Exchange) login(response []byte) (challenge []byte, done bool, err error) {
	switch {
	case response == nil && e.user == nil:
		return []byte("Username:"), false, nil
	case e.user == nil:
		user := string(response)
		if user == "" || strings.Contains(user, "\x00") {
			return nil, false, ErrMalformed
		}
		e.user = &user
		return []byte("Password:"), false, nil
	case bytes.IndexByte(response, 0) >= 0:
		return nil, false, ErrMalformed
	}
	e.read = Credentials{User: *e.user, Password: string(response)}
	return nil, true, nil
}

// bearer is OAUTHBEARER: n,a=USER,^Ahost=HOST^Aport=PORT^Aauth=Bearer TOKEN^A^A.
func (e *Exchange) bearer(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return []byte{}, false, nil
	}
	head, rest, ok := strings.Cut(string(response), "\x01")
	fields := strings.Split(head, ",")
	if !ok || len(fields) != 3 || fields[0] != "n" && fields[0] != "y" || fields[2] != "" {
		return nil, false, ErrMalformed
	}
	if fields[1] != "" {
		user, ok := strings.CutPrefix(fields[1], "a=")
		if !ok {
			return nil, false, ErrMalformed
		}
		e.read.User = strings.NewReplacer("=2C", ",", "=3D", "=").Replace(user)
	}
	return e.pairs(rest)
}

// xoauth2 is what OAUTHBEARER was before it had an RFC: user=USER^Aauth=Bearer TOKEN^A^A.
func (e *Exchange) xoauth2(response []byte) (challenge []byte, done bool, err error) {
	if response == nil {
		return []byte{}, false, nil
	}
	return e.pairs(string(response))
}

// pairs reads the pairs that end with an empty one.
func (e *Exchange) pairs(text string) (challenge []byte, done bool, err error) {
	text, ok := strings.CutSuffix(text, "\x01\x01")
	if !ok {
		return nil, false, ErrMalformed
	}
	for _, pair := range strings.Split(text, "\x01") {
		name, value, _ := strings.Cut(pair, "=")
		switch strings.ToLower(name) {
		case "user":
			e.read.User = value
		case "auth":
			scheme, token, _ := strings.Cut(value, " ")
			if !strings.EqualFold(scheme, "Bearer") {
				return nil, false, ErrMalformed
			}
			e.read.Token = strings.TrimSpace(token)
		}
	}
	if e.read.Token == "" || strings.ContainsAny(e.read.Token+e.read.User, "\x00\r\n") {
		return nil, false, ErrMalformed
	}
	return nil, true, nil
}
