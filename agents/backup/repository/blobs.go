package repository

import (
	"context"
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ErrNoIdentity is the error of a body that is read without the identity it is sealed for.
var ErrNoIdentity = errors.New("the identity is needed to read what is in messages")

// A sealed blob begins with the reference of its key.
const refSize = len(keyRef{})

// Save stores a blob, unless it is there already, and returns its id. It is durable after Flush.
func (r *Repository) Save(ctx context.Context, kind Kind, data []byte) (ID, error) {
	r.gate.RLock()
	defer r.gate.RUnlock()
	id := r.secrets.idOf(kind, data)
	if known, err := r.reserve(id); known || err != nil {
		return id, err
	}
	sealed, err := r.seal(ctx, kind, id, data)
	if err == nil {
		err = r.put(ctx, kind, id, sealed)
	}
	if err != nil {
		return id, r.fail(err)
	}
	return id, nil
}

// Has reports whether a blob is stored, or about to be.
func (r *Repository) Has(id ID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.has(id)
}

// has is whether a blob is where it will stay.
func (r *Repository) has(id ID) bool {
	l, ok := r.index.find(id)
	return r.pending[id] || ok && !r.index.packs[l.pack].condemned
}

// reserve reports whether a blob is there; else it is the caller's to write.
func (r *Repository) reserve(id ID) (known bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		return false, r.failed
	}
	if r.has(id) {
		return true, nil
	}
	r.pending[id] = true
	return false, nil
}

// fail keeps the first error: after it nothing may become durable that refers to what is missing.
func (r *Repository) fail(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed == nil {
		r.failed = err
	}
	return err
}

// bound is what a blob's encryption is bound to.
func bound(kind Kind, id ID) []byte { return append(id[:], byte(kind)) }

func (r *Repository) seal(ctx context.Context, kind Kind, id ID, data []byte) ([]byte, error) {
	aead, ref := r.secrets.meta, keyRef{}
	if kind == Body {
		key, err := r.bodyKey(ctx)
		if err != nil {
			return nil, err
		}
		aead, ref = key.aead, key.ref
	}
	return append(ref[:], seal(aead, r.codec.compress(data), bound(kind, id))...), nil
}

// bodyKey is the key of the bodies that this Repository writes. It is made, and its sealed form written, before the first.
func (r *Repository) bodyKey(ctx context.Context) (*bodyKey, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.writing != nil {
		return r.writing, nil
	}
	if r.recipient == nil {
		r.writing = &bodyKey{aead: r.secrets.body}
		return r.writing, nil
	}
	aead, sealed, err := newBodyKey(r.recipient)
	if err != nil {
		return nil, err
	}
	name, err := r.putNamed(ctx, keysFolder, sealed)
	if err != nil {
		return nil, err
	}
	r.writing = &bodyKey{ref: refOf(name), aead: aead}
	r.opened[r.writing.ref] = aead // who has written a body may read it until the program ends
	return r.writing, nil
}

// refOf is the reference of a key in a file.
func refOf(name string) (ref keyRef) {
	base, _ := contentName(name)
	copy(ref[:], decodeHex(base))
	return ref
}

// decodeHex decodes a name that is known to be one.
func decodeHex(text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		return nil
	}
	return data
}

// put adds a sealed blob to the pack that is being filled, and writes that if it is full.
func (r *Repository) put(ctx context.Context, kind Kind, id ID, sealed []byte) error {
	r.mu.Lock()
	b := r.buffers[kind]
	if b == nil {
		b = newPackBuffer()
		r.buffers[kind] = b
	}
	b.add(id, kind, sealed)
	full := len(b.data) >= packSize
	if full {
		r.buffers[kind] = nil
	}
	r.mu.Unlock()
	if full {
		return r.upload(ctx, b)
	}
	return nil
}

// upload writes a pack on a goroutine, once one of the slots is free.
func (r *Repository) upload(ctx context.Context, b *packBuffer) error {
	select {
	case r.slots <- struct{}{}:
	case <-ctx.Done():
		return r.fail(context.Cause(ctx))
	}
	r.uploads.Go(func() {
		defer func() { <-r.slots }()
		data := b.finish(r.secrets)
		name, err := r.putNamed(ctx, packsFolder, data)
		if err != nil {
			r.fail(fmt.Errorf("writing a pack: %w", err))
			return
		}
		base, _ := contentName(name)
		p := packInfo{name: base, size: int64(len(data))}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.index.add(p, b.entries)
		r.unindexed = append(r.unindexed, indexedPack{p, b.entries})
		r.added += p.size
		for i := range b.entries {
			delete(r.pending, b.entries[i].id)
		}
	})
	return nil
}

