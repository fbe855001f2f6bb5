package adopt

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// folderPage is how many stores and folders are written at a time.
const folderPage = 64

// takeFolders takes the objects of stores and folders, and the list of stores.
func (m *Migration) takeFolders(ctx context.Context) error {
	for ids := range slices.Chunk(m.tree.IDs(), folderPage) {
		var page *legacy.Page
		err := m.session.Moment(ctx, func() (err error) {
			page, err = m.session.Nodes(ctx, m.tree, ids)
			return err
		})
		if err != nil {
			return err
		}
		if err := m.takePage(ctx, 0, page); err != nil {
			return err
		}
	}
	return m.takeStores(ctx)
}

func (m *Migration) takeStores(ctx context.Context) error {
	var list []legacy.Store
	err := m.session.Moment(ctx, func() (err error) {
		list, err = m.session.Stores(ctx)
		return err
	})
	if err != nil {
		return err
	}
	roots := map[uint32]uint32{}
	for _, id := range m.tree.IDs() {
		if n := m.tree.Find(id); n.Type == mapi.TypeFolder && n.Parent == n.Store && roots[n.Store] == 0 {
			roots[n.Store] = id
		}
	}
	return m.writeNoted(ctx, func(ctx context.Context, tx storage.Tx, n *notes) error {
		for _, s := range list {
			guid, ok := mapi.GUIDOf(s.GUID)
			if m.tree.Find(s.ID) == nil || !ok {
				n.lose(legacy.Loss{Object: s.ID, What: "store of " + s.UserName, Why: "it is in the table stores, but there is no such object, or its GUID is none"})
				continue
			}
			err := tx.PutMailbox(ctx, storage.Mailbox{ID: s.ID, Root: roots[s.ID], GUID: guid, Type: s.Type, UserID: s.UserID, UserName: s.UserName, Company: s.Company})
			if err != nil {
				return fmt.Errorf("store %d: %w", s.ID, err)
			}
		}
		return nil
	})
}

// takeMessages takes all messages with their parts. One goroutine reads pages; what is behind the last page of which all before it are
// written need not be read again by another run.
func (m *Migration) takeMessages(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pages := make(chan numbered, 1)
	done := make(chan numbered)
	var writers sync.WaitGroup
	for range m.Writers {
		writers.Go(func() {
			for p := range pages {
				if err := m.takePage(ctx, p.number, p.page); err != nil {
					cancel(err)
					return
				}
				select {
				case done <- p:
				case <-ctx.Done():
					return
				}
			}
		})
	}
	go func() {
		defer close(pages)
		if err := m.readPages(ctx, pages); err != nil {
			cancel(err)
		}
	}()
	go func() { writers.Wait(); close(done) }()
	if err := m.follow(ctx, done); err != nil {
		cancel(err)
	}
	for range pages { // the reader must have let go of the session
	}
	return context.Cause(ctx)
}

// numbered is a page and its place among the pages.
type numbered struct {
	number uint32
	page   *legacy.Page
}

// pageWeight is how many bytes of properties a page should have at most. How many messages that is, only reading tells: after a heavier page
// the next has half as many messages, after a light one twice as many.
const pageWeight = 8 << 20

// nextLimit is how many messages the page after one has.
func nextLimit(limit, most, weight int) int {
	switch {
	case weight > pageWeight:
		return max(limit/2, 1)
	case weight < pageWeight/4:
		return min(limit*2, most)
	}
	return limit
}

// readPages sends all pages of messages.
func (m *Migration) readPages(ctx context.Context, to chan<- numbered) error {
	after, limit := m.state.Message, m.Page
	for n := uint32(0); ; n++ {
		var page *legacy.Page
		err := m.session.Moment(ctx, func() (err error) {
			page, err = m.session.Messages(ctx, m.tree, after, limit)
			return err
		})
		if err != nil {
			return err
		}
		limit = nextLimit(limit, m.Page, page.Weight())
		select {
		case to <- numbered{n, page}:
		case <-ctx.Done():
			return ctx.Err()
		}
		if page.Done {
			return nil
		}
		after = page.Last
	}
}

// saveEvery is after how many pages the run writes down how far it has come.
const saveEvery = 16

// follow notes which pages are written, and writes down how far all are.
func (m *Migration) follow(ctx context.Context, done <-chan numbered) error {
	written := map[uint32]uint32{} // pages that are ahead of one that is not → their last id
	next := uint32(0)
	for p := range done {
		written[p.number] = p.page.Last
		for {
			last, ok := written[next]
			if !ok {
				break
			}
			delete(written, next)
			m.state.Message = last
			if next++; next%saveEvery == 0 {
				if err := m.save(ctx); err != nil {
					return err
				}
				m.Log.Info("adopting", "messages up to", last)
			}
		}
	}
	return m.save(ctx)
}

