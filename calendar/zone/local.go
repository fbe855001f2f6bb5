package zone

import "time"

// Wall is what the clocks of a zone show at an instant, as a time in UTC with the same year, month, day and time of day.
func Wall(t time.Time, loc *time.Location) time.Time {
	_, offset := t.In(loc).Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// Instant is when the clocks of a zone show a time, of which only year, month, day and time of day count. What happens twice,
// as clocks go back, is meant to happen the first time; what the clocks never show, as they go forward, is counted with the offset
// before (RFC 5545 3.3.5): 02:30 is then what will be called 03:30.
func Instant(wall time.Time, loc *time.Location) time.Time {
	wall = time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), time.UTC)
	const day = 24 * time.Hour // no offset is larger, so that one of the two holds
	before, after := offsetAt(wall.Add(-day), loc), offsetAt(wall.Add(day), loc)
	if before == after {
		return wall.Add(-before)
	}
	first, last := wall.Add(-max(before, after)), wall.Add(-min(before, after))
	if offsetAt(first, loc) == max(before, after) {
		return first
	}
	if offsetAt(last, loc) == min(before, after) {
		return last
	}
	return wall.Add(-before)
}

func offsetAt(t time.Time, loc *time.Location) time.Duration {
	_, offset := t.In(loc).Zone()
	return time.Duration(offset) * time.Second
}
