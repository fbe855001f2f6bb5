package monitor

import (
	"context"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// What the message is called in which a store remembers when the last mail about it was sent. The original monitor's, of either name, is used
// further; it is in the store so that a change of the program or of the machine sends nothing twice.
const (
	recordClass   = "IPM.Zarafa.Configuration"
	recordSubject = "Zarafa.Quota"
	otherSubject  = "Kopano.Quota"
)

// record is that message.
type record struct {
	session *client.Session
	folder  mapi.EntryID // whose associated contents it is in
	id      mapi.EntryID // nil if there is none yet
	number  uint32       // the server's
	last    time.Time    // zero for never
}

// findRecord looks for the record of a store, by four calls. Of several the latest counts.
func findRecord(ctx context.Context, s *client.Session, folder mapi.EntryID) (*record, error) {
	if len(folder) == 0 {
		return nil, mapi.Errorf(mapi.NotFound, "quota record", "the store has no folder for it; its owner's first log-on may create that")
	}
	r := &record{session: s, folder: folder}
	t, err := s.OpenTable(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | mapi.OpenAssociated,
		Columns:  []mapi.PropTag{mapi.PrEntryID, mapi.PrECHierarchyID, mapi.PrECQuotaMailTime},
		Restrict: isRecord(),
	})
	if err != nil {
		return nil, err
	}
	defer t.Close(context.WithoutCancel(ctx))
	rows, err := t.Rows(ctx, mostRecords)
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		var last time.Time
		if v, ok := row.Get(mapi.PrECQuotaMailTime); ok {
			last = v.Time().Time()
		}
		if r.id == nil || last.After(r.last) {
			r.id, r.number, r.last = row.Bytes(mapi.PrEntryID), row.Uint32(mapi.PrECHierarchyID), last
		}
	}
	return r, nil
}

// mostRecords bounds how many records of a store are looked at. There is one, or one of each name.
const mostRecords = 50

func isRecord() *mapi.Restriction {
	is := func(tag mapi.PropTag, text string) *mapi.Restriction {
		v := mapi.String(tag, text)
		return &mapi.Restriction{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: tag, Value: &v}
	}
	return &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
		is(mapi.PrMessageClass, recordClass),
		{Type: mapi.ResOr, Sub: []*mapi.Restriction{is(mapi.PrSubject, recordSubject), is(mapi.PrSubject, otherSubject)}},
	}}
}

// set writes the time of the last mail, by one call. The zero time says that there was none.
func (r *record) set(ctx context.Context, when time.Time) error {
	at := mapi.Time(mapi.PrECQuotaMailTime, 0)
	if !when.IsZero() {
		at = mapi.Time(mapi.PrECQuotaMailTime, mapi.FileTimeOf(when))
	}
	if r.id != nil {
		_, err := r.session.SaveObject(ctx, r.folder, r.id, &client.Change{Type: mapi.TypeMessage, ServerID: r.number, Set: []mapi.PropValue{at}}, false)
		return err
	}
	id := mapi.NewEntryID(r.folder.StoreGUID(), mapi.TypeMessage)
	saved, err := r.session.SaveObject(ctx, r.folder, id, &client.Change{Type: mapi.TypeMessage, Set: []mapi.PropValue{
		mapi.String(mapi.PrMessageClass, recordClass), mapi.String(mapi.PrSubject, recordSubject), mapi.String(mapi.PrDisplayName, recordSubject), at,
	}}, true)
	if err == nil {
		r.id, r.number = id, saved.ServerID
	}
	return err
}
