package recur

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// ErrBlob is wrapped by errors about a binary value that is not what it should be.
var ErrBlob = errors.New("malformed recurrence")

// Frequency is how Outlook shows a series. What the instances are says the type.
type Frequency uint16

// The frequencies.
const (
	Daily   Frequency = 0x200A
	Weekly  Frequency = 0x200B
	Monthly Frequency = 0x200C
	Yearly  Frequency = 0x200D
)

// Type is what kind of pattern a series has.
type Type uint16

// The types. Those of the Hijri calendar are kept as they are and not expanded.
const (
	ByDay      Type = 0 // every Period minutes
	ByWeek     Type = 1 // on Weekdays of every Period weeks
	ByMonth    Type = 2 // on Day, or the month's last day, of every Period months
	ByNth      Type = 3 // on the Nth of Weekdays in every Period months
	ByMonthEnd Type = 4 // on the last day of every Period months
	hijriMonth Type = 10
	hijriNth   Type = 11
	hijriEnd   Type = 12
)

// EndType is how a series ends.
type EndType uint32

// The ends. NeverOld is written by old programs.
const (
	EndByDate  EndType = 0x2021
	EndByCount EndType = 0x2022
	EndNever   EndType = 0x2023
	NeverOld   EndType = 0xFFFFFFFF
)

// Last is Nth for the last of the weekdays.
const Last = 5

// Pattern is a RecurrencePattern (MS-OXOCAL 2.2.1.44.1), which is all that a task has.
type Pattern struct {
	ReaderVersion, WriterVersion uint16
	Frequency                    Frequency
	Type                         Type
	Calendar                     uint16
	FirstDateTime                Minutes
	Period                       uint32 // minutes of ByDay, weeks of ByWeek, months of the others
	Sliding                      uint32 // a task that comes again some time after it was done
	Weekdays                     uint32 // bit 0 is Sunday
	Day                          uint32
	Nth                          uint32
	EndType                      EndType
	Count                        uint32 // instances, deleted ones too; 10 without end
	FirstWeekday                 uint32 // 0 is Sunday
	// Deleted are the days of all instances that are not where the pattern has them: deleted ones and modified ones.
	// Modified are the days that modified ones are on now. Both ascend.
	Deleted, Modified []Minutes
	Start, End        Minutes // midnights; End is NoEnd without end
}

// ParsePattern reads a RecurrencePattern. What follows it is ignored.
func ParsePattern(data []byte) (*Pattern, error) {
	r := reader{data: data}
	p := r.pattern()
	if r.failed {
		return nil, fmt.Errorf("%w: it ends early", ErrBlob)
	}
	return &p, nil
}

