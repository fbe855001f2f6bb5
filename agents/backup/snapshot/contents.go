package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
	"zarafa/client"
	"zarafa/mapi"
)

// syncFlags ask for all messages of a folder and the changes of their read flags.
const syncFlags = client.SyncNormal | client.SyncAssociated | client.SyncReadState

// exportAtOnce is how many messages are asked for at one time.
const exportAtOnce = 256

// contents brings the list of a folder's messages up to date.
func (t *taking) contents(row hierarchyRow, f, old *Folder, ref *FolderRef) error {
	if old == nil {
		old = new(Folder)
		ref.Change = 0
	}
	list, state, err := t.changes(row, f, old, ref.Change)
	if err != nil {
		return err
	}
	unread, err := t.rewrite(row, f, old, list)
	if err != nil {
		return err
	}
	if len(unread) > 0 {
		// The changes are asked for again by the next run.
		t.faults = append(t.faults, fmt.Sprintf("folder %q: %d messages could not be read, the first is %x", row.name, len(unread), unread[0]))
		if f.Sync != old.Sync {
			f.Sync, ref.Change = 0, 0
		}
		return nil
	}
	if ref.Change == state && f.Sync == old.Sync {
		return nil
	}
	ref.Change = state
	return t.session.SaveSync(t.ctx, row.key, client.Sync{ID: f.Sync, Change: state, Kind: client.SyncContents})
}

// changes lists what has happened to a folder's messages since the snapshot before.
func (t *taking) changes(row hierarchyRow, f, old *Folder, since uint32) (list []client.ItemChange, state uint32, err error) {
	if old.Sync != 0 && !t.Suspicious {
		f.Sync = old.Sync
		list, state, err = t.session.Changes(t.ctx, client.Sync{ID: old.Sync, Change: since, Kind: client.SyncContents}, syncFlags, nil)
		if err == nil {
			return client.Collapse(list), state, nil
		}
		if code := mapi.CodeOf(err); code != mapi.NotFound && code != mapi.DatabaseError && code != mapi.Collision {
			return nil, 0, fmt.Errorf("asking for changes: %w", err)
		}
		t.Log.Info("backup: the server has forgotten a synchronisation; the folder is compared", "folder", row.name)
	}
	sync, err := t.session.NewSync(t.ctx, row.key, client.SyncContents)
	if err != nil {
		return nil, 0, fmt.Errorf("beginning a synchronisation: %w", err)
	}
	f.Sync = sync.ID
	if list, state, err = t.session.Changes(t.ctx, sync, syncFlags, nil); err != nil {
		return nil, 0, fmt.Errorf("asking for the messages: %w", err)
	}
	if len(old.Pages) > 0 {
		list, err = t.compare(row, old)
	}
	return list, state, err
}

