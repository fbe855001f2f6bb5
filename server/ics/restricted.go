package ics

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"

	"zarafa/mapi"
	"zarafa/server/match"
	"zarafa/storage"
	"zarafa/wire"
)

// setsKept is how many sets a restricted sync keeps, so that a client may go back to an earlier state.
const setsKept = 9

// errMoved says that a folder changed while an answer was made that needs a new state.
var errMoved = errors.New("the folder has changed")

// restrictedChanges makes the answer of a sync with a restriction, anew if the folder changes at the wrong moment.
func (s *Service) restrictedChanges(r request, folder storage.Ref, seen [][]byte, had bool, resp *wire.ICSChangeResponse) error {
	for range maxAttempts {
		resp.ChangesArray = []wire.ICSChange{}
		err := s.compareSets(r, folder, seen, had, resp)
		if !errors.Is(err, errMoved) {
			return err
		}
		if r.until, err = s.state(r, folder, true); err != nil {
			return err
		}
		resp.MaxChangeID = r.until
	}
	return mapi.Errorf(mapi.Busy, "getChanges", "folder %d keeps changing", folder.ID)
}

// compareSets answers a sync with a restriction: the server remembers which messages matched when the client last asked,
// compares, and remembers the new set. had tells whether there was a set; without a restriction everything matches.
func (s *Service) compareSets(r request, folder storage.Ref, seen [][]byte, had bool, resp *wire.ICSChangeResponse) error {
	live, err := s.liveMessages(r, folder)
	if err != nil {
		return err
	}
	past, err := s.histories(r, folder)
	if err != nil {
		return err
	}
	if !had && r.after != 0 {
		seen = everySeen(r, past, live)
	}
	known := make(map[string]bool, len(seen))
	for _, key := range seen {
		known[string(key)] = true
	}
	var set [][]byte
	for _, m := range live {
		key := string(m.key)
		if !m.matches || past[key] != nil && past[key].later && !known[key] {
			continue // what is new is the next answer's
		}
		set = append(set, m.key)
		if ch, ok := describe(r, folder, m.key, past[key], known[key]); ok {
			resp.ChangesArray = append(resp.ChangesArray, ch)
		}
		delete(known, key)
	}
	resp.ChangesArray = append(resp.ChangesArray, gone(r, folder, known, seen)...)
	return s.rememberSet(r, folder, set, resp)
}

// liveMessage is what is kept of a message of the folder while the answer is made: what the answer itself has of it, and not its row.
type liveMessage struct {
	key     []byte
	wanted  bool // it is of a kind that the client wants
	matches bool // and satisfies the restriction
}

// liveMessages judges the messages of a folder, newest first.
func (s *Service) liveMessages(r request, folder storage.Ref) ([]liveMessage, error) {
	matcher, err := match.New(s.store, r.restrict, s.locales.Default())
	if err != nil {
		return nil, err
	}
	var list []liveMessage
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted}
	err = storage.RowPages(r.Context, s.store, q, func(page []*storage.Row) error {
		for _, row := range page {
			m := liveMessage{key: bytes.Clone(row.SourceKey), wanted: r.wantsKind(row.Ref)}
			if m.wanted {
				if m.matches, err = matcher.Matches(r.Context, row); err != nil {
					return err
				}
			}
			list = append(list, m)
		}
		return nil
	})
	slices.Reverse(list)
	return list, err
}

// everySeen are the items that a client has whose sync was not restricted so far: those that were there at its state.
func everySeen(r request, past map[string]*history, live []liveMessage) [][]byte {
	unwanted := make(map[string]bool)
	var seen [][]byte
	for _, m := range live {
		key := string(m.key)
		if !m.wanted {
			unwanted[key] = true
		}
		if past[key] == nil && m.wanted {
			seen = append(seen, m.key) // older than the records
		}
	}
	for _, key := range slices.Sorted(maps.Keys(past)) {
		if !unwanted[key] && past[key].seenBy(r.after) {
			seen = append(seen, []byte(key))
		}
	}
	return seen
}

