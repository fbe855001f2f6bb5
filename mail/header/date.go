package header

import (
	"strconv"
	"strings"
	"time"
)

// FormatDate writes a date (RFC 5322 3.3).
func FormatDate(t time.Time) string { return t.Format("Mon, 02 Jan 2006 15:04:05 -0700") }

// ParseDate reads a date: RFC 5322 with its obsolete forms, and what else is met, as asctime and ISO 8601. A missing or impossible zone is UTC, a
// missing time midnight. Not ok: no day can be made of it.
func ParseDate(value string) (t time.Time, ok bool) {
	const longest = 200
	if len(value) > longest {
		value = value[:longest]
	}
	value = withoutComments(value)
	if t, ok := isoDate(value); ok {
		return t, true
	}
	var d dateParts
	d.day, d.month, d.year = -1, 0, -1
	for _, word := range dateWords(value) {
		d.word(word)
	}
	return d.time()
}

// ReceivedDate is the date of a Received field (RFC 5321 4.4), which stands behind its last semicolon.
func ReceivedDate(value string) (t time.Time, ok bool) {
	i := strings.LastIndexByte(value, ';')
	if i < 0 {
		return time.Time{}, false
	}
	return ParseDate(value[i+1:])
}

// withoutComments takes the comments off a short text.
func withoutComments(s string) string {
	if strings.IndexByte(s, '(') < 0 {
		return s
	}
	var out strings.Builder
	depth := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(':
			depth++
			out.WriteByte(' ')
		case c == ')':
			depth = max(depth-1, 0)
		case depth == 0:
			out.WriteByte(c)
		}
	}
	return out.String()
}

// isoDate reads ISO 8601, as in RFC 3339.
func isoDate(s string) (time.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) < 10 || s[4] != '-' || s[7] != '-' {
		return time.Time{}, false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST",
		"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// dateWords takes a date apart: at blanks and commas, at hyphens and slashes within a day as 2-Jan-2006, and in front of a zone that sticks to the time.
func dateWords(s string) []string {
	words := strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r <= ' ' || r == 0xA0 || r == ';' })
	out := make([]string, 0, len(words)+4)
	for _, w := range words {
		colon := strings.IndexByte(w, ':')
		switch cut := strings.LastIndexAny(w, "+-"); {
		case colon > 0 && cut > colon:
			out = append(out, w[:cut], w[cut:])
		case colon < 0 && cut > 0 && strings.ContainsAny(w[:1], "0123456789"):
			out = append(out, strings.Split(w, "-")...)
		case colon < 0 && strings.Count(w, ".") == 2 && len(w) >= 8 && strings.LastIndexByte(w, '.') == len(w)-5: // 30.11.2026
			out = append(out, dotted(w)...)
		case colon < 0 && strings.Count(w, "/") == 2:
			out = append(out, slashed(w)...)
		case colon > 0 && len(w) > 2 && strings.HasSuffix(strings.ToUpper(w), "Z"):
			out = append(out, w[:len(w)-1], "Z")
		case colon > 0 && len(w) > 2 && (strings.HasSuffix(strings.ToUpper(w), "AM") || strings.HasSuffix(strings.ToUpper(w), "PM")):
			out = append(out, w[:len(w)-2], w[len(w)-2:])
		default:
			out = append(out, w)
		}
	}
	return out
}

// slashed puts 1/2/2006 in the order day, month, year; Americans write the month first, and nobody has a month 13.
func slashed(w string) []string {
	f := strings.Split(w, "/")
	month, err := strconv.Atoi(f[0])
	if err != nil {
		return f
	}
	day := f[1]
	if month > 12 {
		if m, err := strconv.Atoi(f[1]); err == nil {
			day, month = f[0], m
		}
	}
	if month < 1 || month > 12 {
		return f
	}
	return []string{day, time.Month(month).String(), f[2]}
}

// dotted gives the month of 30.11.2026 its name.
func dotted(w string) []string {
	f := strings.Split(w, ".")
	if month, err := strconv.Atoi(f[1]); err == nil && month >= 1 && month <= 12 {
		f[1] = time.Month(month).String()
	}
	return f
}

type dateParts struct {
	day, year        int
	month            time.Month
	hour, min, sec   int
	hasTime, hasZone bool
	pm, am           bool
	offset           int // seconds east
}

