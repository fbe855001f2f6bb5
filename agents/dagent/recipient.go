package dagent

import (
	"context"
	"strings"

	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/spool"
	"zarafa/client"
	"zarafa/mapi"
)

// recipient is who an address means: a user, or the users of a group.
type recipient struct {
	users []client.Entry
	group string // name of the group, empty for a user
}

// recipient finds who an address or a login name means. What is behind the delimiter in an address is left out if the whole
// belongs to nobody, and a domain's catch-all gets what belongs to nobody at all.
func (d *Deliverer) recipient(ctx context.Context, address, returnPath string) (recipient, error) {
	cfg := d.settings.Load()
	ask := []string{address}
	if short, ok := withoutDetail(address, cfg.Delimiter); ok {
		ask = append(ask, short)
	}
	if cfg.CatchAll != "" {
		ask = append(ask, cfg.CatchAll)
	}
	// The return path is asked for in the same call: it is mostly the sender, whom the conversion asks for.
	found, err := d.addresses.resolve(ctx, ask, returnPath)
	if err != nil {
		return recipient{}, err
	}
	for _, name := range ask {
		e := found[strings.ToLower(name)]
		switch {
		case e.Resolution == client.Ambiguous:
			return recipient{}, errAmbiguous
		case e.Resolution != client.Resolved:
		case isUser(&e):
			return recipient{users: []client.Entry{e}}, nil
		case e.ObjectType == mapi.TypeDistList && cfg.ExpandGroups:
			return d.group(ctx, &e)
		case e.ObjectType == mapi.TypeDistList:
			return recipient{}, errGroup
		}
	}
	return recipient{}, errUnknown
}

// withoutDetail is an address without what is behind the delimiter in its local part (RFC 5233).
func withoutDetail(address, delimiter string) (string, bool) {
	local, domain, hasDomain := strings.Cut(address, "@")
	if delimiter == "" {
		return "", false
	}
	i := strings.IndexAny(local, delimiter)
	if i <= 0 {
		return "", false
	}
	if hasDomain {
		return local[:i] + "@" + domain, true
	}
	return local[:i], true
}

// lmtpDeliverer is the deliverer as package lmtp knows it.
type lmtpDeliverer struct{ *Deliverer }

// Recipient is called for each RCPT.
func (d lmtpDeliverer) Recipient(ctx context.Context, address, returnPath string) (lmtp.Recipient, error) {
	r, err := d.recipient(ctx, address, returnPath)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// Deliver is called for each mail.
func (d lmtpDeliverer) Deliver(ctx context.Context, e lmtp.Envelope, m *spool.Mail, to []lmtp.Recipient) []error {
	answers := make([]error, len(to))
	mail, err := fromLMTP(e, m, d.host, d.now())
	if err != nil {
		for i := range answers {
			answers[i] = err
		}
		return answers
	}
	var users []client.Entry
	for i := range to {
		users = append(users, to[i].(recipient).users...) // as Recipient gave it
	}
	results := d.Deliverer.Deliver(ctx, mail, users, Target{})
	for i := range to {
		r := to[i].(recipient)
		answers[i] = d.answer(&r, results[:len(r.users)])
		results = results[len(r.users):]
	}
	return answers
}
