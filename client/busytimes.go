package client

import (
	"cmp"
	"encoding/binary"
	"slices"
	"time"

	"zarafa/mapi"
)

// BusyTime is a time in which somebody is not free.
type BusyTime struct{ Start, End time.Time }

// FreeBusy is what a user publishes of his calendar, for the time from Start to End.
type FreeBusy struct {
	Start, End           time.Time
	Busy, Tentative, OOF []BusyTime
}

// rangeEpoch is what ranges count the minutes from.
var rangeEpoch = time.Date(1601, 1, 1, 0, 0, 0, 0, time.UTC)

func rangeMinutes(t time.Time) uint32 {
	// A time.Duration ends after 292 years, so the minutes are counted from Unix times.
	return uint32((t.Unix() - rangeEpoch.Unix()) / 60)
}

func rangeTime(minutes uint32) time.Time {
	return time.Unix(rangeEpoch.Unix()+int64(minutes)*60, 0).UTC()
}

// family are the properties of one kind of times (MS-OXOPFFB 2.2.1.4): months are year<<4 | month, and the events of each month pairs of LE16
// minutes from its start in UTC.
type family struct{ months, events mapi.PropTag }

func busyFamily() family {
	return family{mapi.PrFreebusyBusyMonths, mapi.PrFreebusyBusyEvents}
}

func tentativeFamily() family {
	return family{mapi.PrFreebusyTentativeMonths, mapi.PrFreebusyTentativeEvents}
}

func oofFamily() family { return family{mapi.PrFreebusyOofMonths, mapi.PrFreebusyOofEvents} }

// allFamily is of busy times and those out of office together.
func allFamily() family { return family{mapi.PrFreebusyAllMonths, mapi.PrFreebusyAllEvents} }

// props are the two properties of a list of times, or their removal if it is empty.
func (f family) props(times []BusyTime, c *Change) {
	var months, events []mapi.PropValue
	for _, t := range joined(times) {
		for at := t.Start; at.Before(t.End); {
			month := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
			next := month.AddDate(0, 1, 0)
			end := t.End
			if next.Before(end) {
				end = next
			}
			number := uint32(at.Year())<<4 | uint32(at.Month())
			if n := len(months); n == 0 || months[n-1].Uint32() != number {
				months, events = append(months, mapi.PropValue{Num: uint64(number)}), append(events, mapi.PropValue{})
			}
			last := &events[len(events)-1]
			last.Data = binary.LittleEndian.AppendUint16(last.Data, uint16(at.Sub(month)/time.Minute))
			last.Data = binary.LittleEndian.AppendUint16(last.Data, uint16(end.Sub(month)/time.Minute))
			at = end
		}
	}
	if months == nil {
		c.Delete = append(c.Delete, f.months, f.events)
		return
	}
	c.Set = append(c.Set, mapi.Multi(f.months, months...), mapi.Multi(f.events, events...))
}

// joined are the times in order, in whole minutes, those that touch joined.
func joined(times []BusyTime) []BusyTime {
	sorted := make([]BusyTime, 0, len(times))
	for _, t := range times {
		t.Start, t.End = t.Start.UTC().Truncate(time.Minute), t.End.UTC().Truncate(time.Minute)
		if t.Start.Before(t.End) {
			sorted = append(sorted, t)
		}
	}
	slices.SortFunc(sorted, func(a, b BusyTime) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	out := sorted[:0]
	for _, t := range sorted {
		if n := len(out); n > 0 && !t.Start.After(out[n-1].End) {
			if t.End.After(out[n-1].End) {
				out[n-1].End = t.End
			}
			continue
		}
		out = append(out, t)
	}
	return out
}

// times reads a family; what is malformed is passed over.
func (f family) times(props mapi.Props) []BusyTime {
	months, _ := props.Get(f.months)
	events, _ := props.Get(f.events)
	var out []BusyTime
	for i, m := range months.Values() {
		number := m.Uint32()
		if i >= len(events.Values()) || number&0xF < 1 || number&0xF > 12 || number>>4 > 9999 {
			continue
		}
		month := time.Date(int(number>>4), time.Month(number&0xF), 1, 0, 0, 0, 0, time.UTC)
		for b := events.Values()[i].Data; len(b) >= 4; b = b[4:] {
			at := func(b []byte) time.Time { return month.Add(time.Duration(binary.LittleEndian.Uint16(b)) * time.Minute) }
			out = append(out, BusyTime{at(b), at(b[2:])})
		}
	}
	return joined(out)
}

// change makes the properties of a published message of it.
func (f *FreeBusy) change() Change {
	c := Change{Set: []mapi.PropValue{
		mapi.Long(mapi.PrFreebusyStartRange, rangeMinutes(f.Start)), mapi.Long(mapi.PrFreebusyEndRange, rangeMinutes(f.End)),
	}}
	busyFamily().props(f.Busy, &c)
	tentativeFamily().props(f.Tentative, &c)
	oofFamily().props(f.OOF, &c)
	allFamily().props(slices.Concat(f.Busy, f.OOF), &c)
	return c
}

func freeBusyOf(props mapi.Props) FreeBusy {
	return FreeBusy{
		Start: rangeTime(props.Uint32(mapi.PrFreebusyStartRange)), End: rangeTime(props.Uint32(mapi.PrFreebusyEndRange)),
		Busy: busyFamily().times(props), Tentative: tentativeFamily().times(props), OOF: oofFamily().times(props),
	}
}
