// Package kerberos accepts the tickets of clients that log on with Kerberos: tokens of GSSAPI, as a rule inside SPNEGO, for the service
// kopano on this host (wire.md section 8, ssoLogon).
//
// It owns the check of a token: the ticket is decrypted with the service's key from a keytab, its times and the clock of the
// client must fit, and no authenticator is taken twice. It needs no connection to a KDC. Methods may be called from any goroutine.
//
// It refuses NTLM, which only a Windows domain's own servers can check, clients of other realms, whose user "alice" is not ours, and
// principals of several components, such as alice/admin.
package kerberos

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// skew is how far the clocks of clients and server may be apart (RFC 4120 section 1.6 suggests five minutes).
const skew = 5 * time.Minute

// maxToken bounds a token: a ticket with the group memberships of a large domain has 64 KiB.
const maxToken = 128 << 10

// services are the names under which clients ask for tickets.
func services() []string { return []string{"kopano", "zarafa"} }

// Acceptor checks tokens.
type Acceptor struct {
	keys *keytab.Keytab
	host string
	used *replays
}

// Open reads a keytab. Host is the name in the service's principal (kopano/HOST@REALM); "" accepts each that the keytab has.
func Open(path, host string) (*Acceptor, error) {
	keys, err := keytab.Load(path)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return newAcceptor(keys, host, time.Now)
}

func newAcceptor(keys *keytab.Keytab, host string, now func() time.Time) (*Acceptor, error) {
	a := &Acceptor{keys: keys, host: host, used: newReplays(now)}
	for _, e := range keys.Entries {
		if a.isService(e.Principal.Components) {
			return a, nil
		}
	}
	return nil, fmt.Errorf("the keytab has no key for kopano/%s; make one with \"ktadd\"", cmpHost(host))
}

func cmpHost(host string) string {
	if host == "" {
		return "HOST"
	}
	return host
}

// isService tells whether a principal is this service.
func (a *Acceptor) isService(name []string) bool {
	return len(name) == 2 && slices.Contains(services(), name[0]) && (a.host == "" || strings.EqualFold(name[1], a.host))
}

// Answer is what became of a token: either a client that has proved who he is, or a token for him, who has to send another one.
type Answer struct {
	User  string // without the realm
	Reply []byte // not empty: the client must go on
}

// ErrNTLM is returned for clients that have no ticket and offer NTLM.
var ErrNTLM = errors.New("the client offers NTLM, which this server does not check; it needs a Kerberos ticket for kopano on this host")

// Accept checks a token. An error says why it is no proof; it is for the log and not for the client.
func (a *Acceptor) Accept(token []byte) (answer Answer, err error) {
	defer func() {
		if p := recover(); p != nil { // the library reads tokens with less care than we would
			answer, err = Answer{}, fmt.Errorf("malformed token: %v", p)
		}
	}()
	switch {
	case bytes.HasPrefix(token, []byte("NTLM")):
		return Answer{}, ErrNTLM
	case len(token) == 0 || len(token) > maxToken:
		return Answer{}, fmt.Errorf("a token of %d bytes", len(token))
	}
	mech, reply, err := unwrap(token)
	if err != nil || reply != nil {
		return Answer{Reply: reply}, err
	}
	if !mech.IsAPReq() {
		return Answer{}, errors.New("the token holds no ticket")
	}
	user, err := a.check(&mech.APReq)
	return Answer{User: user}, err
}

// unwrap finds the token of Kerberos, or the reply that asks the client for one.
func unwrap(token []byte) (mech spnego.KRB5Token, reply []byte, err error) {
	if mech.Unmarshal(token) == nil { // Kerberos without SPNEGO around it
		return mech, nil, nil
	}
	var outer spnego.SPNEGOToken
	if err := outer.Unmarshal(token); err != nil {
		return mech, nil, err
	}
	inner := outer.NegTokenResp.ResponseToken
	if outer.Init {
		preferred, err := kerberosAmong(outer.NegTokenInit.MechTypes)
		if err != nil {
			return mech, nil, err
		}
		inner = outer.NegTokenInit.MechTokenBytes
		if !preferred || len(inner) == 0 {
			reply, err := chooseKerberos()
			return mech, reply, err
		}
	}
	return mech, nil, mech.Unmarshal(inner)
}

// kerberosAmong looks for Kerberos in the mechanisms that a client offers; the token beside them is for the first.
func kerberosAmong(offered []asn1.ObjectIdentifier) (first bool, err error) {
	ntlm := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10}
	for i, m := range offered {
		if m.Equal(gssapi.OIDKRB5.OID()) || m.Equal(gssapi.OIDMSLegacyKRB5.OID()) {
			return i == 0, nil
		}
	}
	if slices.ContainsFunc(offered, ntlm.Equal) {
		return false, ErrNTLM
	}
	return false, fmt.Errorf("the client offers no mechanism that the server has: %v", offered)
}

// chooseKerberos is the answer to a client that prefers another mechanism (RFC 4178 section 4.2.2).
func chooseKerberos() ([]byte, error) {
	resp := spnego.NegTokenResp{NegState: asn1.Enumerated(spnego.NegStateAcceptIncomplete), SupportedMech: gssapi.OIDKRB5.OID()}
	return resp.Marshal()
}

// check verifies a ticket and the proof that the client has its key, and gives the user.
func (a *Acceptor) check(req *messages.APReq) (string, error) {
	if !a.isService(req.Ticket.SName.NameString) {
		return "", fmt.Errorf("the ticket is for %s", req.Ticket.SName.PrincipalNameString())
	}
	// Addresses in tickets went out of use with address translation; a ticket that has one is refused.
	if ok, err := req.Verify(a.keys, skew, types.HostAddress{}, nil); err != nil || !ok {
		return "", errors.Join(errors.New("the ticket is not good"), err)
	}
	client := &req.Ticket.DecryptedEncPart
	if client.CRealm != req.Ticket.Realm {
		return "", fmt.Errorf("the client is of the realm %s and not of %s", client.CRealm, req.Ticket.Realm)
	}
	if len(client.CName.NameString) != 1 {
		return "", fmt.Errorf("the principal %s is no user", client.CName.PrincipalNameString())
	}
	if !a.used.first(req) {
		return "", errors.New("the token was used before")
	}
	return client.CName.NameString[0], nil
}