// takePage writes what a page has and the target has not. lane spreads pages over transactions that commit side by side.
func (m *Migration) takePage(ctx context.Context, lane uint32, page *legacy.Page) error {
	m.lose(page.Losses...)
	list := make([]want, 0, len(page.Items))
	for _, o := range page.Items {
		list = append(list, m.item(o))
	}
	found, err := m.findValues(ctx, list)
	if err != nil {
		return err
	}
	err = m.insert(ctx, lane, list, found)
	if !refused(err) {
		return err
	}
	for i := range list { // one of them cannot be stored; the others can
		if err := m.insert(ctx, lane, list[i:i+1], found); refused(err) {
			m.lose(legacy.Loss{Object: list[i].ID, What: fmt.Sprintf("object of type %d", list[i].Type), Why: err.Error()})
		} else if err != nil {
			return err
		}
	}
	return nil
}

// refused reports whether an error is about the data, so that it comes again however often one tries.
func refused(err error) bool {
	switch mapi.CodeOf(err) {
	case mapi.TooBig, mapi.InvalidParameter, mapi.InvalidType, mapi.Collision:
		return err != nil
	}
	return false
}

// placed is where a value belongs.
type placed struct {
	object uint32
	tag    mapi.PropTag
}

// findValues reads the values through that the objects of a page have among the attachments.
func (m *Migration) findValues(ctx context.Context, list []want) (map[placed]legacy.Blob, error) {
	found := map[placed]legacy.Blob{}
	for _, w := range list {
		for id, values := range w.values {
			for _, v := range values {
				b, err := m.blobs.Find(ctx, v)
				switch {
				case errors.Is(err, legacy.ErrMissing):
					m.lose(legacy.Loss{Object: id, What: "attachment or other large value " + v.Tag.String(), Why: fmt.Sprintf("instance %d %s: %v", v.Instance, v.Filename, err)})
				case err != nil:
					return nil, fmt.Errorf("object %d, instance %d %s: %w", id, v.Instance, v.Filename, err)
				default:
					found[placed{id, v.Tag}] = b
				}
			}
		}
	}
	return found, nil
}

// insert writes those of the objects that are not there.
func (m *Migration) insert(ctx context.Context, lane uint32, list []want, found map[placed]legacy.Blob) error {
	ids := make([]uint32, len(list))
	for i, w := range list {
		ids[i] = w.ID
	}
	var taken tally
	err := m.target.Update(ctx, lane, func(ctx context.Context, tx storage.Tx) error {
		taken = tally{} // of an update that was rolled back
		there, err := tx.Refs(ctx, storage.RowQuery{IDs: ids})
		if err != nil {
			return err
		}
		for _, w := range list {
			if slices.ContainsFunc(there, func(r storage.Ref) bool { return r.ID == w.ID }) {
				continue
			}
			if err := insertOne(ctx, tx, w, found, &taken); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err == nil {
		taken.report(m.report)
	}
	return err
}

func insertOne(ctx context.Context, tx storage.Tx, w want, found map[placed]legacy.Blob, taken *tally) error {
	if err := putValues(ctx, tx, w, found, taken); err != nil {
		return err
	}
	if err := tx.Insert(ctx, w.Object); err != nil {
		return err
	}
	taken.item(w.Type)
	if w.Type == mapi.TypeMessage {
		return nil
	}
	return tx.SetCounters(ctx, w.Store, w.ID, w.Counters)
}

// putValues stores the large values of an object and its parts, and refers these to them.
func putValues(ctx context.Context, tx storage.Tx, w want, found map[placed]legacy.Blob, taken *tally) error {
	return w.Walk(func(o *storage.Object) error {
		o.Lobs = nil // of an update that was rolled back
		for _, v := range w.values[o.ID] {
			b, ok := found[placed{o.ID, v.Tag}]
			if !ok {
				continue
			}
			ref, err := tx.PutLob(ctx, v.Tag, storage.Blob(b))
			if err != nil {
				return err
			}
			o.Lobs = append(o.Lobs, ref)
			taken.values++
			taken.bytes += b.Size
		}
		return nil
	})
}

// tally counts what an update has inserted.
type tally struct{ stores, folders, messages, values, bytes int64 }

func (t tally) report(r *Report) {
	r.took("stores", t.stores)
	r.took("folders", t.folders)
	r.took("messages", t.messages)
	r.took("attachments and other large values", t.values)
	r.took("bytes of these", t.bytes)
}
