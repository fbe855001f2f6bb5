package sqlstore

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// lobChunk is the size of a row, at most, of the table lob.
const lobChunk = storage.LobPiece

// lobPrefixSize is enough of a value for the caps of tables: code points have at most 4 bytes.
const lobPrefixSize = 4 * mapi.TableStringCap

// Lob finds an instance; NOT_FOUND if there is none.
func (r reader) Lob(ctx context.Context, instance uint32) (storage.LobRef, error) {
	ref := storage.LobRef{Instance: instance}
	ok, err := queryRow(ctx, r.q, "SELECT size FROM lobindex WHERE instanceid=?", []any{instance}, &ref.Size)
	if err == nil && !ok {
		return ref, notFound("large value", instance)
	}
	return ref, dbError("lob", err)
}

// LobHolders lists up to limit objects (messages or parts) that refer to an instance.
func (r reader) LobHolders(ctx context.Context, instance uint32, limit int) ([]uint32, error) {
	var ids []uint32
	err := r.appendIDs(ctx, &ids, "SELECT hierarchyid FROM singleinstances WHERE instanceid=? ORDER BY hierarchyid LIMIT ?", instance, limit)
	return ids, dbError("lob holders", err)
}

// OpenLob streams an instance's bytes chunk by chunk. Nothing stays open between two chunks.
func (r reader) OpenLob(ctx context.Context, instance uint32) (io.ReadCloser, error) {
	ref, err := r.Lob(ctx, instance)
	if err != nil {
		return nil, err
	}
	return &lobReader{ctx: ctx, r: r, instance: instance, left: ref.Size}, nil
}

// lobReader reads one chunk at a time.
type lobReader struct {
	ctx      context.Context
	r        reader
	instance uint32
	chunk    uint32
	left     int64
	buf      []byte
}

// Read implements io.Reader.
func (l *lobReader) Read(p []byte) (int, error) {
	for len(l.buf) == 0 {
		if l.left == 0 {
			return 0, io.EOF
		}
		if err := l.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, l.buf)
	l.buf = l.buf[n:]
	return n, nil
}

func (l *lobReader) fill() error {
	var b []byte
	ok, err := queryRow(l.ctx, l.r.q, "SELECT val_binary FROM lob WHERE instanceid=? AND chunkid=?", []any{l.instance, l.chunk}, &b)
	if err != nil {
		return dbError("lob", err)
	}
	if !ok || len(b) == 0 || int64(len(b)) > l.left {
		return mapi.Errorf(mapi.NotFound, "storage", "large value %d was removed while it was read", l.instance)
	}
	l.buf, l.left = b, l.left-int64(len(b))
	l.chunk++
	return nil
}

// Close implements io.Closer.
func (l *lobReader) Close() error { l.left, l.buf = 0, nil; return nil }

// PutLob stores a value, or finds the instance that has the same contents, and returns it with Tag set to tag. The row of
// lobindex is locked until the commit, so that another
// shard cannot remove the instance in the meantime.
func (t *transaction) PutLob(ctx context.Context, tag mapi.PropTag, b storage.Blob) (storage.LobRef, error) {
	ref := storage.LobRef{Tag: tag}
	if known, ok := t.known[b.SHA256]; ok && known.size == b.Size {
		ref.Instance, ref.Size = known.instance, known.size
		return ref, nil
	}
	for range 2 {
		ok, err := queryRow(ctx, beside{t}, t.texts.lobFind, []any{b.SHA256[:]}, &ref.Instance, &ref.Size)
		if err != nil {
			return ref, t.fail("put lob", err)
		}
		if ok && ref.Size != b.Size {
			return ref, mapi.Errorf(mapi.InvalidParameter, "storage", "large value: %d bytes announced, the same contents are stored with %d", b.Size, ref.Size)
		}
		if ok {
			t.hold(ref, b.SHA256)
			return ref, nil
		}
		if err := t.store.growing(); err != nil {
			return ref, err
		}
		if ref.Instance, err = t.number(ctx, seqLob); err != nil {
			return ref, err
		}
		err = t.insertRows(ctx, t.texts.insertLobIndex, []any{ref.Instance, b.SHA256[:], b.Size})
		if t.isDuplicate(err) {
			continue // another shard stored the same contents just now
		}
		if err != nil {
			return ref, dbError("put lob", err)
		}
		ref.Size = b.Size
		t.hold(ref, b.SHA256)
		return ref, t.writeChunks(ctx, ref.Instance, b)
	}
	return ref, mapi.Errorf(mapi.DatabaseError, "storage", "large value is there and is not")
}

