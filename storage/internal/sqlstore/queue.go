package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
)

// Queue lists a store's entries (0: all stores), descending message ids.
func (r reader) Queue(ctx context.Context, store uint32) ([]storage.QueueEntry, error) {
	if store == 0 {
		return r.queue(ctx, " ORDER BY hierarchy_id DESC,master DESC")
	}
	return r.queue(ctx, " WHERE store_id=? ORDER BY hierarchy_id DESC,master DESC", store)
}

// QueueEntries lists a message's entries, at most one for each queue.
func (r reader) QueueEntries(ctx context.Context, message uint32) ([]storage.QueueEntry, error) {
	return r.queue(ctx, " WHERE hierarchy_id=? ORDER BY master DESC", message)
}

func (r reader) queue(ctx context.Context, where string, args ...any) ([]storage.QueueEntry, error) {
	rows, err := r.q.query(ctx, "SELECT store_id,hierarchy_id,flags FROM outgoingqueue"+where, args...)
	if err != nil {
		return nil, dbError("queue", err)
	}
	var list []storage.QueueEntry
	err = each(rows, func() error {
		var e storage.QueueEntry
		err := rows.Scan(&e.Store, &e.Message, &e.Flags)
		list = append(list, e)
		return err
	})
	return list, dbError("queue", err)
}

// PutQueueEntry inserts or replaces a message's entry in the queue that its flags name.
func (t *transaction) PutQueueEntry(ctx context.Context, e storage.QueueEntry) error {
	_, err := t.exec(ctx, t.texts.putQueue, e.Store, e.Message, e.Flags&mapi.SubmitMaster, e.Flags)
	return dbError("put queue", err)
}

// DeleteQueueEntry takes a message out of the master's queue or the local one, if it is there.
func (t *transaction) DeleteQueueEntry(ctx context.Context, message uint32, master bool) error {
	queue := mapi.SubmitLocal
	if master {
		queue = mapi.SubmitMaster
	}
	_, err := t.exec(ctx, "DELETE FROM outgoingqueue WHERE hierarchy_id=? AND master=?", message, queue)
	return dbError("delete queue", err)
}

// SearchResults lists the messages in a search folder, ascending.
func (r reader) SearchResults(ctx context.Context, folder uint32) ([]storage.SearchResult, error) {
	rows, err := r.q.query(ctx, "SELECT hierarchyid,flags FROM searchresults WHERE folderid=? ORDER BY hierarchyid", folder)
	if err != nil {
		return nil, dbError("search results", err)
	}
	var list []storage.SearchResult
	err = each(rows, func() error {
		var m storage.SearchResult
		var flags uint32
		err := rows.Scan(&m.Message, &flags)
		m.Read = flags&mapi.MsgRead != 0
		list = append(list, m)
		return err
	})
	return list, dbError("search results", err)
}

// ResultsOf is one statement for every maxInList messages.
func (r reader) ResultsOf(ctx context.Context, folder uint32, messages []uint32) ([]storage.FoundIn, error) {
	var list []storage.FoundIn
	for chunk := range slices.Chunk(messages, maxInList) {
		text, args := r.texts.resultsOf.fill(nil, chunk)
		if folder != 0 {
			text, args = r.texts.resultsIn.fill([]any{folder}, chunk)
		}
		rows, err := r.q.query(ctx, text, args...)
		if err != nil {
			return nil, dbError("results of messages", err)
		}
		if err := each(rows, func() error {
			var m storage.FoundIn
			var flags uint32
			err := rows.Scan(&m.Folder, &m.Message, &flags)
			m.Read = flags&mapi.MsgRead != 0
			list = append(list, m)
			return err
		}); err != nil {
			return nil, dbError("results of messages", err)
		}
	}
	slices.SortFunc(list, func(a, b storage.FoundIn) int {
		return cmp.Or(cmp.Compare(a.Folder, b.Folder), cmp.Compare(a.Message, b.Message))
	})
	return list, nil
}

// PutSearchResults adds messages to a search folder; what is there is replaced.
func (t *transaction) PutSearchResults(ctx context.Context, store, folder uint32, list []storage.SearchResult) error {
	args := make([]any, 0, 4*len(list))
	for _, m := range list {
		flags := uint32(0)
		if m.Read {
			flags = mapi.MsgRead
		}
		args = append(args, store, folder, m.Message, flags)
	}
	return dbError("put search results", t.insertRows(ctx, t.texts.putResults, args))
}

// DeleteSearchResults takes messages out of a search folder; nil means all of them.
func (t *transaction) DeleteSearchResults(ctx context.Context, folder uint32, messages []uint32) error {
	if messages == nil {
		_, err := t.exec(ctx, "DELETE FROM searchresults WHERE folderid=?", folder)
		return dbError("delete search results", err)
	}
	for chunk := range slices.Chunk(messages, maxInList) {
		text, args := t.texts.deleteResults.fill([]any{folder}, chunk)
		if _, err := t.exec(ctx, text, args...); err != nil {
			return dbError("delete search results", err)
		}
	}
	return nil
}
