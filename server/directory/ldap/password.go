package ldap

import (
	"context"
	"fmt"

	goldap "github.com/go-ldap/ldap/v3"

	"zarafa/mapi"
	"zarafa/server/directory/crypthash"
	"zarafa/server/directory/plugin"
)

// Authenticate implements [plugin.Plugin]: by a bind as the user, or by comparison with his stored password.
func (p *Plugin) Authenticate(ctx context.Context, user plugin.Key, name, password string) error {
	if password == "" {
		return mapi.Errorf(mapi.LogonFailed, "ldap", "no password")
	}
	if p.settings.Authentication == "password" {
		return p.compare(ctx, user, name, password)
	}
	p.dnMu.RLock()
	dn := p.dns[user]
	p.dnMu.RUnlock()
	var err error
	if dn != "" {
		if err = p.bindAs(ctx, dn, password); mapi.CodeOf(err) != mapi.LogonFailed {
			return err
		}
	}
	// Nothing has been read yet, or the entry may have been moved.
	e, ferr := p.find(ctx, user, name)
	if ferr != nil {
		return ferr
	}
	if e.DN == dn {
		return err
	}
	return p.bindAs(ctx, e.DN, password)
}

// bindAs logs on to the directory as somebody else than the server, on a connection of its own.
func (p *Plugin) bindAs(ctx context.Context, dn, password string) error {
	c, err := p.pool.dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	err = c.Bind(dn, password)
	if err == nil {
		return nil
	}
	if isNetwork(err) {
		p.pool.next()
		return fmt.Errorf("checking the password of %q: %w", dn, err)
	}
	// Wrong passwords, locked and expired accounts: directories use many codes.
	return mapi.Errorf(mapi.LogonFailed, "ldap", "the LDAP server refuses %q: %w", dn, err)
}

// find searches for a user's entry by what identifies him.
func (p *Plugin) find(ctx context.Context, user plugin.Key, name string, attributes ...string) (*goldap.Entry, error) {
	unique, binary := p.settings.unique(catUser)
	id := user.ID
	if !binary {
		id = p.text.Encode(id)
	}
	var raw []*goldap.Entry
	err := p.pool.with(ctx, func(c *goldap.Conn) (err error) {
		raw, err = p.search(c, p.settings.SearchBase, all(p.settings.filterOf(&p.settings.User.Kind), equals(unique, id)), attributes...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(raw) != 1 {
		return nil, mapi.Errorf(mapi.LogonFailed, "ldap", "%d entries for user %q", len(raw), name)
	}
	return raw[0], nil
}

// compare checks a password against ldap_password_attribute.
func (p *Plugin) compare(ctx context.Context, user plugin.Key, name, password string) error {
	e, err := p.find(ctx, user, name, p.settings.User.Password)
	if err != nil {
		return err
	}
	var reason error
	for _, stored := range e.GetRawAttributeValues(p.settings.User.Password) {
		p.hashing <- struct{}{}
		ok, err := crypthash.UserPassword(string(stored), password)
		<-p.hashing
		if ok {
			return nil
		}
		if err != nil {
			reason = err
		}
	}
	if reason != nil {
		return mapi.Errorf(mapi.LogonFailed, "ldap", "the password of %q cannot be checked with ldap_authentication_method = password: %w", name, reason)
	}
	return mapi.Errorf(mapi.LogonFailed, "ldap", "%q has another password, or none that ldap_bind_user may read", name)
}
