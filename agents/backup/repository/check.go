package repository

import (
	"context"
	"errors"
	"fmt"
)

// CheckOptions say how thoroughly to look.
type CheckOptions struct {
	Reach func(ctx context.Context, s Snapshot, visit func(ID) (fresh bool)) error
	// ReadData reads every pack, and opens every blob that the keys at hand open.
	ReadData bool
}

// Checked is what a check found.
type Checked struct {
	Snapshots, Packs, Blobs int
	Damage                  []Damage
	// Broken are the snapshots that something is missing of, by name.
	Broken map[string]string
}

// Check looks whether everything is there that snapshots need, and whether it is what was written. The error is about the check
// itself; what is wrong with the repository is in the result.
func (r *Repository) Check(ctx context.Context, o CheckOptions) (c Checked, err error) {
	c.Broken = make(map[string]string)
	snapshots, err := r.Snapshots(ctx)
	if err != nil {
		return c, err
	}
	c.Snapshots = len(snapshots)
	if err := r.checkNames(ctx); err != nil {
		return c, err
	}
	bad := make(map[ID]bool)
	r.mu.Lock()
	packs := append([]packInfo(nil), r.index.packs...)
	r.mu.Unlock()
	c.Packs = len(packs)
	for _, p := range packs {
		n, err := r.checkPack(ctx, p, o.ReadData, bad)
		if err != nil {
			return c, err
		}
		c.Blobs += n
	}
	sound := make(map[ID]bool) // reached before, with all that is below
	for _, s := range snapshots {
		missing := 0
		reached := make(map[ID]bool)
		err := o.Reach(ctx, s, func(id ID) bool {
			if sound[id] || reached[id] {
				return false
			}
			reached[id] = true
			if bad[id] || !r.known(id) {
				missing++
				return false
			}
			return true
		})
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		switch {
		case err != nil:
			c.Broken[s.Name] = err.Error()
		case missing > 0:
			c.Broken[s.Name] = fmt.Sprintf("%d blobs are missing", missing)
		default:
			for id := range reached {
				sound[id] = true
			}
		}
	}
	c.Damage = r.Damaged()
	return c, nil
}

// known reports whether a blob is in some pack, a condemned one too.
func (r *Repository) known(id ID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, ok := r.index.find(id)
	return ok
}

// checkNames reads the small files, and notes what is none of the repository's.
func (r *Repository) checkNames(ctx context.Context) error {
	err := r.backend.List(ctx, "", func(name string, _ int64) error {
		if name != configName && name != leaseName {
			r.foreign("/" + name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return r.backend.List(ctx, keysFolder, func(name string, _ int64) error {
		if _, ok := contentName(name); !ok {
			r.foreign(name)
			return nil
		}
		data, err := r.backend.Get(ctx, name)
		if err != nil {
			return err
		}
		var damaged *damagedError
		if errors.As(checkName(name, data), &damaged) {
			r.note(damaged.Damage)
		}
		return nil
	})
}

// checkPack looks at a pack: its directory, or all of it.
func (r *Repository) checkPack(ctx context.Context, p packInfo, readData bool, bad map[ID]bool) (blobs int, err error) {
	name := packsFolder + "/" + p.name
	whole := []byte(nil)
	tail := func(n int64) ([]byte, error) { return r.backend.GetRange(ctx, name, p.size-n, n) }
	if readData {
		if whole, err = r.backend.Get(ctx, name); err != nil {
			r.note(Damage{name, err.Error()})
			return 0, nil
		}
		tail = func(n int64) ([]byte, error) {
			if n > int64(len(whole)) {
				return nil, errDirectory
			}
			return whole[int64(len(whole))-n:], nil
		}
		if err := checkName(name, whole); err != nil {
			r.note(Damage{name, "its bytes are not those that were written"})
		}
	}
	entries, err := directoryOf(r.secrets, p.size, tail)
	if err != nil {
		r.note(Damage{name, err.Error()})
	}
	if !readData {
		return len(entries), ctx.Err()
	}
	r.mu.Lock()
	if err != nil { // what is in it is known from the index
		entries = r.index.blobsOf(p.name)
	}
	r.mu.Unlock()
	for _, e := range entries {
		if int64(e.offset)+int64(e.length) > int64(len(whole)) {
			bad[e.id] = true
			continue
		}
		_, err := r.openBlob(ctx, e.kind, e.id, whole[e.offset:e.offset+e.length])
		if err != nil && !errors.Is(err, ErrNoIdentity) {
			bad[e.id] = true
			r.note(Damage{name, fmt.Sprintf("blob %v: %v", e.id, err)})
		}
	}
	return len(entries), ctx.Err()
}

// blobsOf are the blobs that are found in a pack.
func (x *index) blobsOf(pack string) (list []blobEntry) {
	x.merge()
	for _, l := range x.sorted {
		if x.packs[l.pack].name == pack {
			list = append(list, blobEntry{l.id, l.kind, l.offset, l.length})
		}
	}
	return list
}
