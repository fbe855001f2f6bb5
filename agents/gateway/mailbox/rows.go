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
	q := rowQuery{bounded: containsTag(columns, mapi.PrECIMAPEmail)}
	q.TableQuery = client.TableQuery{
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

// rowQuery are rows to read. Bounded ones have whole mails among their columns, so that the server gives as many at a time as are not too large.
type rowQuery struct {
	client.TableQuery
	bounded bool
}

// reader reads the rows of a table.
type reader struct {
	*client.Table
	bounded bool
	last    bool // there are no more
}

// open opens the table, and reads the first n rows unless they are bounded or n is 0: then next reads the first.
func (q *rowQuery) open(ctx context.Context, s *client.Session, n int) (r *reader, rows []mapi.Props, err error) {
	if q.bounded {
		n = 0
	}
	t, rows, err := s.QueryTable(ctx, q.TableQuery, uint32(n))
	if err != nil {
		return nil, nil, told(err)
	}
	r = &reader{Table: t, bounded: q.bounded, last: n > 0 && len(rows) < n}
	if n == 0 && q.bounded {
		return r, nil, nil
	}
	return r, rows, nil
}

// next reads up to n rows.
func (r *reader) next(ctx context.Context, n int) (rows []mapi.Props, err error) {
	if r.last {
		return nil, nil
	}
	if r.bounded {
		rows, err = r.BoundedRows(ctx, uint32(n))
		r.last = len(rows) == 0
	} else {
		rows, err = r.Rows(ctx, uint32(n))
		r.last = len(rows) < n
	}
	return rows, told(err)
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
	ctx context.Context, q rowQuery, s *view.Snapshot, uids []view.UID, visit func([]mapi.Props) error,
) (missed []view.UID, err error) {
	first, _ := s.Find(uids[0])
	n := min(leastDense*len(uids), batchSize)
	start := n
	if first > 0 {
		start = 0
	}
	t, rows, err := q.open(ctx, o.session(), start)
	if err != nil {
		return nil, err
	}
	defer func() { _ = t.Close(context.WithoutCancel(ctx)) }()
	if first > 0 {
		if _, err := t.Seek(ctx, client.BookmarkBeginning, int32(first)); err != nil {
			return nil, told(err)
		}
	}
	if len(rows) == 0 {
		if rows, err = t.next(ctx, n); err != nil {
			return nil, err
		}
	}
	if first > 0 && (len(rows) == 0 || uidOf(rows[0]) > uids[0]) {
		// Messages in front of the run are gone, and the run has moved up.
		begin := len(uids)
		if len(rows) > 0 {
			begin, _ = slices.BinarySearch(uids, uidOf(rows[0]))
		}
		missed, uids = uids[:begin], uids[begin:]
		if len(uids) == 0 {
			return missed, nil
		}
		if err := o.visitRanges(ctx, q, missed, visit); err != nil {
			return nil, err
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
		if len(uids) == 0 {
			break
		}
		if rows, err = t.next(ctx, n); err != nil {
			return nil, err
		}
	}
	return nil, nil
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
func (o *openFolder) visitRanges(ctx context.Context, q rowQuery, uids []view.UID, visit func([]mapi.Props) error) error {
	for len(uids) > 0 {
		var n int
		q.Restrict, n = inRanges(uids)
		if err := o.visitRange(ctx, q, n, visit); err != nil {
			return err
		}
		uids = uids[n:]
	}
	return nil
}

// visitRange visits up to n rows.
func (o *openFolder) visitRange(ctx context.Context, q rowQuery, n int, visit func([]mapi.Props) error) error {
	t, rows, err := q.open(ctx, o.session(), n)
	if err != nil {
		return err
	}
	defer func() { _ = t.Close(context.WithoutCancel(ctx)) }()
	for read := 0; read < n; {
		if len(rows) == 0 {
			if rows, err = t.next(ctx, n-read); err != nil || len(rows) == 0 {
				return err
			}
		}
		read += len(rows)
		if err := visit(rows); err != nil {
			return err
		}
		rows = nil
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
