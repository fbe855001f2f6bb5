package imapwire

import "time"

// dateChars are those of dates without quotes.
var dateChars = classOf(func(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
})

// Date expects a day, as 1-Feb-2024, in quotes or not (RFC 9051 date). It gives midnight UTC.
func (d *Decoder) Date() time.Time {
	quoted := d.take('"')
	b := d.span(dateChars)
	day, rest, ok := parseDay(b)
	if !ok || len(rest) > 0 || quoted && !d.take('"') {
		d.failWord("Date expected, as 1-Feb-2024")
		return time.Time{}
	}
	return day
}

// DateTime expects a date with time and zone in quotes, as " 1-Feb-2024 12:34:56 +0100" (RFC 9051 date-time). A day of one digit may come
// without the blank before it, since clients forget that.
func (d *Decoder) DateTime() time.Time {
	if d.peek() != '"' {
		d.fail("Date and time expected")
		return time.Time{}
	}
	d.quoted()
	t, ok := parseDateTime(d.scratch)
	if !ok {
		d.failWord(`Date and time expected, as " 1-Feb-2024 12:34:56 +0100"`)
		return time.Time{}
	}
	return t
}

// parseDay reads a day and gives what is behind it.
func parseDay(b []byte) (day time.Time, rest []byte, ok bool) {
	n := 0
	for n < len(b) && n < 2 && digits[b[n]] {
		n++
	}
	if n == 0 || len(b) < n+9 || b[n] != '-' || b[n+4] != '-' {
		return day, nil, false
	}
	d, _ := parseNumber(b[:n], 99)
	month := monthOf(string(b[n+1 : n+4]))
	year, ok := fixedNumber(b[n+5 : n+9])
	if !ok || month == 0 || d == 0 {
		return day, nil, false
	}
	day = time.Date(year, month, int(d), 0, 0, 0, 0, time.UTC)
	return day, b[n+9:], day.Day() == int(d) // no 31st of February
}

// monthNames never change.
const monthNames = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"

func monthOf(name string) time.Month {
	for i := 0; i < len(monthNames); i += 3 {
		if equalFold(name, monthNames[i:i+3]) {
			return time.Month(i/3 + 1)
		}
	}
	return 0
}

// fixedNumber reads digits only.
func fixedNumber(b []byte) (int, bool) {
	for _, c := range b {
		if !digits[c] {
			return 0, false
		}
	}
	n, ok := parseNumber(b, 9999)
	return int(n), ok && len(b) > 0
}

func parseDateTime(b []byte) (t time.Time, ok bool) {
	if len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	day, b, ok := parseDay(b)
	if !ok || len(b) != len(" 12:34:56 +0100") || b[0] != ' ' || b[3] != ':' || b[6] != ':' || b[9] != ' ' || b[10] != '+' && b[10] != '-' {
		return t, false
	}
	hour, ok1 := fixedNumber(b[1:3])
	minute, ok2 := fixedNumber(b[4:6])
	second, ok3 := fixedNumber(b[7:9])
	zone, ok4 := fixedNumber(b[11:15])
	if !ok1 || !ok2 || !ok3 || !ok4 || hour > 23 || minute > 59 || second > 60 || zone%100 > 59 || zone > 2359 {
		return t, false
	}
	offset := (zone/100*60 + zone%100) * 60
	if b[10] == '-' {
		offset = -offset
	}
	location := time.UTC
	if offset != 0 {
		location = time.FixedZone("", offset)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), hour, minute, second, 0, location), true
}
