package sqlstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// extract moves values of LoadValueLimit bytes and more to the table lob, and others if all are too much for a row, and joins
// them with the references that the caller gave.
func (t *transaction) extract(ctx context.Context, o *storage.Object) (mapi.Props, []storage.LobRef, error) {
	outside := t.outside(o.Props)
	if outside == nil {
		return o.Props, o.Lobs, nil
	}
	props := make(mapi.Props, 0, len(o.Props))
	lobs := slices.Clone(o.Lobs)
	for i, v := range o.Props {
		if !outside[i] {
			props = append(props, v)
			continue
		}
		ref, err := t.PutLob(ctx, v.Tag.Canonical(), storage.Blob{
			Size: int64(len(v.Data)), SHA256: sha256.Sum256(v.Data),
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(v.Data)), nil },
		})
		if err != nil {
			return nil, nil, err
		}
		lobs = append(lobs, ref)
	}
	return props, lobs, nil
}

func isLarge(v mapi.PropValue) bool {
	return len(v.Data) >= mapi.LoadValueLimit && !v.Tag.Type().Multi()
}

// keyArg gives NULL for a key that an object does not have.
func keyArg(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func rowArgs(args []any, r storage.Ref, e *encoded) []any {
	c := &e.typed
	return append(args, r.Store, r.Parent, r.ID, uint32(r.Type), r.Flags, r.Owner, keyArg(r.EntryID.WithFlags(0)), keyArg(r.SourceKey),
		c.class, c.subject, c.delivery, c.modified, c.msgFlags, c.msgSize, e.row)
}

func partArgs(args []any, store, message uint32, r storage.Ref, props string) []any {
	return append(args, store, message, r.ID, r.Parent, uint32(r.Type), r.Flags, r.Owner, props)
}

func lobArgs(args []any, store, message, id uint32, lobs []storage.LobRef) []any {
	for _, r := range lobs {
		args = append(args, store, message, id, uint32(r.Tag.Canonical()), r.Instance)
	}
	return args
}

// maxKeySize is what the columns of entry ids and source keys hold.
const maxKeySize = 255

func checkKeys(r storage.Ref) error {
	if len(r.EntryID) > maxKeySize || len(r.SourceKey) > maxKeySize {
		return mapi.Errorf(mapi.InvalidParameter, "storage", "object %d: entry id or source key is longer than %d bytes", r.ID, maxKeySize)
	}
	return nil
}

// Insert adds an object with all its parts and references to its large values. The row goes first: it alone has keys that may be taken.
func (t *transaction) Insert(ctx context.Context, o *storage.Object) error {
	if err := t.store.growing(); err != nil {
		return err
	}
	if err := checkKeys(o.Ref); err != nil {
		return err
	}
	props, lobs, err := t.extract(ctx, o)
	if err != nil {
		return err
	}
	e, err := t.encodeTop(ctx, props, lobs)
	if err != nil {
		return err
	}
	if err := t.insertRows(ctx, t.texts.insertHierarchy, rowArgs(nil, o.Ref, &e)); err != nil {
		return t.takenKey(ctx, o.Ref, err)
	}
	refs := lobArgs(nil, o.Store, o.ID, o.ID, lobs)
	var parts []any
	if e.own != "" {
		parts = partArgs(parts, o.Store, o.ID, o.Ref, e.own)
	}
	for _, c := range o.Children {
		err := c.Walk(func(p *storage.Object) error {
			parts, refs, err = t.appendPart(ctx, parts, refs, o.Ref, p)
			return err
		})
		if err != nil {
			return err
		}
	}
	if err := t.insertRows(ctx, t.texts.insertParts, parts); err != nil {
		return dbError("insert parts", err)
	}
	if err := t.holdLobs(ctx, refs); err != nil {
		return err
	}
	return dbError("insert", t.insertRows(ctx, t.texts.insertRefs, refs))
}

func (t *transaction) appendPart(ctx context.Context, parts, refs []any, message storage.Ref, p *storage.Object) (_, _ []any, err error) {
	props, lobs, err := t.extract(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	packed, err := t.encodePart(props, lobs)
	if err != nil {
		return nil, nil, err
	}
	return partArgs(parts, message.Store, message.ID, p.Ref, packed),
		lobArgs(refs, message.Store, message.ID, p.ID, lobs), nil
}

// takenKey says which key of a row was not unique.
func (t *transaction) takenKey(ctx context.Context, r storage.Ref, cause error) error {
	if !t.isDuplicate(cause) {
		return dbError("insert", cause)
	}
	if len(r.EntryID) > 0 {
		if other, err := t.RefByEntryID(ctx, r.EntryID); err == nil && other.ID != r.ID {
			return storage.ErrEntryIDTaken
		}
	}
	if len(r.SourceKey) > 0 {
		if other, err := t.RefBySourceKey(ctx, r.SourceKey); err == nil && other.ID != r.ID {
			return storage.ErrSourceKeyTaken
		}
	}
	return mapi.Errorf(mapi.Collision, "storage", "object id %d is taken: %w", r.ID, cause)
}

// Move gives a store's object another parent in the same store, and the entry id and source key in r; r.ID selects the object.
func (t *transaction) Move(ctx context.Context, r storage.Ref, newParent uint32) error {
	if err := checkKeys(r); err != nil {
		return err
	}
	n, err := t.exec(ctx, "UPDATE hierarchy SET parent=?,entryid=?,sourcekey=? WHERE id=?",
		newParent, keyArg(r.EntryID.WithFlags(0)), keyArg(r.SourceKey), r.ID)
	if err != nil {
		return t.takenKey(ctx, r, err)
	}
	if n == 0 {
		return notFound("object", r.ID)
	}
	return nil
}
