package snapshot

import (
	"bytes"
	"context"

	"zarafa/agents/backup/item"
	"zarafa/agents/backup/repository"
)

// pager writes the pages of a folder: entries come sorted by key. One page is in memory.
type pager struct {
	repo  *repository.Repository
	pages []PageRef
	open  []item.Entry
}

func (p *pager) add(ctx context.Context, e item.Entry) error {
	p.open = append(p.open, e)
	if item.EndsPage(&e, len(p.open)) {
		return p.write(ctx, true)
	}
	return nil
}

// write writes the page that is open.
func (p *pager) write(ctx context.Context, closed bool) error {
	if len(p.open) == 0 {
		return nil
	}
	id, err := p.repo.Save(ctx, repository.Meta, item.EncodePage(p.open))
	if err != nil {
		return err
	}
	ref := PageRef{First: p.open[0].SourceKey, Last: p.open[len(p.open)-1].SourceKey, Page: id, Items: int64(len(p.open)), Closed: closed}
	for i := range p.open {
		ref.Bytes += int64(p.open[i].Size)
	}
	p.pages = append(p.pages, ref)
	p.open = nil
	return nil
}

// oldPages gives the entries of the snapshot before, in order.
type oldPages struct {
	repo    *repository.Repository
	pages   []PageRef // that are not read yet
	entries []item.Entry
}

// copyUntil hands the pager all entries before a key, whole pages unread if nothing changes in them; nil is the end.
func (o *oldPages) copyUntil(ctx context.Context, key []byte, to *pager) error {
	for {
		for len(o.entries) > 0 {
			if key != nil && bytes.Compare(o.entries[0].SourceKey, key) >= 0 {
				return nil
			}
			if err := to.add(ctx, o.entries[0]); err != nil {
				return err
			}
			o.entries = o.entries[1:]
		}
		if len(o.pages) == 0 || key != nil && bytes.Compare(o.pages[0].First, key) >= 0 {
			return nil
		}
		next := o.pages[0]
		o.pages = o.pages[1:]
		if len(to.open) == 0 && (next.Closed || len(o.pages) == 0 && key == nil) && (key == nil || bytes.Compare(next.Last, key) < 0) {
			to.pages = append(to.pages, next)
			continue
		}
		var err error
		if o.entries, err = LoadPage(ctx, o.repo, next); err != nil {
			return err
		}
	}
}

// take is the entry with a key, if there is one; all before it must have been copied.
func (o *oldPages) take(ctx context.Context, key []byte) (e item.Entry, ok bool, err error) {
	if len(o.entries) == 0 && len(o.pages) > 0 && bytes.Equal(o.pages[0].First, key) {
		if o.entries, err = LoadPage(ctx, o.repo, o.pages[0]); err != nil {
			return e, false, err
		}
		o.pages = o.pages[1:]
	}
	if len(o.entries) == 0 || !bytes.Equal(o.entries[0].SourceKey, key) {
		return e, false, nil
	}
	e, o.entries = o.entries[0], o.entries[1:]
	return e, true, nil
}