// reader reads little-endian numbers; after the end it reads zeros and has failed.
type reader struct {
	data   []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if n > len(r.data) || n < 0 {
		r.failed = true
		r.data = nil
		return nil
	}
	out := r.data[:n:n]
	r.data = r.data[n:]
	return out
}

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// dates reads a list with its length before it.
func (r *reader) dates() []Minutes {
	n := r.u32()
	b := r.take(int(min(n, 1<<28)) * 4)
	if b == nil || n == 0 {
		return nil
	}
	out := make([]Minutes, n)
	for i := range out {
		out[i] = Minutes(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}

func (r *reader) pattern() (p Pattern) {
	p.ReaderVersion, p.WriterVersion = r.u16(), r.u16()
	p.Frequency, p.Type, p.Calendar = Frequency(r.u16()), Type(r.u16()), r.u16()
	p.FirstDateTime, p.Period, p.Sliding = Minutes(r.u32()), r.u32(), r.u32()
	switch p.Type {
	case ByDay:
	case ByWeek:
		p.Weekdays = r.u32()
	case ByMonth, ByMonthEnd, hijriMonth, hijriEnd:
		p.Day = r.u32()
	case ByNth, hijriNth:
		p.Weekdays, p.Nth = r.u32(), r.u32()
	default:
		r.failed = true // nobody knows what follows
	}
	p.EndType, p.Count, p.FirstWeekday = EndType(r.u32()), r.u32(), r.u32()
	p.Deleted, p.Modified = r.dates(), r.dates()
	p.Start, p.End = Minutes(r.u32()), Minutes(r.u32())
	return p
}

// Append writes the pattern.
func (p *Pattern) Append(dst []byte) []byte {
	le := binary.LittleEndian
	for _, v := range []uint16{p.ReaderVersion, p.WriterVersion, uint16(p.Frequency), uint16(p.Type), p.Calendar} {
		dst = le.AppendUint16(dst, v)
	}
	numbers := []uint32{uint32(p.FirstDateTime), p.Period, p.Sliding}
	switch p.Type {
	case ByWeek:
		numbers = append(numbers, p.Weekdays)
	case ByMonth, ByMonthEnd, hijriMonth, hijriEnd:
		numbers = append(numbers, p.Day)
	case ByNth, hijriNth:
		numbers = append(numbers, p.Weekdays, p.Nth)
	}
	numbers = append(numbers, uint32(p.EndType), p.Count, p.FirstWeekday)
	for _, v := range numbers {
		dst = le.AppendUint32(dst, v)
	}
	for _, list := range [][]Minutes{p.Deleted, p.Modified} {
		dst = le.AppendUint32(dst, uint32(len(list)))
		for _, m := range list {
			dst = le.AppendUint32(dst, uint32(m))
		}
	}
	dst = le.AppendUint32(dst, uint32(p.Start))
	return le.AppendUint32(dst, uint32(p.End))
}

// Check says why a pattern has no instances that this package can name.
func (p *Pattern) Check() error {
	bad := func(what string) error { return fmt.Errorf("%w: %s", ErrBlob, what) }
	switch {
	case p.Calendar > 1:
		return bad(fmt.Sprintf("calendar %d is not the Gregorian one", p.Calendar))
	case p.Type > ByMonthEnd:
		return bad(fmt.Sprintf("pattern %d is not one of the Gregorian calendar", p.Type))
	case p.Period == 0 || p.Period > 1<<24:
		return bad(fmt.Sprintf("period %d", p.Period))
	case p.Type == ByDay && p.Period%uint32(Day) != 0:
		return bad(fmt.Sprintf("a period of %d minutes, which are no days", p.Period))
	case (p.Type == ByWeek || p.Type == ByNth) && p.Weekdays&0x7F == 0:
		return bad("no weekdays")
	case p.Type == ByNth && (p.Nth < 1 || p.Nth > Last):
		return bad(fmt.Sprintf("weekday number %d", p.Nth))
	case p.Type == ByMonth && (p.Day < 1 || p.Day > 31):
		return bad(fmt.Sprintf("day %d", p.Day))
	case p.FirstWeekday > 6:
		return bad(fmt.Sprintf("first weekday %d", p.FirstWeekday))
	case p.Start > NoEnd:
		return bad("it starts after the end of time")
	}
	return nil
}

// Endless reports whether the series has no end.
func (p *Pattern) Endless() bool { return p.EndType != EndByDate && p.EndType != EndByCount }

// setFirst computes FirstDateTime (MS-OXOCAL 2.2.1.44.1). Of a yearly series it is the month alone, without the year.
func (p *Pattern) setFirst() {
	switch p.Type {
	case ByDay:
		p.FirstDateTime = p.Start % Minutes(p.Period)
	case ByWeek:
		p.FirstDateTime = p.weekStart(p.Start) % (7 * Day * Minutes(p.Period))
	default:
		month := p.Start.month() % int(p.Period)
		if p.Frequency == Yearly {
			month = p.Start.month() % 12
		}
		p.FirstDateTime = dayOfMonth(month, 1)
	}
}

// weekStart is the first day of a day's week; weeks that began before 1601 have none, and count from there.
func (p *Pattern) weekStart(day Minutes) Minutes {
	back := Minutes((day.weekday()+7-p.FirstWeekday)%7) * Day
	if back > day {
		return 0
	}
	return day.Midnight() - back
}

// insert puts a date into a list that ascends, once.
func insert(list []Minutes, m Minutes) []Minutes {
	i, found := slices.BinarySearch(list, m)
	if found {
		return list
	}
	return slices.Insert(list, i, m)
}
