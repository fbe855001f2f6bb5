package repository

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Grace is the least time between the prune that condemns a pack and the one that removes it: longer than any backup takes.
const Grace = 48 * time.Hour

// condemnation is a file in condemned/.
type condemnation struct {
	Time  time.Time `json:"time"`
	Packs []string  `json:"packs"`
}

// condemnedPacks are the packs that will be removed, and since when they are condemned.
func (r *Repository) condemnedPacks(ctx context.Context) (map[string]time.Time, error) {
	packs := make(map[string]time.Time)
	err := r.eachFile(ctx, condemnedFolder, func(name string, plain []byte) error {
		var c condemnation
		if err := json.Unmarshal(plain, &c); err != nil {
			r.note(Damage{name, err.Error()})
			return nil
		}
		for _, p := range c.Packs {
			if since, ok := packs[p]; !ok || c.Time.After(since) {
				packs[p] = c.Time
			}
		}
		return nil
	})
	return packs, err
}

// PruneOptions say what to keep.
type PruneOptions struct {
	// Reach shows every blob that a snapshot needs, itself beginning with its root.
	Reach func(ctx context.Context, s Snapshot, visit func(ID) (fresh bool)) error
	Now   time.Time
	// Waste is how much of a pack may be of no use before it is written anew, in hundredths.
	Waste int
	// Simulate changes nothing.
	Simulate bool
}

// Pruned is what a prune did, or would do.
type Pruned struct {
	Live      int64 // blobs that snapshots need
	Condemned int   // packs that a later prune removes
	Rewritten int64 // bytes of blobs that were copied out of them
	Removed   int   // packs
	Freed     int64 // bytes of them
}

// Prune removes what no snapshot needs. Packs that have too much of it are condemned after the rest was copied, and removed by a prune
// that runs [Grace] or more later. With anything damaged among what tells which blobs are needed it does nothing.
func (r *Repository) Prune(ctx context.Context, o PruneOptions) (done Pruned, err error) {
	release, err := r.takeLease(ctx, o.Now)
	if err != nil {
		return done, err
	}
	defer func() {
		if e := release(); err == nil {
			err = e
		}
	}()
	snapshots, err := r.Snapshots(ctx)
	if err != nil {
		return done, err
	}
	if d := r.Damaged(); len(d) > 0 {
		return done, fmt.Errorf("the repository is damaged (%v); nothing is pruned before \"check\" finds nothing any more", d[0])
	}
	live := make(map[ID]struct{})
	for _, s := range snapshots {
		err := o.Reach(ctx, s, func(id ID) bool {
			_, seen := live[id]
			live[id] = struct{}{}
			return !seen
		})
		if err != nil {
			return done, fmt.Errorf("snapshot %s: %w", s.Name, err)
		}
	}
	done.Live = int64(len(live))
	p := pruning{Repository: r, options: o, live: live, done: &done}
	return done, p.run(ctx)
}

// pruning is one prune.
type pruning struct {
	*Repository
	options PruneOptions
	live    map[ID]struct{}
	done    *Pruned
	since   map[string]time.Time // condemned packs
	entries [][]blobEntry        // of each pack of the index, those that count
	gone    []bool               // packs that are removed now
	doomed  []bool               // packs that are condemned now
}

func (p *pruning) run(ctx context.Context) (err error) {
	if p.since, err = p.condemnedPacks(ctx); err != nil {
		return err
	}
	if err := p.collect(ctx); err != nil {
		return err
	}
	p.decide()
	if p.options.Simulate {
		return nil
	}
	if err := p.rescue(ctx); err != nil {
		return err
	}
	if err := p.condemn(ctx); err != nil {
		return err
	}
	if err := p.reindex(ctx); err != nil {
		return err
	}
	return p.remove(ctx)
}

// collect reads the directories of all packs: the index in memory has one place of each blob, and a pack may hold others.
func (p *pruning) collect(ctx context.Context) error {
	x := p.index
	p.entries, p.gone, p.doomed = make([][]blobEntry, len(x.packs)), make([]bool, len(x.packs)), make([]bool, len(x.packs))
	for i := range x.packs {
		info := &x.packs[i]
		entries, err := directoryOf(p.secrets, info.size, func(n int64) ([]byte, error) {
			return p.backend.GetRange(ctx, packsFolder+"/"+info.name, info.size-n, n)
		})
		if err != nil {
			return fmt.Errorf("%s/%s: %w", packsFolder, info.name, err)
		}
		p.entries[i] = entries
	}
	return nil
}

// needed are the blobs of a pack that some snapshot needs and that are found there.
func (p *pruning) needed(pack int) (list []blobEntry, bytes int64) {
	for _, e := range p.entries[pack] {
		l, ok := p.index.find(e.id)
		if _, live := p.live[e.id]; live && ok && int(l.pack) == pack {
			list = append(list, e)
			bytes += int64(e.length)
		}
	}
	return list, bytes
}

