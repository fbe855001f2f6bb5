package objects

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/server/feed"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// flagging is one change of the flags of many messages of a folder (docs/protocol.md). All but the answers is fixed before the first
// transaction.
type flagging struct {
	svc     *Service
	call    *session.Call
	req     *wire.SetReadFlagsRequest
	folder  storage.Ref
	rules   change.Rules
	answers map[uint32]wire.MessageAnswer // by message
}

// changeFlags changes read flags, status, small properties and a list of many messages of a folder, up to some in a transaction, and answers
// for each what it has become. It needs Read on each message if only the read flag is to change, else Edit; without, nothing is changed.
func (s *Service) changeFlags(c *session.Call, req *wire.SetReadFlagsRequest, resp *wire.SetReadFlagsResponse) error {
	const op = "setReadFlags"
	if err := checkChange(req.Change); err != nil {
		return err
	}
	folder, err := s.folder(c.Context, req.EntryID)
	if err != nil {
		return err
	}
	in, err := s.incoming(c, op, false)
	if err != nil {
		return err
	}
	byStore, _, err := s.messages(c, req.Messages, op)
	if err != nil {
		return err
	}
	need := rights.Edit
	if only := req.Change; only.StatusMask == 0 && len(only.Props)+len(only.Delete) == 0 && only.ListMode == mapi.ListLeave {
		need = rights.Read
	}
	f := flagging{svc: s, call: c, req: req, folder: folder, rules: in.rules, answers: make(map[uint32]wire.MessageAnswer, len(req.Messages))}
	ids := make(map[string]uint32, len(req.Messages))
	var list []uint32
	for _, refs := range byStore {
		refs = slices.DeleteFunc(refs, func(ref storage.Ref) bool { return ref.Parent != folder.ID })
		if len(refs) == 0 {
			continue
		}
		if err := s.checkEach(c, refs, need); err != nil {
			return err
		}
		for _, ref := range refs {
			ids[string(ref.EntryID)] = ref.ID
			list = append(list, ref.ID)
		}
	}
	for part := range slices.Chunk(list, s.batch()) {
		if err := f.batch(part); err != nil {
			return err
		}
	}
	resp.Answers = make([]wire.MessageAnswer, len(req.Messages))
	for i, id := range req.Messages {
		answer, ok := f.answers[ids[string(mapi.EntryID(id).WithFlags(0))]]
		if !ok {
			answer.State = mapi.MessageNotThere
		}
		resp.Answers[i] = answer
	}
	return nil
}

// checkChange refuses what is no change of flags.
func checkChange(m *wire.MessageChange) error {
	refuse := func(why string) error { return mapi.Errorf(mapi.InvalidParameter, "setReadFlags", "%s", why) }
	switch {
	case m.Read > mapi.ReadClear:
		return refuse("an unknown change of the read flag")
	case m.ListMode > mapi.ListRemove:
		return refuse("an unknown change of a list")
	case m.ListMode != mapi.ListLeave && (m.List == nil || m.List.Tag.Canonical().Type() != mapi.PtUnicode|mapi.MVFlag):
		return refuse("the list is not one of strings")
	case len(m.Props)+len(m.Delete) > maxFlagProps:
		return refuse("too many properties")
	}
	return nil
}

// maxFlagProps is how many properties a change of flags may have.
const maxFlagProps = 64

// batch is one transaction.
func (f *flagging) batch(ids []uint32) error {
	return f.svc.writer.Do(f.call.Context, f.folder.Store, author(f.call, f.req.SyncID), func(ctx context.Context, ch *change.Change) error {
		rows, err := ch.RowsOf(ctx, storage.RowQuery{IDs: ids})
		if err != nil {
			return err
		}
		for _, id := range ids {
			delete(f.answers, id) // of an attempt before
		}
		changed := rows[:0]
		for _, r := range rows {
			if r.Parent != f.folder.ID || r.Flags != 0 || r.Type != mapi.TypeMessage {
				continue // moved meanwhile, associated or deleted
			}
			state, err := f.change(ctx, ch, r)
			if err != nil {
				return err
			}
			f.answers[r.ID] = wire.MessageAnswer{State: state, Number: mapi.ModificationNumber(f.svc.store.ServerGUID(), r.Props)}
			if state == mapi.MessageChanged {
				changed = append(changed, r)
			}
		}
		if len(changed) == 0 {
			return nil
		}
		return ch.PutRows(ctx, changed...)
	})
}

