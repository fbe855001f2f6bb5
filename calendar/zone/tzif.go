package zone

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

// tzType is a local time type of TZif (RFC 8536 3.2).
type tzType struct {
	offset   int
	daylight bool
}

// fromRules makes a zone of rules. Go has no other way to make a location than its file format: TZif, whose footer is a rule for all
// years after the transitions that it lists (RFC 8536 3.3), which are those of years with rules of their own.
func fromRules(name string, rules []YearRule) (*Zone, error) {
	rules = slices.Clone(rules)
	slices.SortStableFunc(rules, func(a, b YearRule) int { return cmp.Compare(a.Year, b.Year) })
	for i := range rules {
		if !rules[i].valid() {
			return nil, fmt.Errorf("time zone %q: a rule that cannot be: %w", name, ErrBlob)
		}
	}
	if len(rules) == 0 {
		return nil, fmt.Errorf("time zone %q: no rules: %w", name, ErrBlob)
	}
	if name = strings.TrimSpace(name); name == "" {
		name = customName(&rules[len(rules)-1].Rule)
	}
	loc, err := time.LoadLocationFromTZData(name, tzif(rules))
	if err != nil {
		return nil, fmt.Errorf("time zone %q: %w", name, err)
	}
	return &Zone{Name: name, Location: loc, custom: rules}, nil
}

// customName is a TZID for a rule that came without one.
func customName(r *Rule) string {
	o := r.standardOffset() / 60
	sign := '+'
	if o < 0 {
		sign, o = '-', -o
	}
	name := fmt.Sprintf("UTC%c%02d:%02d", sign, o/60, o%60)
	if r.HasDaylight() {
		name += " with daylight saving time"
	}
	return name
}

func tzif(rules []YearRule) []byte {
	first := &rules[0].Rule
	types := []tzType{{offset: first.standardOffset()}}
	var when []int64
	var index []byte
	add := func(at time.Time, t tzType) {
		i := slices.Index(types, t)
		if i < 0 {
			if len(types) > 250 {
				return // more than the format can number
			}
			i = len(types)
			types = append(types, t)
		}
		if len(when) == 0 || at.Unix() > when[len(when)-1] {
			when, index = append(when, at.Unix()), append(index, byte(i))
		}
	}
	for i := range rules[:len(rules)-1] {
		from, to := max(int(rules[i].Year), 1900), min(int(rules[i+1].Year), 2200)
		if i == 0 {
			from = min(from, 1970) // the first rule holds for all years before, too
		}
		for year := from; year < to; year++ {
			addYear(&rules[i].Rule, year, add)
		}
	}
	last := &rules[len(rules)-1]
	if len(rules) > 1 {
		addYear(&last.Rule, max(int(last.Year), 1900), add)
	}
	return encodeTZif(when, index, types, last.posix())
}

// addYear adds the transitions of one year.
func addYear(r *Rule, year int, add func(time.Time, tzType)) {
	std, dst := tzType{offset: r.standardOffset()}, tzType{offset: r.daylightOffset(), daylight: true}
	if !r.HasDaylight() {
		add(time.Date(year, 1, 1, 0, 0, -std.offset, 0, time.UTC), std)
		return
	}
	toDST := r.Daylight.in(year).Add(-time.Duration(std.offset) * time.Second)
	toStd := r.Standard.in(year).Add(-time.Duration(dst.offset) * time.Second)
	if toDST.Before(toStd) {
		add(toDST, dst)
		add(toStd, std)
	} else {
		add(toStd, std)
		add(toDST, dst)
	}
}

// posix is the rule as the environment variable TZ has it (RFC 8536 3.3). The times of Windows one millisecond before midnight become
// midnight.
func (r *Rule) posix() string {
	name := func(letters string, offset int) string {
		sign := "-"
		if offset < 0 {
			sign, offset = "", -offset
		}
		return fmt.Sprintf("%s%s%d:%02d:%02d", letters, sign, offset/3600, offset/60%60, offset%60)
	}
	text := name("STD", r.standardOffset())
	if !r.HasDaylight() {
		return text
	}
	return text + name("DST", r.daylightOffset()) + "," + r.Daylight.posix() + "," + r.Standard.posix()
}

func (s *SystemTime) posix() string {
	second := int(s.Second)
	if s.Milliseconds >= 500 {
		second++
	}
	at := int(s.Hour)*3600 + int(s.Minute)*60 + second
	clock := fmt.Sprintf("/%d:%02d:%02d", at/3600, at/60%60, at%60)
	if s.Year != 0 {
		// Jn counts days without 29 February.
		yearDay := time.Date(2001, time.Month(s.Month), int(s.Day), 0, 0, 0, 0, time.UTC).YearDay()
		return fmt.Sprintf("J%d%s", yearDay, clock)
	}
	return fmt.Sprintf("M%d.%d.%d%s", s.Month, s.Day, s.Weekday, clock)
}

// encodeTZif writes version 2 (RFC 8536 3): an empty block for old readers, the data, and the footer.
func encodeTZif(when []int64, index []byte, types []tzType, footer string) []byte {
	const names = "STD\x00DST\x00"
	header := func(transitions, types, chars int) []byte {
		b := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range []int{0, 0, 0, transitions, types, chars} {
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		}
		return b
	}
	b := append(header(0, 1, 4), 0, 0, 0, 0, 0, 0, 'S', 'T', 'D', 0)
	b = append(b, header(len(when), len(types), len(names))...)
	for _, t := range when {
		b = binary.BigEndian.AppendUint64(b, uint64(t))
	}
	b = append(b, index...)
	for _, t := range types {
		b = binary.BigEndian.AppendUint32(b, uint32(int32(t.offset)))
		if t.daylight {
			b = append(b, 1, 4)
		} else {
			b = append(b, 0, 0)
		}
	}
	b = append(b, names...)
	return append(b, "\n"+footer+"\n"...)
}
