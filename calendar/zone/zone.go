// Package zone is time zones as calendars need them: names of the IANA database and of Windows, what MAPI stores (MS-OXOCAL 2.2.1.39
// to 2.2.1.43), VTIMEZONE components both ways (RFC 5545 3.6.5), and the conversion of local times.
//
// Every zone is a [time.Location], also one that no database knows. Rules come from the system's tzdata, or else from those that are
// built in. The package keeps no state; all of it may be used concurrently.
package zone

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // a system without a database of zones has to convert as others do
)

//go:generate go run ./generate

// windowsEntry is a name of Windows: in lower case, as it is written, the zone that stands for it, and how people see it.
type windowsEntry struct{ key, name, iana, display string }

// ianaEntry is a name of the IANA database, in lower case and as it is written, with the name of Windows if there is one.
type ianaEntry struct{ key, name, windows string }

// maxName is longer than any name of a zone.
const maxName = 128

// Zone is a time zone.
type Zone struct {
	// Name is what a TZID says: a name of the IANA database, or of a zone that is made of rules.
	Name string
	// Windows is the name of Windows, or empty.
	Windows string
	// Location converts.
	Location *time.Location
	// custom are the rules that the location was made of, nil for a zone of the database.
	custom []YearRule
}

// UTC is the zone without offset.
func UTC() *Zone { return &Zone{Name: "UTC", Windows: "UTC", Location: time.UTC} }

// Load finds a zone of the IANA database by its name, without regard to case.
func Load(name string) (*Zone, bool) {
	name = strings.TrimSpace(name)
	if name == "" || len(name) > maxName {
		return nil, false
	}
	switch strings.ToUpper(name) {
	case "UTC", "Z", "GMT", "ETC/UTC", "ETC/GMT", "ZULU":
		return UTC(), true
	case "LOCAL":
		return nil, false // Go's name for the zone that this computer is in
	}
	windows := ""
	if e := findIANA(name); e != nil {
		name, windows = e.name, e.windows
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	return &Zone{Name: name, Windows: windows, Location: loc}, true
}

// FromWindows finds the zone for a name of Windows, without regard to case: the preferred zone if it has that name, as
// one name stands for the zones of many countries. prefer may be nil.
func FromWindows(name string, prefer *Zone) (*Zone, bool) {
	e := findWindows(name)
	if e == nil {
		return nil, false
	}
	if prefer != nil && prefer.custom == nil && strings.EqualFold(prefer.Windows, e.name) {
		return prefer, true
	}
	z, ok := Load(e.iana)
	if ok && z.Windows == "" {
		z.Windows = e.name
	}
	return z, ok
}

// WindowsName is the name of Windows for the zone: its own, or that of the first zone with the same rules in a year. It is
// empty when there is none.
func (z *Zone) WindowsName(year int) string {
	if z.Windows != "" {
		return z.Windows
	}
	rule := z.Rule(year)
	for i := range windowsTable {
		e := &windowsTable[i]
		if same, ok := Load(e.iana); ok && same.Rule(year) == rule {
			return e.name
		}
	}
	return ""
}

// Display is how Outlook shows the zone, as "(UTC+01:00) Amsterdam, Berlin, …"; without a name of Windows it is the name.
func (z *Zone) Display() string {
	if e := findWindows(z.Windows); e != nil {
		return e.display
	}
	return z.Name
}

func findIANA(name string) *ianaEntry {
	i, ok := slices.BinarySearchFunc(ianaTable[:], strings.ToLower(name), func(e ianaEntry, key string) int {
		return strings.Compare(e.key, key)
	})
	if !ok {
		return nil
	}
	return &ianaTable[i]
}

func findWindows(name string) *windowsEntry {
	i, ok := slices.BinarySearchFunc(windowsTable[:], strings.ToLower(strings.TrimSpace(name)), func(e windowsEntry, key string) int {
		return strings.Compare(e.key, key)
	})
	if !ok {
		return nil
	}
	return &windowsTable[i]
}

// findDisplay finds the entry that people see under a text, whatever offset it begins with.
func findDisplay(text string) *windowsEntry {
	_, places, ok := strings.Cut(text, ") ")
	if !ok || !strings.HasPrefix(text, "(") {
		return nil
	}
	places = strings.TrimSpace(places)
	for i := range windowsTable {
		if _, own, ok := strings.Cut(windowsTable[i].display, ") "); ok && strings.EqualFold(own, places) {
			return &windowsTable[i]
		}
	}
	return nil
}
