package dagent

import (
	"context"
	"strings"
	"sync"
	"time"

	"zarafa/client"
	"zarafa/mail/convert"
)

// addressLifetime is how long it is remembered who an address belongs to.
const addressLifetime = 30 * time.Second

// mostAddresses is how many are remembered.
const mostAddresses = 50_000

// addresses remember who addresses belong to, for all mails: senders and recipients come again within seconds.
type addresses struct {
	session *client.Session
	now     func() time.Time

	mu    sync.Mutex
	known map[string]knownAddress // by address in lower case
}

type knownAddress struct {
	entry client.Entry // Resolution says whether there is one
	until time.Time
}

func newAddresses(s *client.Session, now func() time.Time) *addresses {
	return &addresses{session: s, now: now, known: make(map[string]knownAddress)}
}

// resolve finds out whom addresses belong to, by one call for all that are not remembered. anew are those which are asked for again if it is
// remembered that they belong to nobody: the user may have been created meanwhile.
func (a *addresses) resolve(ctx context.Context, anew []string, list ...string) (book, error) {
	list = append(append([]string(nil), anew...), list...)
	found := make(book, len(list))
	var ask []string
	now := a.now()
	a.mu.Lock()
	for i, address := range list {
		key := strings.ToLower(address)
		if key == "" {
			continue
		}
		k, ok := a.known[key]
		switch {
		case ok && now.Before(k.until) && (i >= len(anew) || k.entry.Resolution == client.Resolved):
			found[key] = k.entry
		default:
			if _, twice := found[key]; !twice {
				found[key] = client.Entry{}
				ask = append(ask, key)
			}
		}
	}
	a.mu.Unlock()
	if len(ask) == 0 {
		return found, nil
	}
	entries, err := a.session.ResolveNames(ctx, ask...)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.known)+len(ask) > mostAddresses {
		clear(a.known)
	}
	for i, key := range ask {
		found[key] = entries[i]
		a.known[key] = knownAddress{entries[i], now.Add(addressLifetime)}
	}
	return found, nil
}

// forget has addresses be asked for again.
func (a *addresses) forget(address string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.known, strings.ToLower(address))
}

// book is whom the addresses of one mail belong to, by address in lower case.
type book map[string]client.Entry

// ByAddress is for conversion.
func (b book) ByAddress(address string) (convert.Entry, bool) {
	e, ok := b[strings.ToLower(address)]
	if !ok || e.Resolution != client.Resolved || !strings.EqualFold(e.SMTP, address) && !isAlias(&e, address) {
		return convert.Entry{}, false // a name that happens to look like an address
	}
	return convert.Entry{
		Name: e.Name, Account: e.Account, SMTP: e.SMTP, EntryID: e.EntryID, ObjectType: e.ObjectType, DisplayType: 0,
	}, true
}

func isAlias(e *client.Entry, address string) bool {
	for _, a := range e.Aliases {
		if strings.EqualFold(a, address) {
			return true
		}
	}
	return false
}
