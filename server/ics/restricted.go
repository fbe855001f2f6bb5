package ics

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/server/match"
	"zarafa/storage"
	"zarafa/wire"
)

// setsKept is how many sets a restricted sync keeps, so that a client may go back to an earlier state.
const setsKept = 9

// restrictedChanges answers a sync with a restriction: the server remembers which messages matched when the client last asked,
// compares, and remembers the new set. had tells whether there was a set; without a restriction everything matches.
func (s *Service) restrictedChanges(r request, folder storage.Ref, seen [][]byte, had bool, resp *wire.ICSChangeResponse) error {
	matching, err := s.matching(r, folder)
	if err != nil {
		return err
	}
	latest, err := s.latest(r, folder)
	if err != nil {
		return err
	}
	known := make(map[string]bool, len(seen))
	for _, key := range seen {
		known[string(key)] = true
	}
	if !had && r.after != 0 {
		// The sync was unrestricted so far: the client has every message that there was.
		known = s.everySeen(latest, r.after, matching)
	}
	set := make([][]byte, 0, len(matching))
	for _, ref := range matching {
		key := string(ref.SourceKey)
		set = append(set, ref.SourceKey)
		if ch, ok := describe(r, folder, ref, latest[key], known[key]); ok {
			resp.ChangesArray = append(resp.ChangesArray, ch)
		}
		delete(known, key)
	}
	resp.ChangesArray = append(resp.ChangesArray, gone(r, folder, known, seen)...)
	return s.rememberSet(r, folder, set, resp)
}

// matching are the live messages that satisfy the restriction, newest first.
func (s *Service) matching(r request, folder storage.Ref) ([]storage.Ref, error) {
	var out []storage.Ref
	matcher, err := match.New(s.store, r.restrict, s.locales.Default())
	if err != nil {
		return nil, err
	}
	var rows []*storage.Row
	q := storage.RowQuery{Parent: folder.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted}
	if err := s.store.Rows(r.Context, q, func(row *storage.Row) error { rows = append(rows, row); return nil }); err != nil {
		return nil, err
	}
	for _, row := range rows {
		ok, err := matcher.Matches(r.Context, row)
		if err != nil {
			return nil, err
		}
		if ok && r.wantsKind(row.Ref) {
			out = append(out, row.Ref)
		}
	}
	slices.Reverse(out)
	return out, nil
}

// latest is the newest record of each item of the folder.
func (s *Service) latest(r request, folder storage.Ref) (map[string]storage.Change, error) {
	list, err := s.store.Changes(r.Context, folder.SourceKey, 0)
	if err != nil {
		return nil, err
	}
	out := make(map[string]storage.Change, len(list))
	for _, ch := range list {
		out[string(ch.SourceKey)] = ch // ascending ids
	}
	return out, nil
}

// everySeen are the items that an unrestricted client has: those changed last before its state, and of the others
// those that still exist.
func (s *Service) everySeen(latest map[string]storage.Change, after uint32, matching []storage.Ref) map[string]bool {
	known := make(map[string]bool)
	for key, ch := range latest {
		if ch.ID <= after && ch.Type&changeMask < softDelete {
			known[key] = true
		}
	}
	for _, ref := range matching {
		if _, recorded := latest[string(ref.SourceKey)]; !recorded {
			known[string(ref.SourceKey)] = true
		}
	}
	return known
}

// describe tells what a matching message means to the client: new, changed since, or nothing.
func describe(r request, folder storage.Ref, ref storage.Ref, last storage.Change, known bool) (wire.ICSChange, bool) {
	ch := wire.ICSChange{ChangeID: last.ID, SourceKey: ref.SourceKey, ParentSourceKey: folder.SourceKey, ChangeType: messageNew}
	if !known {
		return ch, last.Sync != r.sync.ID || last.ID == 0
	}
	if last.ID <= r.after || last.Sync == r.sync.ID {
		return ch, false
	}
	ch.ChangeType = messageChange
	if last.Type == messageFlag {
		ch.ChangeType, ch.Flags = messageFlag, last.Flags
		return ch, r.flags&flagReadState != 0
	}
	return ch, true
}

// gone reports what the client has and should not have any more, in the order in which it was remembered.
func gone(r request, folder storage.Ref, known map[string]bool, seen [][]byte) []wire.ICSChange {
	if r.flags&flagNoDeletions != 0 {
		return nil
	}
	keys := make([]string, 0, len(known))
	for _, key := range seen {
		if known[string(key)] {
			keys = append(keys, string(key))
			delete(known, string(key))
		}
	}
	for key := range known {
		keys = append(keys, key)
	}
	out := make([]wire.ICSChange, len(keys))
	for i, key := range keys {
		out[i] = wire.ICSChange{SourceKey: []byte(key), ParentSourceKey: folder.SourceKey, ChangeType: goneFromSet}
	}
	return out
}

// rememberSet stores the set under the change id that the client will come back with. If nothing was recorded since
// but there is something to report, the state must still move on: a row that nobody reads makes a new id.
func (s *Service) rememberSet(r request, folder storage.Ref, set [][]byte, resp *wire.ICSChangeResponse) error {
	if r.flags&flagNoDBChanges != 0 {
		return nil
	}
	return s.store.Update(r.Context, folder.Store, func(ctx context.Context, tx storage.Tx) error {
		newest := resp.MaxChangeID
		if newest <= r.after && len(resp.ChangesArray) > 0 || newest == 0 {
			id, err := dummyChange(ctx, tx, folder)
			if err != nil {
				return err
			}
			newest = id
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
