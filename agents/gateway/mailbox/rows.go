package mailbox

import (
	"context"
	"slices"

	"zarafa/agents/gateway/view"
	"zarafa/client"
	"zarafa/mapi"
)

// How the rows of messages are read. A run of messages that stand side by side is read from the place of the first one; others are asked for by
// their UIDs, for which the server looks at every row of the folder.
const (
	batchSize   = 500 // rows asked for at a time
	mostRanges  = 100 // of UIDs in one condition
	leastDense  = 2   // a run is side by side if it is at least one message in so many
	fewMessages = 20  // up to so many are asked for by their UIDs in any case, in a small folder
)

// visitRows visits rows of messages, with PR_EC_IMAP_ID among their columns, in the order of their UIDs and in batches. The row of a message that is
// there no longer does not come.
func (o *openFolder) visitRows(ctx context.Context, uids []view.UID, flags uint32, columns []mapi.PropTag, visit func(rows []mapi.Props) error) error {
	q := client.TableQuery{
		Kind: mapi.TableMS, EntryID: o.folder.entryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | flags,
		Columns: append([]mapi.PropTag{mapi.PrECIMAPID}, columns...), Sort: []mapi.SortOrder{{Tag: mapi.PrECIMAPID}},
	}
	snapshot := o.Snapshot()
	for len(uids) > 0 {
		if n := denseRun(snapshot, uids); n > 0 {
			missed, err := o.visitRun(ctx, q, snapshot, uids[:n], visit)
			if err != nil {
				return err
			}
			uids = uids[n:]
			if err := o.visitRanges(ctx, q, missed, visit); err != nil {
				return err
			}
			continue
		}
		n := min(len(uids), batchSize)
		if err := o.visitRanges(ctx, q, uids[:n], visit); err != nil {
			return err
		}
		uids = uids[n:]
	}
	return nil
}

// denseRun is how many of the UIDs, from the first on, stand close together in the folder; 0 if they do not.
func denseRun(s *view.Snapshot, uids []view.UID) int {
	if len(uids) <= fewMessages && s.Len() <= batchSize {
		return 0
	}
	first, ok := s.Find(uids[0])
	if !ok {
		return 0
	}
	last, _ := s.Find(uids[len(uids)-1])
	if last-first+1 <= leastDense*len(uids) {
		return len(uids)
	}
	// A long list with gaps: as far as it is dense.
	for n := min(len(uids), batchSize); n > fewMessages; n /= 2 {
		if last, ok = s.Find(uids[n-1]); ok && last-first+1 <= leastDense*n {
			return n
		}
	}
	return 0
}

// visitRun reads rows from the place of the first message on. What changed since the snapshot may have moved the rows; missed are the UIDs that
// may stand in front of where it began.
func (o *openFolder) visitRun(
	ctx context.Context, q client.TableQuery, s *view.Snapshot, uids []view.UID, visit func([]mapi.Props) error,
) (missed []view.UID, err error) {
	first, _ := s.Find(uids[0])
	n := uint32(min(leastDense*len(uids), batchSize))
	start := n
	if first > 0 {
		start = 0
	}
	t, rows, err := o.session().QueryTable(ctx, q, start)
	if err != nil {
		return nil, told(err)
	}
	defer func() { _ = t.Close(context.WithoutCancel(ctx)) }()
	if first > 0 {
		if _, err := t.Seek(ctx, client.BookmarkBeginning, int32(first)); err != nil {
			return nil, told(err)
		}
		if rows, err = t.Rows(ctx, n); err != nil {
			return nil, told(err)
		}
	}
	if first > 0 && (len(rows) == 0 || uidOf(rows[0]) > uids[0]) {
		// Messages in front of the run are gone, and the run has moved up.
		begin := len(uids)
		if len(rows) > 0 {
			begin, _ = slices.BinarySearch(uids, uidOf(rows[0]))
		}
		missed, uids = uids[:begin], uids[begin:]
		if len(missed) > 0 && len(uids) > 0 {
			if err := o.visitRanges(ctx, q, missed, visit); err != nil {
				return nil, err
			}
			missed = nil
		}
	}
	for len(rows) > 0 && len(uids) > 0 {
		var wanted []mapi.Props
		wanted, uids = pick(rows, uids)
		if len(wanted) > 0 {
			if err := visit(wanted); err != nil {
				return nil, err
			}
		}
		if len(uids) == 0 || uint32(len(rows)) < n {
			break
		}
		if rows, err = t.Rows(ctx, n); err != nil {
			return nil, told(err)
		}
	}
	return missed, nil
}

// pick gives those of the rows that are wanted, and the UIDs that come behind them.
func pick(rows []mapi.Props, uids []view.UID) (wanted []mapi.Props, rest []view.UID) {
	for _, row := range rows {
		uid := uidOf(row)
		for len(uids) > 0 && uids[0] < uid {
			uids = uids[1:]
		}
		if len(uids) > 0 && uids[0] == uid {
			wanted, uids = append(wanted, row), uids[1:]
		}
	}
	return wanted, uids
}

func uidOf(row mapi.Props) view.UID { return view.UID(row.Uint32(mapi.PrECIMAPID)) }

// visitRanges asks for messages by their UIDs.
func (o *openFolder) visitRanges(ctx context.Context, q client.TableQuery, uids []view.UID, visit func([]mapi.Props) error) error {
	for len(uids) > 0 {
		var n int
		q.Restrict, n = inRanges(uids)
		t, rows, err := o.session().QueryTable(ctx, q, uint32(n))
		if err != nil {
			return told(err)
		}
		err = t.Close(context.WithoutCancel(ctx))
		if len(rows) > 0 {
			if err := visit(rows); err != nil {
				return err
			}
		}
		if err != nil {
			return told(err)
		}
		uids = uids[n:]
	}
	return nil
}

// inRanges is the condition that a message has one of the UIDs, up to a number of ranges; n says how many of the UIDs are in it.
func inRanges(uids []view.UID) (r *mapi.Restriction, n int) {
	compare := func(op uint32, uid view.UID) *mapi.Restriction {
		v := mapi.Long(mapi.PrECIMAPID, uint32(uid))
		return &mapi.Restriction{Type: mapi.ResProperty, Op: op, Tag: mapi.PrECIMAPID, Value: &v}
	}
	r = &mapi.Restriction{Type: mapi.ResOr}
	for n < len(uids) && len(r.Sub) < mostRanges {
		end := n + 1
		for end < len(uids) && uids[end] == uids[end-1]+1 {
			end++
		}
		if end == n+1 {
			r.Sub = append(r.Sub, compare(mapi.RelEQ, uids[n]))
		} else {
			r.Sub = append(r.Sub, &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
				compare(mapi.RelGE, uids[n]), compare(mapi.RelLE, uids[end-1]),
			}})
		}
		n = end
	}
	return r, n
}

// eachPage visits the rows of a table in pages: a call opens the table and reads the first one, one closes it, and one more reads each
// further page.
func eachPage(ctx context.Context, s *client.Session, q client.TableQuery, visit func([]mapi.Props) error) error {
	t, rows, err := s.QueryTable(ctx, q, rowsPerPage)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close(context.WithoutCancel(ctx)) }()
	for {
		if err := visit(rows); err != nil || len(rows) < rowsPerPage {
			return err
		}
		if rows, err = t.Rows(ctx, rowsPerPage); err != nil {
			return err
		}
	}
}