// describe tells what a matching message means to the client: new, changed since, or nothing.
func describe(r request, folder storage.Ref, key []byte, h *history, known bool) (wire.ICSChange, bool) {
	if h == nil {
		h = new(history)
	}
	ch := wire.ICSChange{ChangeID: h.created, SourceKey: key, ParentSourceKey: folder.SourceKey, ChangeType: messageNew}
	switch {
	case !known:
		ownNews := h.createdHere && (r.after == 0 || h.changed == 0)
		ch.ChangeID = max(h.created, h.changed)
		return ch, !ownNews
	case h.changed != 0:
		ch.ChangeID, ch.ChangeType = h.changed, messageChange
		return ch, true
	case h.flagged != 0 && r.flags&mapi.SyncReadState != 0:
		ch.ChangeID, ch.ChangeType, ch.Flags = h.flagged, messageFlag, h.newFlags
		return ch, true
	}
	return ch, false
}

// gone reports what the client has and should not have any more, in the order in which it was remembered.
func gone(r request, folder storage.Ref, known map[string]bool, seen [][]byte) []wire.ICSChange {
	var out []wire.ICSChange
	for _, key := range seen {
		if !known[string(key)] || r.flags&mapi.SyncNoDeletions != 0 {
			continue
		}
		delete(known, string(key))
		out = append(out, wire.ICSChange{SourceKey: key, ParentSourceKey: folder.SourceKey, ChangeType: goneFromSet})
	}
	return out
}

// rememberSet stores the set under the change id that the client will come back with. If nothing was recorded since
// but there is something to report, the state must still move on: a row that nobody reads makes a new id. Whatever else got one since
// the state was read has a lower one and would be passed over: errMoved.
func (s *Service) rememberSet(r request, folder storage.Ref, set [][]byte, resp *wire.ICSChangeResponse) error {
	if r.flags&mapi.SyncNoDBChanges != 0 {
		return nil
	}
	return s.store.Update(r.Context, folder.Store, func(ctx context.Context, tx storage.Tx) error {
		newest := r.until
		if newest <= r.after && len(resp.ChangesArray) > 0 {
			last, err := tx.MaxChange(ctx, folder.SourceKey)
			if err == nil && last > newest {
				err = errMoved
			}
			if err == nil {
				newest, err = dummyChange(ctx, tx, folder)
			}
			if err != nil {
				return err
			}
		}
		resp.MaxChangeID = newest
		if r.restrict != nil {
			if err := tx.PutSyncedMessages(ctx, r.sync.ID, newest, set); err != nil {
				return err
			}
		}
		return s.dropSets(ctx, tx, r, newest)
	}, nil)
}

// dropSets forgets sets newer than the state the client came with and all but a few older ones.
func (s *Service) dropSets(ctx context.Context, tx storage.Tx, r request, current uint32) error {
	sets, err := tx.SyncedSets(ctx, r.sync.ID)
	if err != nil {
		return err
	}
	var older []uint32
	for _, id := range sets {
		switch {
		case id == current && r.restrict != nil:
		case id > r.after:
			if err := tx.DeleteSyncedSet(ctx, r.sync.ID, id); err != nil {
				return err
			}
		default:
			older = append(older, id)
		}
	}
	for len(older) > setsKept {
		if err := tx.DeleteSyncedSet(ctx, r.sync.ID, older[0]); err != nil {
			return err
		}
		older = older[1:]
	}
	return nil
}

// dummyChange records a change of nothing, which only gives the folder a new newest change id.
func dummyChange(ctx context.Context, tx storage.Tx, folder storage.Ref) (uint32, error) {
	id, err := tx.NewChangeID(ctx)
	if err != nil {
		return 0, err
	}
	return id, tx.PutChange(ctx, storage.Change{ID: id, Parent: folder.SourceKey, SourceKey: []byte{0}})
}
