package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
)

// queueSource is the outgoing queue: of one store, what its owner's client sends itself, or, without a
// store, everything that the spooler is to send.
type queueSource struct {
	store uint32 // 0: the master queue
}

func (q *queueSource) set() rowSet {
	if q.store == 0 {
		return rowSet{class: masterQueue}
	}
	return rowSet{q.store, localQueue}
}

func (q *queueSource) watches() []rowSet { return []rowSet{q.set()} }

func (q *queueSource) cells(ctx context.Context, p *page, rows []cache.Row) error {
	return p.objects(ctx, rows)
}

func (q *queueSource) load(ctx context.Context, t *table, _ grant) (*rowList, error) {
	entries, err := t.svc.Store.Queue(ctx, q.store)
	if err != nil {
		return nil, err
	}
	var ids []uint32
	for _, e := range entries {
		if (e.Flags&mapi.SubmitMaster != 0) == (q.store == 0) {
			ids = append(ids, e.Message)
		}
	}
	return t.listedRows(ctx, ids, nil) // entries without a message are left out
}
