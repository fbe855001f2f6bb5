// Package recur is recurrence as MAPI stores and means it (MS-OXOCAL 2.2.1.44): the binary values of series both ways, byte by
// byte; their instances; and RRULE both ways (RFC 5545 3.3.10). Rules that MAPI cannot express become daily series without the other
// days.
//
// Dates and times are those of the series' own zone, as [Minutes] or as times in UTC that show what the clocks show; calendar/zone
// makes instants of them. The package keeps no state. Its values may be read concurrently.
package recur

import "time"

// Minutes is a local time in minutes since 1601-01-01 00:00.
type Minutes uint32

const (
	// Day is the minutes of a day.
	Day Minutes = 24 * 60
	// NoEnd is the end date of a series without end, in the year 4500 (MS-OXOCAL 2.2.1.44.1).
	NoEnd Minutes = 0x5AE980DF
)

// base is 1601-01-01 in seconds since 1970.
const base = -11644473600

// MinutesOf is what the clocks show, cut to minutes. Times that cannot be expressed are the nearest that can.
func MinutesOf(wall time.Time) Minutes {
	_, offset := wall.Zone()
	m := (wall.Unix() + int64(offset) - base) / 60
	return Minutes(min(max(m, 0), 1<<32-1))
}

// Wall is the local time, as a time in UTC.
func (m Minutes) Wall() time.Time { return time.Unix(int64(m)*60+base, 0).UTC() }

// Midnight is the beginning of the day.
func (m Minutes) Midnight() Minutes { return m - m%Day }

// weekday counts from Sunday, which is 0. 1601-01-01 was a Monday.
func (m Minutes) weekday() uint32 { return uint32(m/Day+1) % 7 }

// month counts months from January 1601, which is 0.
func (m Minutes) month() int {
	w := m.Wall()
	return (w.Year()-1601)*12 + int(w.Month()) - 1
}

// dayOfMonth makes a date of a month that is counted as [Minutes.month] does. A day after the month's last is its last.
func dayOfMonth(month, day int) Minutes {
	if last := daysIn(month); day > last {
		day = last
	}
	return MinutesOf(time.Date(1601, time.Month(1+month), day, 0, 0, 0, 0, time.UTC))
}

func daysIn(month int) int {
	return time.Date(1601, time.Month(2+month), 0, 0, 0, 0, 0, time.UTC).Day()
}