// decide says what becomes of each pack.
func (p *pruning) decide() {
	for i := range p.index.packs {
		info := &p.index.packs[i]
		_, bytes := p.needed(i)
		since, condemned := p.since[info.name]
		switch {
		case condemned && p.options.Now.Sub(since) >= Grace:
			p.gone[i] = true
			p.done.Removed++
			p.done.Freed += info.size
			p.done.Rewritten += bytes
		case !condemned && (info.size-bytes)*100 > info.size*int64(max(p.options.Waste, 1)) && p.wasteful(i):
			p.doomed[i] = true
			p.done.Condemned++
			p.done.Rewritten += bytes
		}
	}
}

// wasteful reports whether a pack has blobs of no use at all; that small packs are mostly directory is no reason.
func (p *pruning) wasteful(pack int) bool {
	list, _ := p.needed(pack)
	return len(list) < len(p.entries[pack])
}

// rescue copies what is needed of packs that go, or will go, as it is: no key of bodies is needed for that.
func (p *pruning) rescue(ctx context.Context) error {
	for i := range p.index.packs {
		if !p.gone[i] && !p.doomed[i] {
			continue
		}
		p.index.packs[i].condemned = true
		list, _ := p.needed(i)
		for _, e := range list {
			sealed, err := p.backend.GetRange(ctx, packsFolder+"/"+p.index.packs[i].name, int64(e.offset), int64(e.length))
			if err != nil {
				return err
			}
			if e.kind == Meta {
				if _, err := p.openBlob(ctx, e.kind, e.id, sealed); err != nil {
					return fmt.Errorf("blob %v in %s: %w", e.id, p.index.packs[i].name, err)
				}
			}
			if err := p.copyBlob(ctx, e, sealed); err != nil {
				return err
			}
		}
	}
	return p.Flush(ctx)
}

func (p *pruning) copyBlob(ctx context.Context, e blobEntry, sealed []byte) error {
	p.gate.RLock()
	defer p.gate.RUnlock()
	if known, err := p.reserve(e.id); known || err != nil {
		return err
	}
	return p.put(ctx, e.kind, e.id, sealed)
}

// condemn writes down which packs go with a later prune.
func (p *pruning) condemn(ctx context.Context) error {
	c := condemnation{Time: p.options.Now.UTC()}
	for i, doomed := range p.doomed {
		if doomed {
			c.Packs = append(c.Packs, p.index.packs[i].name)
		}
	}
	if len(c.Packs) == 0 {
		return nil
	}
	plain, err := json.Marshal(c)
	if err == nil {
		_, err = p.writeFile(ctx, condemnedFolder, plain)
	}
	return err
}

// reindex writes one index in place of all that were read. Packs that are still condemned stay in it, so that who reads at the moment finds
// his blobs.
func (p *pruning) reindex(ctx context.Context) error {
	old := slices.Clone(p.indexFiles)
	if p.done.Condemned == 0 && p.done.Removed == 0 && len(old) < 2 {
		return nil
	}
	var packs []indexedPack
	for i := range p.index.packs {
		info := p.index.packs[i]
		if i < len(p.gone) && p.gone[i] {
			continue
		}
		var entries []blobEntry
		if i < len(p.entries) {
			entries = p.entries[i]
		} else { // written by rescue
			var err error
			entries, err = directoryOf(p.secrets, info.size, func(n int64) ([]byte, error) {
				return p.backend.GetRange(ctx, packsFolder+"/"+info.name, info.size-n, n)
			})
			if err != nil {
				return err
			}
		}
		packs = append(packs, indexedPack{info, entries})
	}
	name, err := p.writeFile(ctx, indexFolder, appendIndex(nil, packs))
	if err != nil {
		return err
	}
	for _, file := range old {
		if file != name {
			if err := p.backend.Delete(ctx, file); err != nil {
				return err
			}
		}
	}
	p.indexFiles = []string{name}
	return nil
}

// remove removes packs, and then the condemnations that speak of none any more.
func (p *pruning) remove(ctx context.Context) error {
	for i, leaves := range p.gone {
		if leaves {
			if err := p.backend.Delete(ctx, packsFolder+"/"+p.index.packs[i].name); err != nil {
				return err
			}
		}
	}
	there := make(map[string]bool)
	err := p.backend.List(ctx, packsFolder, func(name string, _ int64) error {
		base, _ := contentName(name)
		there[base] = true
		return nil
	})
	if err != nil {
		return err
	}
	// A pack that a prune before this one was to remove, and that no index names, is gone now too.
	for name, since := range p.since {
		named := slices.ContainsFunc(p.index.packs, func(i packInfo) bool { return i.name == name })
		if there[name] && !named && p.options.Now.Sub(since) >= Grace {
			if err := p.backend.Delete(ctx, packsFolder+"/"+name); err != nil {
				return err
			}
			delete(there, name)
		}
	}
	return p.eachFile(ctx, condemnedFolder, func(name string, plain []byte) error {
		var c condemnation
		if err := json.Unmarshal(plain, &c); err != nil {
			return err
		}
		if slices.ContainsFunc(c.Packs, func(pack string) bool { return there[pack] }) {
			return nil
		}
		return p.backend.Delete(ctx, name)
	})
}