// compare finds what has changed without the server's help, by change keys and flags. Pages and messages that are missing in the repository
// count as new.
func (t *taking) compare(row hierarchyRow, old *Folder) (list []client.ItemChange, err error) {
	type version struct {
		changeKey string
		flags     uint32
	}
	there := make(map[string]version)
	for _, flags := range []uint32{0, mapi.OpenAssociated} {
		err := t.session.EachRow(t.ctx, client.TableQuery{
			Kind: mapi.TableMS, EntryID: row.id, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags,
			Columns: []mapi.PropTag{mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrMessageFlags},
		}, func(r mapi.Props) error {
			there[string(r.Bytes(mapi.PrSourceKey))] = version{string(r.Bytes(mapi.PrChangeKey)), r.Uint32(mapi.PrMessageFlags)}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("listing the messages: %w", err)
		}
	}
	var sound []PageRef
	for _, p := range old.Pages {
		entries, err := LoadPage(t.ctx, t.Repo, p)
		if err != nil {
			if t.ctx.Err() != nil {
				return nil, t.ctx.Err()
			}
			continue
		}
		sound = append(sound, p)
		for i := range entries {
			e := &entries[i]
			now, ok := there[string(e.SourceKey)]
			delete(there, string(e.SourceKey))
			switch {
			case !ok:
				list = append(list, client.ItemChange{Kind: client.ItemDeleted, SourceKey: e.SourceKey})
			case now.changeKey != string(e.ChangeKey) || !t.stored(e):
				list = append(list, client.ItemChange{Kind: client.ItemChanged, SourceKey: e.SourceKey})
			case now.flags != e.Flags:
				list = append(list, client.ItemChange{Kind: client.ItemFlagged, SourceKey: e.SourceKey, Flags: now.flags})
			}
		}
	}
	old.Pages = sound
	for key := range there {
		list = append(list, client.ItemChange{Kind: client.ItemNew, SourceKey: []byte(key)})
	}
	return list, nil
}

// stored reports whether all of a message is in the repository.
func (t *taking) stored(e *item.Entry) bool {
	return t.Repo.Has(e.Item) && !slices.ContainsFunc(e.Refs, func(id repository.ID) bool { return !t.Repo.Has(id) })
}

// rewrite makes the pages of a folder of the old ones and the changes. It returns the keys of messages that are there and could not be read.
func (t *taking) rewrite(row hierarchyRow, f, old *Folder, list []client.ItemChange) (unread [][]byte, err error) {
	slices.SortFunc(list, func(a, b client.ItemChange) int { return bytes.Compare(a.SourceKey, b.SourceKey) })
	in, out := oldPages{repo: t.Repo, pages: old.Pages}, pager{repo: t.Repo}
	for len(list) > 0 {
		batch := list[:min(exportAtOnce, len(list))]
		list = list[len(batch):]
		read, err := t.export(row, batch)
		if err != nil {
			return nil, err
		}
		missing := make(map[string]bool)
		for i := range batch {
			missed, err := t.apply(&batch[i], read, &in, &out)
			if err != nil {
				return nil, err
			}
			if missed {
				missing[string(batch[i].SourceKey)] = true
			}
		}
		still, err := t.stillThere(row, missing)
		if err != nil {
			return nil, err
		}
		unread = append(unread, still...)
	}
	if err := in.copyUntil(t.ctx, nil, &out); err != nil {
		return nil, err
	}
	err = out.write(t.ctx, false)
	f.Pages = out.pages
	return unread, err
}

// apply makes one change. missed says that the message was wanted and did not come.
func (t *taking) apply(c *client.ItemChange, read map[string]item.Entry, in *oldPages, out *pager) (missed bool, err error) {
	if err := in.copyUntil(t.ctx, c.SourceKey, out); err != nil {
		return false, err
	}
	before, had, err := in.take(t.ctx, c.SourceKey)
	if err != nil {
		return false, err
	}
	switch c.Kind {
	case client.ItemNew, client.ItemChanged:
		if e, ok := read[string(c.SourceKey)]; ok {
			return false, out.add(t.ctx, e)
		}
		if !had {
			return true, nil
		}
		return true, out.add(t.ctx, before) // better than nothing, if it is still there
	case client.ItemFlagged:
		if !had {
			return true, nil
		}
		before.Flags = c.Flags
		return false, out.add(t.ctx, before)
	}
	return false, nil // deleted: it stays in older snapshots
}

// stillThere tells which of the messages that did not come are in the folder all the same: somebody has locked them. The others were
// deleted meanwhile, as the next changes will say.
func (t *taking) stillThere(row hierarchyRow, missing map[string]bool) (keys [][]byte, err error) {
	if len(missing) == 0 {
		return nil, nil
	}
	for _, flags := range []uint32{0, mapi.OpenAssociated} {
		err := t.session.EachRow(t.ctx, client.TableQuery{
			Kind: mapi.TableMS, EntryID: row.id, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags, Columns: []mapi.PropTag{mapi.PrSourceKey},
		}, func(r mapi.Props) error {
			if key := r.Bytes(mapi.PrSourceKey); missing[string(key)] {
				keys = append(keys, key)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// export reads messages, and stores them while they arrive.
func (t *taking) export(row hierarchyRow, batch []client.ItemChange) (map[string]item.Entry, error) {
	var keys [][]byte
	for i := range batch {
		if batch[i].Kind == client.ItemNew || batch[i].Kind == client.ItemChanged {
			keys = append(keys, batch[i].SourceKey)
		}
	}
	read := make(map[string]item.Entry, len(keys))
	if len(keys) == 0 {
		return read, nil
	}
	columns := []mapi.PropTag{mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrMessageFlags, mapi.PrMessageSize}
	err := t.session.ExportMessages(t.ctx, row.key, keys, columns, 0, func(x *client.Exported) error {
		m, err := x.MessageTo(t.keepContent)
		if err != nil {
			return err
		}
		e, err := t.entry(m, x.Columns)
		if err != nil {
			return err
		}
		e.SourceKey = keys[x.Index]
		read[string(e.SourceKey)] = e
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading messages: %w", err)
	}
	return read, nil
}

// entry stores a message, and makes its entry but for the key.
func (t *taking) entry(m *mapi.Message, columns mapi.Props) (e item.Entry, err error) {
	e = item.Entry{
		ChangeKey: columns.Bytes(mapi.PrChangeKey), Flags: columns.Uint32(mapi.PrMessageFlags), Size: uint64(columns.Uint32(mapi.PrMessageSize)),
		Class: m.Props.Str(mapi.PrMessageClass),
	}
	e.Associated = e.Flags&mapi.FlagAssociated != 0
	if v, ok := m.Props.Get(mapi.PrLastModificationTime); ok {
		e.Modified = v.Time()
	}
	// What is in the entry, or says where the message is, is no part of it.
	for _, tag := range []mapi.PropTag{
		mapi.PrSourceKey, mapi.PrChangeKey, mapi.PrPredecessorChangeList, mapi.PrMessageFlags, mapi.PrEntryID, mapi.PrParentEntryID, mapi.PrStoreEntryID,
		mapi.PrParentSourceKey, mapi.PrRecordKey, mapi.PrECIMAPID, mapi.PrECHierarchyID, mapi.PrMessageSize,
	} {
		m.Props.Delete(tag.ID())
	}
	data, refs, err := item.Encode(m, func(value []byte) (item.Stored, error) { return t.keepValue(int64(len(value)), bytes.NewReader(value)) })
	if err != nil {
		return e, err
	}
	e.Refs = refs
	if e.Item, err = t.Repo.Save(t.ctx, repository.Body, data); err != nil {
		return e, err
	}
	text, err := json.Marshal(Summary{Subject: m.Props.Str(mapi.PrSubject), From: sender(m.Props)})
	if err == nil {
		e.Summary, err = t.Repo.SealText(t.ctx, text)
	}
	return e, err
}

// Summary is what a message is looked for by.
type Summary struct {
	Subject string `json:"s"`
	From    string `json:"f"`
}

func sender(p mapi.Props) string {
	for _, tag := range []mapi.PropTag{mapi.PrSentRepresentingName, mapi.PrSenderName, mapi.PrSenderEmailAddress} {
		if s := p.Str(tag); s != "" {
			return s
		}
	}
	return ""
}

// keepContent stores the content of an attachment while it arrives; small ones stay with the message.
func (t *taking) keepContent(size int64, r io.Reader) (mapi.Content, error) {
	if size < item.Inline {
		data, err := io.ReadAll(r)
		return mapi.Bytes(data), err
	}
	s, err := t.keepValue(size, r)
	return &item.Content{Stored: s}, err
}

// keepValue stores a value in pieces.
func (t *taking) keepValue(size int64, r io.Reader) (s item.Stored, err error) {
	piece := make([]byte, min(max(size, 1), item.PieceSize))
	for {
		n, err := io.ReadFull(r, piece)
		if n > 0 {
			id, err := t.Repo.Save(t.ctx, repository.Body, piece[:n])
			if err != nil {
				return s, err
			}
			s.Pieces = append(s.Pieces, id)
			s.Length += int64(n)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return s, nil
		}
		if err != nil {
			return s, err
		}
	}
}
