package spooler

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// How long and how many entries of the address book are remembered.
const (
	entryLifetime = time.Minute
	mostEntries   = 10_000
	maxGroupDepth = 10 // groups within groups
)

// directory looks people up in the address book, as SYSTEM. It may be used by several goroutines.
type directory struct {
	session *client.Session
	now     func() time.Time

	mu    sync.Mutex
	known map[string]knownEntry
}

type knownEntry struct {
	entry client.Entry
	until time.Time
}

func newDirectory(s *client.Session, now func() time.Time) *directory {
	return &directory{session: s, now: now, known: make(map[string]knownEntry)}
}

// remembered gives what is known under a key, or asks for it.
func (d *directory) remembered(key string, ask func() (knownEntry, error)) (knownEntry, error) {
	d.mu.Lock()
	k, ok := d.known[key]
	d.mu.Unlock()
	if ok && d.now().Before(k.until) {
		return k, nil
	}
	k, err := ask()
	if err != nil {
		return k, err
	}
	k.until = d.now().Add(entryLifetime)
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) >= mostEntries {
		clear(d.known) // rare, and each comes back by one call
	}
	d.known[key] = k
	return k, nil
}

// named finds somebody by login name, full name or address; ok is false if there is nobody, or several.
func (d *directory) named(ctx context.Context, name string) (e client.Entry, ok bool, err error) {
	if name == "" {
		return e, false, nil
	}
	k, err := d.remembered("name "+strings.ToLower(name), func() (knownEntry, error) {
		list, err := d.session.ResolveNames(ctx, name)
		if err != nil {
			return knownEntry{}, err
		}
		return knownEntry{entry: list[0]}, nil
	})
	return k.entry, err == nil && k.entry.Resolution == client.Resolved, err
}

// byID finds somebody by an address-book entry id; ok is false if there is nobody.
func (d *directory) byID(ctx context.Context, id []byte) (e client.Entry, ok bool, err error) {
	if _, ok := mapi.ParseABEntryID(id); !ok {
		return e, false, nil
	}
	k, err := d.remembered("id "+string(id), func() (k knownEntry, err error) {
		k.entry, err = d.session.Entry(ctx, id)
		switch code := mapi.CodeOf(err); {
		case err == nil && len(k.entry.EntryID) == 0:
			k.entry.EntryID = id
		case code == mapi.NotFound || code == mapi.InvalidEntryID:
			return knownEntry{}, nil
		}
		return k, err
	})
	return k.entry, err == nil && k.entry.Resolution == client.Resolved, err
}

// who finds the entry that properties of a recipient mean: by entry id, by login name, or by address. ok is false for people outside.
func (d *directory) who(ctx context.Context, p mapi.Props) (e client.Entry, ok bool, err error) {
	if e, ok, err = d.byID(ctx, p.Bytes(mapi.PrEntryID)); ok || err != nil {
		return e, ok, err
	}
	kind, address := p.Str(mapi.PrAddrtype), p.Str(mapi.PrEmailAddress)
	if one, isOne := mapi.ParseOneOff(p.Bytes(mapi.PrEntryID)); isOne && address == "" {
		kind, address = one.AddressType, one.Address
	}
	if strings.EqualFold(kind, "SMTP") && !strings.Contains(address, "@") {
		address = ""
	}
	if e, ok, err = d.named(ctx, address); ok || err != nil {
		return e, ok, err
	}
	return d.named(ctx, p.Str(mapi.PrSMTPAddress))
}

// addresses is who for [convert.ExportOptions].
func (d *directory) addresses(ctx context.Context) func(mapi.Props) (string, bool) {
	return func(p mapi.Props) (string, bool) {
		e, ok, err := d.who(ctx, p)
		return e.SMTP, ok && err == nil && e.SMTP != ""
	}
}

// byAddress makes a [convert.Directory] of it.
type byAddress struct {
	ctx context.Context
	*directory
}

// ByAddress implements convert.Directory.
func (b byAddress) ByAddress(address string) (convert.Entry, bool) {
	e, ok, err := b.named(b.ctx, address)
	if !ok || err != nil {
		return convert.Entry{}, false
	}
	return convert.Entry{
		Name: e.Name, Account: e.Account, SMTP: e.SMTP, EntryID: e.EntryID, ObjectType: e.ObjectType, DisplayType: e.DisplayType,
	}, true
}

// includes reports whether a user is on a list, or in one of the groups on it, up to [maxGroupDepth] groups within groups.
func (d *directory) includes(ctx context.Context, list [][]byte, user client.Entry) (bool, error) {
	seen := make(map[string]bool)
	for range maxGroupDepth + 1 {
		var next [][]byte
		for _, id := range list {
			if sameEntry(id, user.EntryID) || isEveryone(id) {
				return true, nil
			}
			a, ok := mapi.ParseABEntryID(id)
			if !ok || a.Type != mapi.TypeDistList || seen[string(id)] {
				continue
			}
			seen[string(id)] = true
			members, err := d.session.Entries(ctx, id, "", nil)
			if err != nil && mapi.CodeOf(err) != mapi.NotFound {
				return false, err
			}
			for i := range members {
				next = append(next, members[i].EntryID)
			}
		}
		if list = next; len(list) == 0 {
			return false, nil
		}
	}
	return false, nil
}

// sameEntry reports whether two address-book entry ids mean the same: they may be of different versions.
func sameEntry(a, b []byte) bool {
	if bytes.Equal(a, b) {
		return len(a) > 0
	}
	x, okX := mapi.ParseABEntryID(a)
	y, okY := mapi.ParseABEntryID(b)
	return okX && okY && x.Type == y.Type && x.ID == y.ID && (x.ExternalID == nil || y.ExternalID == nil || bytes.Equal(x.ExternalID, y.ExternalID))
}

func isEveryone(id []byte) bool {
	a, ok := mapi.ParseABEntryID(id)
	return ok && a.Type == mapi.TypeDistList && a.ID == mapi.UserEveryone
}
