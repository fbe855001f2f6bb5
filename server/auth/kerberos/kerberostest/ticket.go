// Package kerberostest makes tickets without a KDC, for tests of whoever accepts them.
package kerberostest

import (
	"os"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/asn1tools"
	"github.com/jcmturner/gokrb5/v8/gssapi"
	"github.com/jcmturner/gokrb5/v8/iana/etypeID"
	"github.com/jcmturner/gokrb5/v8/iana/nametype"
	"github.com/jcmturner/gokrb5/v8/keytab"
	"github.com/jcmturner/gokrb5/v8/messages"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/jcmturner/gokrb5/v8/types"
)

// Realm is the Realm of all tickets.
const Realm = "EXAMPLE.COM"

// NewKeytab makes a keytab with one key.
func NewKeytab(t testing.TB, principal, password string) *keytab.Keytab {
	t.Helper()
	keys := keytab.New()
	if err := keys.AddEntry(principal, Realm, password, time.Now(), 1, etypeID.AES256_CTS_HMAC_SHA1_96); err != nil {
		t.Fatal(err)
	}
	return keys
}

// Ticket is what a client of a KDC has: everything that tests vary.
type Ticket struct {
	Keys        *keytab.Keytab // the KDC's copy of the service's key
	Service     string
	User        string
	ClientRealm string
	Start, End  time.Duration // from now
	Clock       time.Duration // of the client, ahead of ours
	Other       bool          // the authenticator names somebody else
}

// Good is a ticket of alice for kopano/mail.example.com that nothing is wrong with.
func Good(keys *keytab.Keytab) Ticket {
	return Ticket{Keys: keys, Service: "kopano/mail.example.com", User: "alice", ClientRealm: Realm, Start: -time.Minute, End: time.Hour}
}

// Token makes a token of Kerberos alone, without SPNEGO, with a new authenticator.
func (k Ticket) Token(t testing.TB) []byte {
	t.Helper()
	now := time.Now().UTC()
	client := types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, k.User)
	tkt, key, err := messages.NewTicket(client, k.ClientRealm, types.NewPrincipalName(nametype.KRB_NT_SRV_HST, k.Service), Realm, types.NewKrbFlags(),
		k.Keys, etypeID.AES256_CTS_HMAC_SHA1_96, 1, now.Add(k.Start), now.Add(k.Start), now.Add(k.End), now.Add(k.End))
	if err != nil {
		t.Fatal(err)
	}
	if k.Other {
		client = types.NewPrincipalName(nametype.KRB_NT_PRINCIPAL, "mallory")
	}
	proof, err := types.NewAuthenticator(k.ClientRealm, client)
	if err != nil {
		t.Fatal(err)
	}
	proof.CTime = proof.CTime.Add(k.Clock)
	req, err := messages.NewAPReq(tkt, key, proof)
	if err != nil {
		t.Fatal(err)
	}
	body, err := req.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	oid, err := asn1.Marshal(gssapi.OIDKRB5.OID())
	if err != nil {
		t.Fatal(err)
	}
	return asn1tools.AddASNAppTag(append(append(oid, 1, 0), body...), 0)
}

// Mechanisms that clients offer.
var (
	Kerberos = gssapi.OIDKRB5.OID()
	Legacy   = gssapi.OIDMSLegacyKRB5.OID() // the number that Windows gives Kerberos
	NTLM     = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 2, 2, 10}
	Unknown  = asn1.ObjectIdentifier{1, 2, 3}
)

// Offer wraps a token into the first message of SPNEGO.
func Offer(t testing.TB, inner []byte, mechanisms ...asn1.ObjectIdentifier) []byte {
	t.Helper()
	outer := spnego.SPNEGOToken{Init: true, NegTokenInit: spnego.NegTokenInit{MechTypes: mechanisms, MechTokenBytes: inner}}
	b, err := outer.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// WriteKeytab writes a keytab to a file.
func WriteKeytab(t testing.TB, path string, keys *keytab.Keytab) {
	t.Helper()
	b, err := keys.Marshal()
	if err == nil {
		err = os.WriteFile(path, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