// knownLob is a large value that the transaction has put. It is locked until the commit, so that the next message of the
// batch with the same contents need not ask; the row of one made here may be deferred, so that no query would find it.
type knownLob struct {
	instance uint32
	size     int64
}

// hold notes that the transaction has locked an instance.
func (t *transaction) hold(ref storage.LobRef, hash [sha256.Size]byte) {
	if t.holds == nil {
		t.holds = map[uint32]bool{}
		t.known = map[[sha256.Size]byte]knownLob{}
	}
	t.holds[ref.Instance] = true
	t.known[hash] = knownLob{ref.Instance, ref.Size}
}

// fail ends the transaction.
func (t *transaction) fail(op string, err error) error {
	if t.failed == nil {
		t.failed = err
	}
	return dbError(op, err)
}

// writeChunks copies the contents. A source that fails or has other contents than
// announced ends the transaction: half a value must not be committed.
func (t *transaction) writeChunks(ctx context.Context, instance uint32, b storage.Blob) error {
	src, err := b.Open()
	if err != nil {
		return t.fail("put lob", err)
	}
	defer src.Close()
	sum := sha256.New()
	from := io.TeeReader(src, sum)
	buf := make([]byte, min(int64(t.store.limits.chunk), b.Size+1))
	var size int64
	for chunk := uint32(0); ; chunk++ {
		n, err := io.ReadFull(from, buf)
		if n > 0 {
			if chunk == 0 {
				t.keepPrefix(instance, buf[:n])
			}
			size += int64(n)
			// A value of one chunk may wait: the buffer is used once.
			if err := t.insertRows(ctx, t.texts.insertLobs, []any{instance, chunk, buf[:n]}); err != nil {
				return t.fail("put lob", err)
			}
			if int64(n) < b.Size {
				if err := t.sendDeferred(ctx); err != nil {
					return t.fail("put lob", err)
				}
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			break
		}
		if err != nil {
			return t.fail("put lob", err)
		}
	}
	if size != b.Size || [32]byte(sum.Sum(nil)) != b.SHA256 {
		return t.fail("put lob", mapi.Errorf(mapi.InvalidParameter, "storage", "large value: %d bytes came, %d with another checksum were announced", size, b.Size))
	}
	return nil
}

func (t *transaction) keepPrefix(instance uint32, b []byte) {
	if t.prefixes == nil {
		t.prefixes = map[uint32][]byte{}
	}
	t.prefixes[instance] = bytes.Clone(b[:min(len(b), lobPrefixSize)])
}

// lobPrefix is the beginning of a large value.
func (t *transaction) lobPrefix(ctx context.Context, instance uint32) ([]byte, error) {
	if b, ok := t.prefixes[instance]; ok {
		return b, nil
	}
	var b []byte
	_, err := queryRow(ctx, t, fmt.Sprintf("SELECT substr(val_binary,1,%d) FROM lob WHERE instanceid=? AND chunkid=0", lobPrefixSize), []any{instance}, &b)
	if err != nil {
		return nil, dbError("lob", err)
	}
	t.keepPrefix(instance, b)
	return b, nil
}

// holdLobs locks the instances that refs (rows for singleinstances) name, unless this
// transaction made them, and refuses those that do not exist.
func (t *transaction) holdLobs(ctx context.Context, refs []any) error {
	var ids []uint32
	for i := 4; i < len(refs); i += 5 {
		ids = append(ids, refs[i].(uint32))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	ids = slices.DeleteFunc(ids, func(id uint32) bool { return t.holds[id] })
	if len(ids) == 0 {
		return nil
	}
	found, err := t.idsIn(ctx, t.texts.lobLock, ids)
	if err != nil {
		return dbError("lob", err)
	}
	if len(found) != len(ids) {
		return mapi.Errorf(mapi.UnknownInstanceID, "storage", "a large value is gone: %d of %d exist", len(found), len(ids))
	}
	return nil
}

// replaceLobs puts the references of some objects of one message in place of the
// ones they have, and removes instances that are referred to no more.
func (t *transaction) replaceLobs(ctx context.Context, store, message uint32, ids []uint32, refs []any) error {
	if len(ids) == 0 {
		return nil
	}
	if err := t.holdLobs(ctx, refs); err != nil {
		return err
	}
	old, err := t.lobsOf(ctx, store, message, ids)
	if err != nil {
		return dbError("lob", err)
	}
	if len(old) > 0 {
		for chunk := range slices.Chunk(ids, maxInList) {
			text, args := t.texts.deleteRefs.fill([]any{store, message}, chunk)
			if _, err := t.exec(ctx, text, args...); err != nil {
				return dbError("lob", err)
			}
		}
	}
	if err := t.insertRows(ctx, t.texts.insertRefs, refs); err != nil {
		return dbError("lob", err)
	}
	for i := 4; i < len(refs); i += 5 {
		delete(old, refs[i].(uint32))
	}
	return t.releaseLobs(ctx, old)
}

// lobsOf gives the instances that some objects of a message refer to.
func (t *transaction) lobsOf(ctx context.Context, store, message uint32, ids []uint32) (map[uint32]bool, error) {
	var list []uint32
	for chunk := range slices.Chunk(ids, maxInList) {
		text, args := t.texts.lobsOf.fill([]any{store, message}, chunk)
		if err := t.appendIDs(ctx, &list, text, args...); err != nil {
			return nil, err
		}
	}
	set := make(map[uint32]bool, len(list))
	for _, id := range list {
		set[id] = true
	}
	return set, nil
}

// releaseLobs removes those instances that nothing refers to any more. It locks their
// rows first: a shard that is about to refer to one has it locked until its commit, and
// is seen then.
func (t *transaction) releaseLobs(ctx context.Context, instances map[uint32]bool) error {
	if len(instances) == 0 {
		return nil
	}
	ids := make([]uint32, 0, len(instances))
	for id := range instances {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if t.texts.locking {
		if _, err := t.idsIn(ctx, t.texts.lobLock, ids); err != nil {
			return dbError("lob", err)
		}
	}
	held, err := t.idsIn(ctx, t.texts.lobHeld, ids)
	if err != nil {
		return dbError("lob", err)
	}
	ids = slices.DeleteFunc(ids, func(id uint32) bool { return slices.Contains(held, id) })
	for _, id := range ids {
		delete(t.holds, id)
		delete(t.prefixes, id)
		maps.DeleteFunc(t.known, func(_ [sha256.Size]byte, known knownLob) bool { return known.instance == id })
	}
	for chunk := range slices.Chunk(ids, maxInList) {
		for _, l := range []*inList{t.texts.deleteLobs, t.texts.deleteLobIndex} {
			text, args := l.fill(nil, chunk)
			if _, err := t.exec(ctx, text, args...); err != nil {
				return dbError("lob", err)
			}
		}
	}
	return nil
}

// sweepLobs drops instances that no object ever came to refer to. It runs before the shards do.
func sweepLobs(ctx context.Context, w *writeConn) error {
	for _, text := range []string{
		"DELETE FROM lobindex WHERE instanceid NOT IN (SELECT instanceid FROM singleinstances)",
		"DELETE FROM lob WHERE instanceid NOT IN (SELECT instanceid FROM lobindex)",
	} {
		if _, err := w.exec(ctx, text); err != nil {
			return err
		}
	}
	return nil
}
