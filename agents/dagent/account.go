package dagent

import (
	"context"
	"strings"

	"zarafa/client"
)

// logOn connects as SYSTEM. An account of this machine that delivers to the user of its own name connects as that user: mail servers
// run filters, and programs for accounts (mailbox_command of Postfix), as the account that gets the mail, which is no administrator.
func (p *Program) logOn(ctx context.Context, o *options, cfg *Config) (*client.Session, error) {
	who := client.Options{App: "zarafa-dagent", AppVersion: p.Version, AppMisc: "delivery"}
	if p.deliversToItself(o) && strings.HasPrefix(cfg.Connection.Endpoint(), "file:") {
		session, err := cfg.Connection.LogOnAs(ctx, o.lookedUp(o.recipients[0]), who)
		if err == nil {
			return session, nil
		} // there is no such user, or allow_local_users is off: only an administrator can deliver
	}
	return cfg.Connection.LogOn(ctx, who)
}

// deliversToItself reports whether the only recipient is the account that runs the program. root is an administrator.
func (p *Program) deliversToItself(o *options) bool {
	return p.Account != "" && p.Account != "root" && len(o.recipients) == 1 && strings.EqualFold(o.lookedUp(o.recipients[0]), p.Account)
}
