package zone

import (
	"encoding/binary"
	"errors"
	"time"
)

// ruleSize is the size of PidLidTimeZoneStruct (MS-OXOCAL 2.2.1.39).
const ruleSize = 48

// ErrBlob is wrapped by errors about a binary value that is not what it should be.
var ErrBlob = errors.New("malformed binary value")

// SystemTime is when clocks change: in a month, on the nth weekday, at a local time (SYSTEMTIME of MS-DTYP 2.3.13 as MS-OXOCAL 2.2.1.39
// uses it). With a year it is a day of that year, and Day is the day of the month. Month 0 is never.
type SystemTime struct {
	Year, Month, Weekday, Day, Hour, Minute, Second, Milliseconds uint16
}

// Rule is a year's rule of a zone. Biases are minutes that local time lies behind UTC: UTC = local + Bias + StandardBias.
type Rule struct {
	Bias, StandardBias, DaylightBias int32
	// Standard and Daylight are when each of the times begins.
	Standard, Daylight SystemTime
}

// HasDaylight reports whether clocks change.
func (r *Rule) HasDaylight() bool { return r.Standard.Month != 0 && r.Daylight.Month != 0 }

// standardOffset and daylightOffset are seconds east of UTC.
func (r *Rule) standardOffset() int { return -60 * int(r.Bias+r.StandardBias) }
func (r *Rule) daylightOffset() int { return -60 * int(r.Bias+r.DaylightBias) }

// valid reports whether a location can be made of the rule.
func (r *Rule) valid() bool {
	const day = 24 * 60
	for _, b := range []int32{r.Bias, r.StandardBias, r.DaylightBias} {
		if b <= -day || b >= day {
			return false
		}
	}
	const most = 15 * 3600
	if o := r.standardOffset(); o < -most || o > most {
		return false
	}
	if o := r.daylightOffset(); o < -most || o > most {
		return false
	}
	return (r.Standard.Month == 0) == (r.Daylight.Month == 0) && r.Standard.valid() && r.Daylight.valid()
}

func (s *SystemTime) valid() bool {
	if s.Month == 0 {
		return true
	}
	day := s.Day >= 1 && s.Day <= 5
	if s.Year != 0 {
		day = s.Day >= 1 && s.Day <= 31
	}
	return day && s.Month <= 12 && s.Weekday <= 6 && s.Hour <= 23 && s.Minute <= 59 && s.Second <= 59 && s.Milliseconds <= 999
}

// ParseRule reads PidLidTimeZoneStruct.
func ParseRule(data []byte) (Rule, error) {
	if len(data) < ruleSize {
		return Rule{}, ErrBlob
	}
	r := parseBiases(data)
	r.Standard, r.Daylight = parseSystemTime(data[14:]), parseSystemTime(data[32:])
	if !r.valid() {
		return Rule{}, ErrBlob
	}
	return r, nil
}

// Append writes PidLidTimeZoneStruct. The two years that it has beside the times are the times' own.
func (r *Rule) Append(dst []byte) []byte {
	dst = r.appendBiases(dst)
	dst = binary.LittleEndian.AppendUint16(dst, r.Standard.Year)
	dst = r.Standard.append(dst)
	dst = binary.LittleEndian.AppendUint16(dst, r.Daylight.Year)
	return r.Daylight.append(dst)
}

func parseBiases(data []byte) Rule {
	n := func(i int) int32 { return int32(binary.LittleEndian.Uint32(data[i:])) }
	return Rule{Bias: n(0), StandardBias: n(4), DaylightBias: n(8)}
}

func (r *Rule) appendBiases(dst []byte) []byte {
	for _, b := range []int32{r.Bias, r.StandardBias, r.DaylightBias} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(b))
	}
	return dst
}

// parseSystemTime reads 16 bytes.
func parseSystemTime(data []byte) SystemTime {
	n := func(i int) uint16 { return binary.LittleEndian.Uint16(data[2*i:]) }
	return SystemTime{n(0), n(1), n(2), n(3), n(4), n(5), n(6), n(7)}
}

func (s *SystemTime) append(dst []byte) []byte {
	for _, v := range []uint16{s.Year, s.Month, s.Weekday, s.Day, s.Hour, s.Minute, s.Second, s.Milliseconds} {
		dst = binary.LittleEndian.AppendUint16(dst, v)
	}
	return dst
}

// in is the wall time in a year, as a time in UTC.
func (s *SystemTime) in(year int) time.Time {
	day := int(s.Day)
	if s.Year == 0 {
		day = nthWeekday(year, time.Month(s.Month), time.Weekday(s.Weekday), int(s.Day))
	}
	return time.Date(year, time.Month(s.Month), day, int(s.Hour), int(s.Minute), int(s.Second), int(s.Milliseconds)*1e6, time.UTC)
}

// nthWeekday is the day of the month of a weekday; 5 is the last one.
func nthWeekday(year int, month time.Month, weekday time.Weekday, n int) int {
	first := time.Date(year, month, 1, 0, 0, 0, 0, time.UTC).Weekday()
	day := 1 + int(weekday-first+7)%7 + 7*(n-1)
	if day > daysIn(year, month) {
		day -= 7
	}
	return day
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
