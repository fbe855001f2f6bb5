package dagent

import (
	"context"
	"strings"

	"zarafa/agents/dagent/lmtp"
	"zarafa/agents/spool"
	"zarafa/client"
	"zarafa/mapi"
)

// Recipient finds who an address or a login name means. What is behind the delimiter in an address is left out if the whole
// belongs to nobody, and a domain's catch-all gets what belongs to nobody at all.
func (d *Deliverer) recipient(ctx context.Context, address, returnPath string) (client.Entry, error) {
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
		return client.Entry{}, err
	}
	for _, name := range ask {
		switch e := found[strings.ToLower(name)]; e.Resolution {
		case client.Ambiguous:
			return client.Entry{}, errAmbiguous
		case client.Resolved:
			if e.ObjectType == mapi.TypeMailUser && e.Account != "" {
				return e, nil
			}
		}
	}
	return client.Entry{}, errUnknown
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
	e, err := d.recipient(ctx, address, returnPath)
	if err != nil {
		return nil, err
	}
	return e, nil
}

// Deliver is called for each mail.
func (d lmtpDeliverer) Deliver(ctx context.Context, e lmtp.Envelope, m *spool.Mail, to []lmtp.Recipient) []error {
	entries := make([]client.Entry, len(to))
	for i := range to {
		entries[i], _ = to[i].(client.Entry) // as Recipient gave it
	}
	mail, err := fromLMTP(e, m, d.host, d.now())
	if err != nil {
		results := make([]error, len(to))
		for i := range results {
			results[i] = err
		}
		return results
	}
	return d.Deliverer.Deliver(ctx, mail, entries, Target{})
}
