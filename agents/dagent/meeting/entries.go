package meeting

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"zarafa/calendar"
	"zarafa/calendar/ical"
	"zarafa/client"
	"zarafa/mapi"
)

// entry is an item of the calendar, as far as its row tells.
type entry struct {
	id   mapi.EntryID
	item *mapi.Message
	full []byte // GlobalObjectId
	// order is the number of the change that made the item what it is: later changes have higher numbers. It is 0 for what a person's
	// program has brought from elsewhere.
	order uint32
}

// mostEntries bounds what is read of a calendar.
const mostEntries = 20_000

// errFull says that a calendar is not looked through.
var errFull = errors.New("the calendar has too many items in this time to look through them")

// columns are what is read of the calendar's items.
func columns() []mapi.PropTag {
	return []mapi.PropTag{
		mapi.PrEntryID, mapi.PrChangeKey, tag(globalObjectID, mapi.PtBinary), tag(cleanGlobalObjectID, mapi.PtBinary),
		tag(startWhole, mapi.PtSysTime), tag(endWhole, mapi.PtSysTime), tag(busyStatus, mapi.PtLong), tag(stateFlags, mapi.PtLong),
		tag(recurring, mapi.PtBoolean), tag(recurrence, mapi.PtBinary), tag(zoneRule, mapi.PtBinary), tag(zoneName, mapi.PtUnicode),
		tag(zoneStart, mapi.PtBinary), tag(zoneRecur, mapi.PtBinary),
	}
}

// entries reads the items of the message's meeting, and all others that may have a moment in a time.
func (j *job) entries(ctx context.Context, from, to time.Time) ([]entry, error) {
	var list []entry
	err := j.session.EachRow(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: j.calendar, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode | mapi.OpenNoCap,
		Columns: columns(), Restrict: j.which(from, to),
	}, func(row mapi.Props) error {
		if len(list) == mostEntries {
			return errFull
		}
		e := entry{id: row.Bytes(mapi.PrEntryID), item: &mapi.Message{Props: row}}
		e.full = globalID(e.item)
		if key := row.Bytes(mapi.PrChangeKey); len(key) == 20 && bytes.Equal(key[:16], j.home()) {
			e.order = binary.LittleEndian.Uint32(key[16:])
		}
		list = append(list, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the calendar: %w", err)
	}
	return list, nil
}

// home is what change keys begin with that the server makes.
func (j *job) home() []byte {
	id := j.session.ServerGUID()
	return id[:]
}

// which is the condition on rows that entries reads. What recurs is taken if the series goes on: where its instances are the row
// alone tells.
func (j *job) which(from, to time.Time) *mapi.Restriction {
	same := or(
		equals(mapi.Binary(tag(cleanGlobalObjectID, mapi.PtBinary), j.id)), equals(mapi.Binary(tag(globalObjectID, mapi.PtBinary), j.full)),
	)
	if !from.Before(to) {
		return same
	}
	ends := tag(clipEnd, mapi.PtSysTime)
	// Instances may have been moved behind the end of their series, but hardly by more than a month.
	slack := from.AddDate(0, -1, 0)
	return or(same,
		and(compare(mapi.RelLT, moment(startWhole, to)), compare(mapi.RelGT, moment(endWhole, from))),
		and(equals(mapi.Bool(tag(recurring, mapi.PtBoolean), true)), or(
			compare(mapi.RelGT, mapi.Time(ends, mapi.FileTimeOf(slack))),
			&mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{{Type: mapi.ResExist, Tag: ends}}},
		)),
	)
}

func moment(n mapi.PropName, at time.Time) mapi.PropValue {
	return mapi.Time(tag(n, mapi.PtSysTime), mapi.FileTimeOf(at))
}

func compare(op uint32, v mapi.PropValue) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResProperty, Op: op, Tag: v.Tag, Value: &v}
}

func equals(v mapi.PropValue) *mapi.Restriction { return compare(mapi.RelEQ, v) }

func and(sub ...*mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResAnd, Sub: sub}
}

func or(sub ...*mapi.Restriction) *mapi.Restriction {
	return &mapi.Restriction{Type: mapi.ResOr, Sub: sub}
}

// same reports whether an entry is of the message's meeting.
func (j *job) same(e *entry) bool { return bytes.Equal(calendar.CleanGlobalID(e.full), j.id) }

// match finds the item that a message is about: of an instance that was entered alone that, and else the whole series; nil if there is
// none.
func (j *job) match(list []entry) *entry {
	whole := (*entry)(nil)
	for i := range list {
		e := &list[i]
		if !j.same(e) {
			continue
		}
		if _, alone := calendar.Day(e.full); !alone {
			whole = e
		} else if bytes.Equal(e.full, j.full) {
			return e
		}
	}
	return whole
}

// alone are the entries for instances of the message's series that were entered before the series was.
func (j *job) alone(list []entry) []mapi.EntryID {
	if _, one := calendar.Day(j.full); one {
		return nil
	}
	var ids []mapi.EntryID
	for i := range list {
		if _, one := calendar.Day(list[i].full); one && j.same(&list[i]) {
			ids = append(ids, list[i].id)
		}
	}
	return ids
}

// find is the place of an item in a list, or -1.
func find(list []entry, id mapi.EntryID) int {
	return slices.IndexFunc(list, func(e entry) bool { return bytes.Equal(e.id, id) })
}

// load reads an item as a whole; nil stays nil.
func (j *job) load(ctx context.Context, e *entry) (*mapi.Message, error) {
	if e == nil {
		return nil, nil
	}
	m, err := j.session.LoadMessage(ctx, e.id)
	if err != nil {
		return nil, fmt.Errorf("reading the item: %w", err)
	}
	j.people.add(m)
	return m, nil
}

// times are when others have the owner's time: all entries but those of the message's meeting.
func (j *job) times(ctx context.Context, list []entry, from, to time.Time, take func(*entry) bool) []ical.Time {
	o := j.options(ctx)
	var out []ical.Time
	for i := range list {
		if !take(&list[i]) {
			continue
		}
		times, err := ical.Times(list[i].item, from, to, o)
		if err != nil {
			continue // an item that nobody can read takes no time
		}
		out = append(out, times...)
	}
	return out
}
