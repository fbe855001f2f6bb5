package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"zarafa/agents/webaccess/session"
	"zarafa/agents/webaccess/windows"
	"zarafa/client"
	"zarafa/mapi"
)

// maxSelected is how many ids and ranges a selection may name.
const maxSelected = 10_000

// changes are the calls that a change of messages takes: lists of the server are added to or taken from, not both.
func (m *MessagesSet) changes(now time.Time) (list []client.FlagChange, err error) {
	if err := categories(append(slices.Clone(m.AddCategories), m.RemoveCategories...)); err != nil {
		return nil, err
	}
	var c client.FlagChange
	if m.Read != nil {
		if c.Read = mapi.ReadClear; *m.Read {
			c.Read = mapi.ReadSet
		}
	}
	if m.Flag != nil {
		if err := m.flag(&c, now); err != nil {
			return nil, err
		}
	}
	if len(m.AddCategories) > 0 {
		c.Keywords, c.KeywordMode = m.AddCategories, mapi.ListAdd
	}
	if m.Read != nil || m.Flag != nil || len(m.AddCategories) > 0 {
		list = append(list, c)
	}
	if len(m.RemoveCategories) > 0 {
		list = append(list, client.FlagChange{Keywords: m.RemoveCategories, KeywordMode: mapi.ListRemove})
	}
	if len(list) == 0 {
		return nil, invalid("there is nothing to change")
	}
	return list, nil
}

// followupRed is the red flag of PR_FOLLOWUP_ICON (MS-OXOFLAG 2.2.1.2).
const followupRed = 6

// flag sets a flag, completes it or takes it away (MS-OXOFLAG 3.1.4.1).
func (m *MessagesSet) flag(c *client.FlagChange, now time.Time) error {
	due, err := m.Due.instant()
	if err != nil {
		return err
	}
	switch *m.Flag {
	case FlagNone:
		c.Delete = []mapi.PropTag{mapi.PrFlagStatus, mapi.PrFollowupIcon, mapi.PrFlagCompleteTime, taskDue()}
	case FlagSet:
		c.Set = mapi.Props{mapi.Long(mapi.PrFlagStatus, flagged), mapi.Long(mapi.PrFollowupIcon, followupRed)}
		c.Delete = []mapi.PropTag{mapi.PrFlagCompleteTime}
		if due.IsZero() {
			c.Delete = append(c.Delete, taskDue())
		} else {
			c.Set = append(c.Set, mapi.Time(taskDue(), mapi.FileTimeOf(due)))
		}
	case FlagComplete:
		c.Set = mapi.Props{mapi.Long(mapi.PrFlagStatus, flagComplete), mapi.Time(mapi.PrFlagCompleteTime, mapi.FileTimeOf(now.Truncate(time.Minute)))}
		c.Delete = []mapi.PropTag{mapi.PrFollowupIcon}
	default:
		return invalid("there is no flag %q", string(*m.Flag))
	}
	return nil
}

// partOfIDs is the part of a list of ids; the cursor is how many are done.
func partOfIDs(of MessageSelection, cursor string) (p part, err error) {
	if len(of.IDs) > maxSelected || len(of.Ranges) > 0 {
		return p, tooLarge("a selection is of at most %d ids, or of ranges", maxSelected)
	}
	done := 0
	if cursor != "" {
		if done, err = strconv.Atoi(cursor); err != nil || done < 0 || done > len(of.IDs) {
			return p, errCursor
		}
	}
	end := min(done+maxBulk, len(of.IDs))
	for _, id := range of.IDs[done:end] {
		message, err := messageID(id)
		if err != nil {
			return p, err
		}
		p.ids = append(p.ids, message)
	}
	if p.left = len(of.IDs) - end; p.left > 0 {
		p.next = strconv.Itoa(end)
	}
	return p, nil
}

var errCursor = invalid("that is no cursor")

// place is how far a change of rows has come. It goes from the last row to the first, so that rows which disappear do not move those that are still to do;
// what comes or goes in front of them meanwhile is noticed by the key of the next row.
type place struct {
	Range int    `json:"r"` // the range in which it is, of those sorted by place
	End   int    `json:"e"` // the rows of that range before this number are still to do
	Key   []byte `json:"k"` // PR_INSTANCE_KEY of the row in front of End
	Shift int    `json:"s"` // how far all rows have moved since the selection was made
}