// change changes one row, which remains to be written, and says what became of the message.
func (f *flagging) change(ctx context.Context, ch *change.Change, r *storage.Row) (state uint32, err error) {
	m := f.req.Change
	if m.Conditional && mapi.ModificationNumber(f.svc.store.ServerGUID(), r.Props) > m.UnchangedSince {
		return mapi.MessageNewer, nil
	}
	before := r.Props.Uint32(mapi.PrMessageFlags)
	read := f.markRead(r)
	other, err := f.changeOthers(ch, r)
	if err != nil || !read && !other {
		return mapi.MessageSame, err
	}
	after := r.Props.Uint32(mapi.PrMessageFlags)
	ch.CountRead(r.Ref, before, after)
	if read {
		if err := f.record(ctx, ch, r, mapi.ChangeFlag, after&mapi.MsgRead); err != nil {
			return 0, err
		}
	}
	if other {
		if err := f.record(ctx, ch, r, mapi.ChangeModified, 0); err != nil {
			return 0, err
		}
	}
	ch.Event(feed.Event{Kind: feed.Modified, Object: r.Ref, ParentEntryID: f.folder.EntryID, Row: r.Clone()})
	return mapi.MessageChanged, nil
}

// record notes a change of one kind for synchronisation.
func (f *flagging) record(ctx context.Context, ch *change.Change, r *storage.Row, kind, flags uint32) error {
	id, err := ch.Record(ctx, f.folder.SourceKey, r.SourceKey, mapi.ChangeMessage|kind, flags)
	if err == nil {
		ch.Note(&r.Props, id)
	}
	return err
}

// markRead does what setReadFlags does. It reports whether anything is different.
func (f *flagging) markRead(r *storage.Row) bool {
	flags := f.req.Flags &^ mapi.ClearReadFlag
	switch f.req.Change.Read {
	case mapi.ReadLeave:
		return false
	case mapi.ReadClear:
		flags |= mapi.ClearReadFlag
	}
	before := r.Props.Uint32(mapi.PrMessageFlags)
	after := readFlags(before, flags)
	r.Props.Set(mapi.Long(mapi.PrMessageFlags, after))
	return after != before
}

// changeOthers does what setMessageStatus and saveObject do. It reports whether anything is different.
func (f *flagging) changeOthers(ch *change.Change, r *storage.Row) (bool, error) {
	m := f.req.Change
	old := r.Props.Uint32(mapi.PrMsgStatus)
	status := old&^m.StatusMask | m.StatusMask&m.Status
	if status != old {
		r.Props.Set(mapi.Long(mapi.PrMsgStatus, status))
	}
	set := m.Props
	if m.ListMode != mapi.ListLeave {
		old, _ := r.Props.Get(m.List.Tag)
		set = append(slices.Clip(set), mapi.Multi(m.List.Tag.Canonical(), edited(old.Values(), m.List.Values(), m.ListMode)...))
	}
	changed, err := ch.ChangeRow(r, set, m.Delete, f.rules)
	return changed || status != old, err
}

// edited is a list of strings after a change. Entries keep their spelling and their order.
func edited(list, values []mapi.PropValue, mode uint32) []mapi.PropValue {
	has := func(list []mapi.PropValue, v mapi.PropValue) bool {
		return slices.ContainsFunc(list, func(w mapi.PropValue) bool { return bytes.Equal(v.Data, w.Data) || strings.EqualFold(v.Str(), w.Str()) })
	}
	var out []mapi.PropValue
	if mode != mapi.ListReplace {
		out = slices.Clone(list)
	}
	if mode == mapi.ListRemove {
		return slices.DeleteFunc(out, func(v mapi.PropValue) bool { return has(values, v) })
	}
	for _, v := range values {
		if !has(out, v) {
			out = append(out, v)
		}
	}
	return out
}