// word takes one word, whose form says what it is.
func (d *dateParts) word(w string) {
	switch {
	case w == "":
	case strings.IndexByte(w, ':') > 0 && !d.hasTime && w[0] >= '0' && w[0] <= '9':
		d.clock(strings.Split(w, ":"))
	case strings.Count(w, ".") == 2 && d.day >= 0 && d.year >= 0 && !d.hasTime:
		d.clock(strings.Split(w, "."))
	case w[0] == '+' || w[0] == '-':
		d.zoneOffset(w)
	case w[0] >= '0' && w[0] <= '9':
		d.number(w)
	default:
		d.name(w)
	}
}

func (d *dateParts) clock(f []string) {
	var n [3]int
	for i := range min(len(f), 3) {
		text, _, _ := strings.Cut(f[i], ".") // fractions of a second
		v, err := strconv.Atoi(text)
		if err != nil || v < 0 {
			return
		}
		n[i] = v
	}
	if n[0] > 24 || n[1] > 59 || n[2] > 60 {
		return
	}
	d.hour, d.min, d.sec, d.hasTime = n[0], n[1], min(n[2], 59), true
}

// number is a day or a year.
func (d *dateParts) number(w string) {
	v, err := strconv.Atoi(strings.TrimRight(w, ".stndrh"))
	if err != nil {
		return
	}
	switch {
	case d.day < 0 && v >= 1 && v <= 31 && len(w) < 4:
		d.day = v
	case d.year < 0 && len(w) <= 4:
		switch { // RFC 5322 4.3
		case len(w) <= 2 && v < 50:
			v += 2000
		case len(w) <= 3:
			v += 1900
		}
		d.year = v
	}
}

// zoneOffset is +hhmm, with a colon perhaps.
func (d *dateParts) zoneOffset(w string) {
	digits := strings.ReplaceAll(w[1:], ":", "")
	if len(digits) == 2 || len(digits) == 1 {
		digits += "00"
	}
	v, err := strconv.Atoi(digits)
	if err != nil || d.hasZone || v/100 > 15 || v%100 > 59 || v < 0 {
		return
	}
	d.hasZone = true
	d.offset = (v/100*60 + v%100) * 60
	if w[0] == '-' {
		d.offset = -d.offset
	}
}

// zones are those of RFC 5322 4.3, and some that are met. Others are UTC, as it demands; so are the military ones, which were wrong in RFC 822.
var zones = map[string]int{"UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
	"CET": 1, "MET": 1, "CEST": 2, "MEST": 2, "MESZ": 2, "MEZ": 1, "BST": 1, "EET": 2, "EEST": 3, "WET": 0, "WEST": 1, "MSK": 3, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "AEST": 10, "AEDT": 11}

// name is a month, a zone, or the name of a day, which says nothing.
func (d *dateParts) name(w string) {
	upper := strings.ToUpper(strings.TrimRight(w, "."))
	if upper == "AM" || upper == "PM" {
		d.am, d.pm = upper == "AM", upper == "PM"
		return
	}
	if m := monthOf(upper); m != 0 && d.month == 0 {
		d.month = m
		return
	}
	zone, offset := upper, ""
	if cut := strings.IndexAny(upper, "+-"); cut > 0 { // GMT+0200
		zone, offset = upper[:cut], upper[cut:]
	}
	if hours, ok := zones[zone]; ok && !d.hasZone {
		if offset != "" {
			d.zoneOffset(offset)
			return
		}
		d.offset = hours * 3600
		d.hasZone = hours != 0 // GMT +0200: the number says more
	}
}

func monthOf(upper string) time.Month {
	if len(upper) < 3 {
		return 0
	}
	const short = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
	for m := time.January; m <= time.December; m++ {
		if upper[:3] != short[3*m-3:3*m] {
			continue
		}
		if name := m.String(); len(upper) <= 4 || len(upper) <= len(name) && strings.EqualFold(name[:len(upper)], upper) {
			return m
		}
	}
	switch upper { // German, Dutch and French mailers that asked their system
	case "MÄR", "MRZ", "MRT", "MAA":
		return time.March
	case "MAI", "MEI":
		return time.May
	case "OKT":
		return time.October
	case "DEZ":
		return time.December
	}
	return 0
}

func (d *dateParts) time() (time.Time, bool) {
	if d.day < 1 || d.month == 0 || d.year < 0 {
		return time.Time{}, false
	}
	switch {
	case d.pm && d.hour < 12:
		d.hour += 12
	case d.am && d.hour == 12:
		d.hour = 0
	}
	zone := time.UTC
	if d.offset != 0 {
		zone = time.FixedZone("", d.offset)
	}
	t := time.Date(d.year, d.month, d.day, d.hour, d.min, d.sec, 0, zone)
	if t.Month() != d.month && d.hour < 24 {
		return time.Time{}, false // the 31st of a short month
	}
	return t, true
}
