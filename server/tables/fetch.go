package tables

import (
	"context"
	"io"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// records gives the records of objects in the order of the ids, from the cell cache, and of what it lacks
// with one statement. The record of an object that is gone is nil. within is the folder that all are in, if the caller knows it, or 0.
func (s *Service) records(ctx context.Context, within uint32, ids []uint32, out []cache.Record) ([]cache.Record, error) {
	out, _, err := s.fetch(ctx, within, ids, out)
	return out, err
}

// fetch is records, and tells whether the cell cache lacked any.
func (s *Service) fetch(ctx context.Context, within uint32, ids []uint32, out []cache.Record) (recs []cache.Record, missed bool, err error) {
	var missing []uint32
	var tickets map[uint32]cache.Ticket
	for _, id := range ids {
		rec, ticket, ok := s.Cells.Get(id)
		out = append(out, rec)
		if ok {
			continue
		}
		if tickets == nil {
			tickets = make(map[uint32]cache.Ticket)
		}
		if _, twice := tickets[id]; !twice {
			tickets[id] = ticket
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return out, false, nil
	}
	read := make(map[uint32]cache.Record, len(missing))
	err = s.Store.Rows(ctx, storage.RowQuery{IDs: missing, Within: within}, func(row *storage.Row) error {
		rec := s.pack(row)
		read[row.ID] = rec
		s.Cells.Put(tickets[row.ID], row.ID, rec)
		return nil
	})
	if err != nil {
		return nil, true, err
	}
	base := len(out) - len(ids)
	for i, id := range ids {
		if out[base+i] == nil {
			out[base+i] = read[id]
		}
	}
	return out, true, nil
}

// wantedWhole are those of some properties of which a record may have only the beginning.
func wantedWhole(rec cache.Record, tags []mapi.PropTag) (want []mapi.PropTag) {
	if rec.Header().Kinds&hasCut == 0 {
		return nil
	}
	for _, tag := range tags {
		if v, ok := rec.Value(tag); ok && maybeCut(v) {
			want = append(want, tag.Canonical())
		}
	}
	return want
}

// maxUncut bounds how much of a large value a restriction or an uncapped table looks at.
const maxUncut = 16 << 20

// uncut reads the whole of those values that the record has cut; nil if there is nothing to read.
func (s *Service) uncut(ctx context.Context, id uint32, rec cache.Record, tags []mapi.PropTag) (map[mapi.PropTag]mapi.PropValue, error) {
	want := wantedWhole(rec, tags)
	if len(want) == 0 {
		return nil, nil
	}
	o, err := s.Store.Object(ctx, id)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	full := make(map[mapi.PropTag]mapi.PropValue, len(want))
	for _, tag := range want {
		v, ok, err := s.wholeValue(ctx, o, tag)
		if err != nil {
			return nil, err
		}
		if ok {
			full[tag] = v
		}
	}
	return full, nil
}

// wholeValue is a property of an object that was read, wherever its value lies.
func (s *Service) wholeValue(ctx context.Context, o *storage.Object, tag mapi.PropTag) (v mapi.PropValue, ok bool, err error) {
	if v, ok := o.Props.Get(tag); ok {
		return v, true, nil
	}
	for _, l := range o.Lobs {
		if l.Tag.Canonical() != tag {
			continue
		}
		r, err := s.Store.OpenLob(ctx, l.Instance)
		if err != nil {
			return v, false, err
		}
		defer r.Close()
		b, err := io.ReadAll(io.LimitReader(r, maxUncut))
		return mapi.Binary(tag, b), err == nil, err
	}
	return v, false, nil
}