func (p place) cursor() (string, error) {
	text, err := json.Marshal(p)
	return base64.RawURLEncoding.EncodeToString(text), err
}

func parsePlace(cursor string) (p place, err error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || json.NewDecoder(bytes.NewReader(text)).Decode(&p) != nil || p.Range < 0 || p.End < 0 || len(p.Key) > 64 {
		return p, errCursor
	}
	return p, nil
}

// partOfRows is the next part of rows of a list.
func partOfRows(ctx context.Context, s *session.Session, of MessageSelection, cursor string) (p part, err error) {
	list, err := listOf(s, of.Folder, of.Sort, of.Filter, nil)
	if err != nil {
		return p, err
	}
	ranges, err := of.sorted()
	if err != nil {
		return p, err
	}
	last := len(ranges) - 1
	at := place{Range: last, End: ranges[last].At + ranges[last].N}
	if cursor != "" {
		if at, err = parsePlace(cursor); err != nil || at.Range > last {
			return p, errCursor
		}
		if err := at.follow(ctx, s, list); err != nil {
			return p, err
		}
	}
	first := max(ranges[at.Range].At+at.Shift, 0)
	w, err := s.Tables.Read(ctx, list, windows.Place{}, 1)
	if err != nil {
		return p, err
	}
	at.End = min(at.End, w.Total)
	from := max(first, at.End-maxBulk)
	if from < at.End {
		if w, err = s.Tables.Read(ctx, list, windows.Place{At: max(from-1, 0)}, at.End-max(from-1, 0)); err != nil {
			return p, err
		}
	}
	return of.rest(ranges, at, w, from, first)
}

// rest makes the part of the rows of a window, and the place after it.
func (of *MessageSelection) rest(ranges []RowRange, at place, w windows.Window, from, first int) (p part, err error) {
	next := place{Range: at.Range, End: from, Shift: at.Shift}
	for i, row := range w.Rows {
		switch number := w.At + i; {
		case number >= from && number < at.End:
			p.ids = append(p.ids, row.Bytes(mapi.PrEntryID))
		case number == from-1:
			next.Key = row.Bytes(mapi.PrInstanceKey)
		}
	}
	if from <= first { // the range is done
		next.Key = nil
		if next.Range--; next.Range >= 0 {
			next.End = ranges[next.Range].At + ranges[next.Range].N + at.Shift
		}
	}
	if next.Range < 0 || next.End <= 0 {
		return p, nil
	}
	p.left = max(next.End-max(ranges[next.Range].At+at.Shift, 0), 0)
	for _, r := range ranges[:next.Range] {
		p.left += r.N
	}
	p.next, err = next.cursor()
	return p, err
}

// follow moves a place with its row.
func (p *place) follow(ctx context.Context, s *session.Session, list windows.Query) error {
	if p.Key == nil {
		return nil
	}
	w, err := s.Tables.Read(ctx, list, windows.Place{Key: p.Key, At: max(p.End-1, 0)}, 1)
	if err != nil {
		return err
	}
	if len(w.Rows) > 0 && bytes.Equal(w.Rows[0].Bytes(mapi.PrInstanceKey), p.Key) {
		p.Shift += w.At + 1 - p.End
		p.End = w.At + 1
	}
	return nil
}

// sorted are the ranges in the order of their rows; none are all rows.
func (of *MessageSelection) sorted() ([]RowRange, error) {
	if len(of.Ranges) == 0 {
		return []RowRange{{At: 0, N: 1<<31 - 1}}, nil
	}
	if len(of.Ranges) > maxSelected {
		return nil, tooLarge("a selection has at most %d ranges", maxSelected)
	}
	list := slices.Clone(of.Ranges)
	slices.SortFunc(list, func(a, b RowRange) int { return a.At - b.At })
	for i, r := range list {
		if r.At < 0 || r.N < 1 || r.N > 1<<31-1-r.At || i > 0 && list[i-1].At+list[i-1].N > r.At {
			return nil, invalid("ranges do not overlap, and have at least one row")
		}
	}
	return list, nil
}
