package ics

import (
	"context"

	"zarafa/mapi"
	"zarafa/server/match"
	"zarafa/storage"
)

// columns are the cells that an export shows of its messages, as a table of them would.
type columns struct {
	svc     *Service
	tags    []mapi.PropTag
	parents map[uint32]storage.Ref
}

func (s *Service) newColumns(tags []mapi.PropTag) *columns {
	return &columns{svc: s, tags: tags, parents: make(map[uint32]storage.Ref)}
}

// of gives the cells of one message; the tags are as the client asked for them.
func (l *columns) of(ctx context.Context, row *storage.Row) ([]mapi.PropValue, error) {
	cells := make([]mapi.PropValue, len(l.tags))
	for i, tag := range l.tags {
		v, ok, err := l.cell(ctx, row, tag.Canonical())
		switch {
		case err != nil:
			return nil, err
		case ok:
			v.Tag = tag
			cells[i] = v
		default:
			cells[i] = mapi.Missing(tag)
		}
	}
	return cells, nil
}

// cell is a property of a message: from its row, or from what lies around it.
func (l *columns) cell(ctx context.Context, row *storage.Row, tag mapi.PropTag) (v mapi.PropValue, ok bool, err error) {
	switch tag {
	case mapi.PrParentSourceKey, mapi.PrParentEntryID:
		parent, err := l.ref(ctx, row.Parent)
		if err != nil {
			return v, false, err
		}
		if tag == mapi.PrParentEntryID {
			return mapi.Binary(tag, parent.EntryID), true, nil
		}
		return mapi.Binary(tag, parent.SourceKey), len(parent.SourceKey) > 0, nil
	case mapi.PrStoreEntryID:
		store, err := l.ref(ctx, row.Store)
		return mapi.Binary(tag, store.EntryID), true, err
	case mapi.PrStoreRecordKey:
		box, err := l.svc.objects.Tree().Mailbox(ctx, row.Store)
		return mapi.Binary(tag, box.GUID[:]), true, err
	case mapi.PrMappingSignature:
		guid := l.svc.store.ServerGUID()
		return mapi.Binary(tag, guid[:]), true, nil
	}
	v, ok = match.Values{Ref: row.Ref, Props: row.Props}.Value(tag)
	return v, ok, nil
}

func (l *columns) ref(ctx context.Context, id uint32) (storage.Ref, error) {
	if ref, ok := l.parents[id]; ok {
		return ref, nil
	}
	ref, err := l.svc.objects.Tree().Ref(ctx, id)
	if err == nil {
		l.parents[id] = ref
	}
	return ref, err
}
