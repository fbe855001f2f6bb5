package dbms

import (
	"fmt"
	"strings"

	"zarafa/internal/editdistance"
)

// Severity says how bad a line of an option file is.
type Severity string

// The severities.
const (
	Refused Severity = "refused" // the server does not start
	Useless Severity = "useless" // the server starts, the line does nothing
	Advice  Severity = "advice"  // it works, but not for ever, or not well
)

// Verdict is what a version makes of an option.
type Verdict struct {
	Severity Severity
	Problem  string
	Remedy   string
}

// Judge says what is wrong with an option's name for a version. Without an error ok
// is false.
func Judge(v Version, name string) (verdict Verdict, wrong bool) {
	table := Options(v.Flavour)
	o, ok := table.resolve(name)
	if !ok {
		return table.unknown(v, name), true
	}
	replace := "remove the line"
	switch {
	case o.Use == "nothing":
		replace = "remove the line; nothing takes its place"
	case o.Use != "":
		replace = "write " + o.Use + " instead"
	}
	switch {
	case o.Foreign != "":
		return Verdict{Refused, fmt.Sprintf("is an option of %s, which %s does not know", o.Foreign, v), replace}, true
	case o.Removed != nil && reached(v, o.Removed, true):
		if o.Tolerated {
			return Verdict{Useless, fmt.Sprintf("was removed in %s; %s only warns of it", o.Removed, v), replace}, true
		}
		return Verdict{Refused, fmt.Sprintf("was removed in %s, so %s refuses to start", o.Removed, v), replace}, true
	case o.Since != nil && !reached(v, o.Since, true):
		return Verdict{Refused, fmt.Sprintf("came with %s, so %s refuses to start", o.Since, v), "remove the line, or install " + o.Since.String()}, true
	case o.Ignored != nil && reached(v, o.Ignored, false):
		return Verdict{Useless, fmt.Sprintf("has no effect since %s", o.Ignored), replace}, true
	case o.Deprecated != nil && reached(v, o.Deprecated, false):
		return Verdict{Advice, fmt.Sprintf("is deprecated since %s and will go", o.Deprecated), replace}, true
	}
	if o.Name != strings.TrimPrefix(name, switchPrefix(name)) && o.Name != name {
		return Verdict{Advice, "is an abbreviation, which a later version may take for another option", "write " + o.Name}, true
	}
	return Verdict{}, false
}

// switchPrefix returns the prefix with which the servers switch an option, "" if the
// name has none.
func switchPrefix(name string) string {
	for _, prefix := range switchPrefixes {
		if strings.HasPrefix(name, prefix) {
			return prefix
		}
	}
	return ""
}

var switchPrefixes = [...]string{"skip_", "disable_", "enable_", "maximum_"}

// resolve finds an option as the servers do: with the prefixes that switch, and by
// any beginning that only one option has.
func (t *Table) resolve(name string) (Option, bool) {
	if o, ok := t.options[name]; ok {
		return o, true
	}
	if prefix := switchPrefix(name); prefix != "" {
		if o, ok := t.options[strings.TrimPrefix(name, prefix)]; ok {
			return o, true
		}
	}
	var match Option
	found := 0
	for _, n := range t.names {
		if o := t.options[n]; strings.HasPrefix(n, name) && o.Removed == nil && o.Foreign == "" {
			match = o
			found++
		}
	}
	return match, found == 1
}

func (t *Table) unknown(v Version, name string) Verdict {
	if near := t.nearest(name); near != "" {
		return Verdict{Refused, fmt.Sprintf("is not known to %s, which refuses to start", v), "did you mean " + near + "?"}
	}
	return Verdict{Refused, fmt.Sprintf("is not known to %s; unless a plugin brings it, the server refuses to start", v), "remove the line, or write loose_ before the name if a plugin brings it"}
}

// nearest returns the option whose name is the most like a misspelt one, "" if none is.
func (t *Table) nearest(name string) string {
	best, distance := "", 1+len(name)/5
	for _, n := range t.names {
		if o := t.options[n]; o.Foreign != "" || o.Removed != nil {
			continue
		}
		if d := editdistance.Within([]byte(name), []byte(n), distance); d <= distance && (best == "" || d < distance) {
			best, distance = n, d
		}
	}
	return best
}
