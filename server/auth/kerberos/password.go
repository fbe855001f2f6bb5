package kerberos

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jcmturner/gokrb5/v8/client"
	"github.com/jcmturner/gokrb5/v8/config"
)

// maxChecks bounds how many passwords are checked at a time.
const maxChecks = 32

// Passwords checks passwords by asking the KDC for a ticket with them (auth_method = kerberos). Methods may be called from any goroutine.
//
// It believes no KDC: whoever can answer in its name could let anybody in. So it has the KDC issue a ticket for this very server, which only the
// right one can make so that our key opens it.
type Passwords struct {
	acceptor *Acceptor
	conf     *config.Config
	service  string // the principal in the keytab
	realm    string
	slots    chan struct{}
}

// NewPasswords reads the file that says where KDCs are (krb5.conf). The acceptor's keytab names the service and its realm.
func NewPasswords(a *Acceptor, krb5conf string) (*Passwords, error) {
	conf, err := config.Load(krb5conf)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", krb5conf, err)
	}
	for _, e := range a.keys.Entries {
		if a.isService(e.Principal.Components) {
			return &Passwords{a, conf, strings.Join(e.Principal.Components, "/"), e.Principal.Realm, make(chan struct{}, maxChecks)}, nil
		}
	}
	return nil, errors.New("the keytab has no key for this service")
}

// Check reports whether a user has a password; the user is the principal of that name in the service's realm. An error says why not; it is for
// the log and not for the client.
func (p *Passwords) Check(ctx context.Context, user, password string) error {
	if user == "" || password == "" || strings.ContainsAny(user, "/@\\\x00") {
		return fmt.Errorf("%q cannot be a user with a password", user)
	}
	user, password = strings.Clone(user), strings.Clone(password) // a check may outlive its request
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	checked := make(chan error, 1)
	go func() { // the library knows no context; it gives up after five seconds for each KDC
		defer func() { <-p.slots }()
		checked <- p.ask(user, password)
	}()
	select {
	case err := <-checked:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask talks to the KDC.
func (p *Passwords) ask(user, password string) (err error) {
	defer func() {
		if r := recover(); r != nil { // what the KDC sends is read by the same library
			err = fmt.Errorf("malformed answer of the KDC: %v", r)
		}
	}()
	c := client.NewWithPassword(user, p.realm, password, p.conf, client.DisablePAFXFAST(true))
	defer c.Destroy()
	if err := c.Login(); err != nil {
		return fmt.Errorf("the KDC: %w", err)
	}
	ticket, _, err := c.GetServiceTicket(p.service)
	if err != nil {
		return fmt.Errorf("the KDC gives no ticket for %s: %w", p.service, err)
	}
	if err := ticket.DecryptEncPart(p.acceptor.keys, &ticket.SName); err != nil {
		return fmt.Errorf("what answers as KDC does not know our key: %w", err)
	}
	if ok, err := ticket.Valid(skew); err != nil || !ok {
		return errors.Join(errors.New("the KDC's ticket is not good"), err)
	}
	got := ticket.DecryptedEncPart
	if len(got.CName.NameString) != 1 || !strings.EqualFold(got.CName.NameString[0], user) || got.CRealm != p.realm {
		return fmt.Errorf("the KDC's ticket is for %s@%s", got.CName.PrincipalNameString(), got.CRealm)
	}
	return nil
}