// Flush makes everything durable that was saved, by whomever: what one goroutine takes for stored may be in another's hands. Saves that
// are begun meanwhile wait.
func (r *Repository) Flush(ctx context.Context) error {
	r.gate.Lock()
	defer r.gate.Unlock()
	r.mu.Lock()
	buffers := r.buffers
	r.buffers = [len(buffers)]*packBuffer{}
	r.mu.Unlock()
	for _, b := range buffers {
		if b != nil {
			if err := r.upload(ctx, b); err != nil {
				return err
			}
		}
	}
	r.uploads.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failed != nil {
		return r.failed
	}
	if len(r.unindexed) == 0 {
		return nil
	}
	if _, err := r.writeFile(ctx, indexFolder, appendIndex(nil, r.unindexed)); err != nil {
		r.failed = err
		return err
	}
	r.unindexed = nil
	return nil
}

// Added is how many bytes of packs were written.
func (r *Repository) Added() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.added
}

// Load reads a blob. ErrNotExist says that it is in no pack there is, ErrNoIdentity that it is sealed.
func (r *Repository) Load(ctx context.Context, id ID) ([]byte, error) {
	r.mu.Lock()
	l, ok := r.index.find(id)
	var pack string
	if ok {
		pack = packsFolder + "/" + r.index.packs[l.pack].name
	}
	r.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("blob %v: %w", id, ErrNotExist)
	}
	sealed, err := r.backend.GetRange(ctx, pack, int64(l.offset), int64(l.length))
	if err != nil {
		return nil, fmt.Errorf("blob %v: %w", id, err)
	}
	data, err := r.openBlob(ctx, l.kind, id, sealed)
	if err != nil && !errors.Is(err, ErrNoIdentity) {
		d := Damage{pack, fmt.Sprintf("blob %v: %v", id, err)}
		r.note(d)
		return nil, &damagedError{d}
	}
	return data, err
}

// openBlob opens a sealed blob, and compares it with its id.
func (r *Repository) openBlob(ctx context.Context, kind Kind, id ID, sealed []byte) ([]byte, error) {
	if len(sealed) < refSize {
		return nil, errSealed
	}
	aead := r.secrets.meta
	if kind == Body {
		var err error
		if aead, err = r.keyOf(ctx, keyRef(sealed)); err != nil {
			return nil, err
		}
	}
	plain, err := open(aead, sealed[refSize:], bound(kind, id))
	if err != nil {
		return nil, err
	}
	data, err := r.codec.decompress(plain)
	if err != nil {
		return nil, err
	}
	if r.secrets.idOf(kind, data) != id {
		return nil, errors.New("it is not what was stored")
	}
	return data, nil
}

// keyOf opens the key that a body was written with.
func (r *Repository) keyOf(ctx context.Context, ref keyRef) (cipher.AEAD, error) {
	if ref == (keyRef{}) {
		return r.secrets.body, nil
	}
	r.mu.Lock()
	aead, ok := r.opened[ref]
	r.mu.Unlock()
	if ok {
		return aead, nil
	}
	var name string
	err := r.backend.List(ctx, keysFolder, func(n string, _ int64) error {
		if base, ok := contentName(n); ok && strings.HasPrefix(base, fmt.Sprintf("%x", ref)) {
			name = n
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if name == "" {
		return nil, fmt.Errorf("its key %s/%x… is missing", keysFolder, ref)
	}
	sealed, err := r.backend.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := checkName(name, sealed); err != nil {
		return nil, err
	}
	if len(r.identities) == 0 { // a key that is missing or damaged is told of before
		return nil, ErrNoIdentity
	}
	if aead, err = openBodyKey(sealed, r.identities); err != nil {
		return nil, fmt.Errorf("opening its key %s: %w", name, err)
	}
	r.mu.Lock()
	r.opened[ref] = aead
	r.mu.Unlock()
	return aead, nil
}

// SealText seals a short text beside what the host can read, so that only the identity opens it.
func (r *Repository) SealText(ctx context.Context, text []byte) ([]byte, error) {
	key, err := r.bodyKey(ctx)
	if err != nil {
		return nil, err
	}
	return append(key.ref[:], seal(key.aead, text, nil)...), nil
}

// OpenText opens what SealText has sealed.
func (r *Repository) OpenText(ctx context.Context, sealed []byte) ([]byte, error) {
	if len(sealed) < refSize {
		return nil, errSealed
	}
	aead, err := r.keyOf(ctx, keyRef(sealed))
	if err != nil {
		return nil, err
	}
	return open(aead, sealed[refSize:], nil)
}
