package zone

import (
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf16"
)

// Flags of a rule in a definition (MS-OXOCAL 2.2.1.41.1).
const (
	FlagRecurring = 1 // the rule that a recurring item uses
	FlagEffective = 2 // the rule of the item's year
)

// YearRule is a rule that holds from a year on.
type YearRule struct {
	Flags, Year uint16
	Rule
}

// Definition is what PidLidAppointmentTimeZoneDefinitionStartDisplay, …EndDisplay and …Recur hold (MS-OXOCAL 2.2.1.41 to 2.2.1.43).
type Definition struct {
	// Name is a name of Windows, or a text.
	Name  string
	Rules []YearRule
}

const (
	yearRuleSize = 66
	// maxYearRules is above what any zone of Windows has; the blob's own limit is 1024 (MS-OXOCAL 2.2.1.41).
	maxYearRules = 1024
)

// ParseDefinition reads a definition. What follows it is ignored.
func ParseDefinition(data []byte) (*Definition, error) {
	if len(data) < 8 || data[0] != 2 {
		return nil, fmt.Errorf("time zone definition: %w", ErrBlob)
	}
	header, chars := 4+int(binary.LittleEndian.Uint16(data[2:])), int(binary.LittleEndian.Uint16(data[6:]))
	nameEnd := 8 + 2*chars
	if nameEnd+2 > len(data) || header < nameEnd+2 || header > len(data) {
		return nil, fmt.Errorf("time zone definition: its name ends after it: %w", ErrBlob)
	}
	d := &Definition{}
	units := make([]uint16, chars)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[8+2*i:])
	}
	d.Name = string(utf16.Decode(units))
	n := int(binary.LittleEndian.Uint16(data[nameEnd:]))
	rest := data[header:]
	if n == 0 || n > maxYearRules || len(rest) < n*yearRuleSize {
		return nil, fmt.Errorf("time zone definition with %d rules in %d bytes: %w", n, len(rest), ErrBlob)
	}
	for ; n > 0; n-- {
		r := YearRule{Flags: binary.LittleEndian.Uint16(rest[4:]), Year: binary.LittleEndian.Uint16(rest[6:]), Rule: parseBiases(rest[22:])}
		r.Standard, r.Daylight = parseSystemTime(rest[34:]), parseSystemTime(rest[50:])
		if !r.valid() {
			return nil, fmt.Errorf("time zone definition with a rule for %d that cannot be: %w", r.Year, ErrBlob)
		}
		d.Rules = append(d.Rules, r)
		rest = rest[yearRuleSize:]
	}
	return d, nil
}

// Append writes the definition.
func (d *Definition) Append(dst []byte) []byte {
	name := utf16.Encode([]rune(d.Name))
	name = name[:min(len(name), 260)] // MS-OXOCAL 2.2.1.41
	dst = append(dst, 2, 1)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(6+2*len(name)))
	dst = binary.LittleEndian.AppendUint16(dst, 2)
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(name)))
	for _, u := range name {
		dst = binary.LittleEndian.AppendUint16(dst, u)
	}
	dst = binary.LittleEndian.AppendUint16(dst, uint16(len(d.Rules)))
	for i := range d.Rules {
		r := &d.Rules[i]
		dst = append(dst, 2, 1, 0x3E, 0)
		dst = binary.LittleEndian.AppendUint16(dst, r.Flags)
		dst = binary.LittleEndian.AppendUint16(dst, r.Year)
		dst = append(dst, make([]byte, 14)...)
		dst = r.appendBiases(dst)
		dst = r.Standard.append(dst)
		dst = r.Daylight.append(dst)
	}
	return dst
}

// Effective is the rule that counts: the one marked so, else the newest.
func (d *Definition) Effective() Rule {
	if i := slices.IndexFunc(d.Rules, func(r YearRule) bool { return r.Flags&FlagEffective != 0 }); i >= 0 {
		return d.Rules[i].Rule
	}
	newest := d.Rules[0]
	for _, r := range d.Rules {
		if r.Year >= newest.Year {
			newest = r
		}
	}
	return newest.Rule
}

// Definition describes the zone for an item in a year. A recurring item's rule is marked as such too.
func (z *Zone) Definition(year int, recurring bool) *Definition {
	flags := uint16(FlagEffective)
	if recurring {
		flags |= FlagRecurring
	}
	name := z.WindowsName(year)
	if name == "" {
		name = z.Name
	}
	return &Definition{Name: name, Rules: []YearRule{{Flags: flags, Year: uint16(min(max(year, 1601), 30827)), Rule: z.Rule(year)}}}
}

// FromDefinition makes a zone: the one that Windows calls so, else one with these rules.
func FromDefinition(d *Definition, prefer *Zone) (*Zone, error) {
	if z, ok := FromWindows(d.Name, prefer); ok {
		return z, nil
	}
	if z, ok := Load(d.Name); ok {
		return z, nil
	}
	return fromRules(d.Name, d.Rules)
}

// FromRule makes a zone that has one rule for all years; name is its TZID.
func FromRule(name string, r Rule) (*Zone, error) {
	return fromRules(name, []YearRule{{Rule: r}})
}
