package ical

import (
	"fmt"
	"time"

	"zarafa/calendar/recur"
	"zarafa/mapi"
)

// Values of PidLidBusyStatus (MS-OXOCAL 2.2.1.2).
const (
	Free uint32 = iota
	Tentative
	Busy
	OutOfOffice
	WorkingElsewhere
)

// Time is when an item, or an instance of a series, is.
type Time struct {
	Start, End time.Time
	// Original is when the series has the instance; it is Start if that was not moved.
	Original time.Time
	// Busy is how it shows, [Free] and others. What was called off shows free.
	Busy uint32
}

// Times are when an item is, as far as it overlaps the time from one instant to another, in order. Only PidLidAppointmentStartWhole,
// …EndWhole, …Recur, the busy status, the state and the zones are looked at, so that the row of a table is enough.
func Times(m *mapi.Message, from, to time.Time, o *Options) ([]Time, error) {
	busy, off := getLong(m, appt(idBusyStatus)), getLong(m, appt(idStateFlags))&stateCanceled != 0
	if off {
		busy = Free
	}
	data := getBinary(m, appt(idRecur))
	if !getBool(m, appt(idRecurring)) || len(data) == 0 {
		start, end := getTime(m, appt(idStart)), getTime(m, appt(idEnd))
		if start.IsZero() {
			return nil, fmt.Errorf("%w without a start", ErrItem)
		}
		if end.Before(start) {
			end = start
		}
		if !start.Before(to) || !end.After(from) && !(end.Equal(start) && !start.Before(from)) {
			return nil, nil
		}
		return []Time{{start, end, start, busy}}, nil
	}
	rec, err := recur.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrItem, err)
	}
	list, err := rec.Occurrences(o.ItemZone(m, true).Location, from, to)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrItem, err)
	}
	var out []Time
	for at := range list {
		t := Time{at.Start, at.End, at.Original, busy}
		if at.Exception >= 0 && !off {
			if e := &rec.Exceptions[at.Exception]; e.Flags&recur.HasBusyStatus != 0 {
				t.Busy = e.BusyStatus
			}
		}
		out = append(out, t)
	}
	return out, nil
}
