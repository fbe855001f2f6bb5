package imapwire

import "bytes"

// Flag expects a flag or keyword. System flags come as RFC 9051 2.3.2 spells them, whatever their case; \Recent is among them, since clients copy
// flags that they were told, and \* is not.
func (d *Decoder) Flag() string {
	d.scratch = d.scratch[:0]
	system := d.take('\\')
	if system {
		d.scratch = append(d.scratch, '\\')
	}
	b := d.spanMore(atomChars)
	if len(b) == 0 || system && len(b) == 1 {
		d.fail("Flag expected")
		return ""
	}
	if system {
		return systemFlag(b)
	}
	return string(b)
}

func systemFlag(b []byte) string {
	for _, f := range [...]string{`\Seen`, `\Answered`, `\Flagged`, `\Deleted`, `\Draft`, `\Recent`} {
		if len(b) == len(f) && bytes.EqualFold(b, []byte(f)) {
			return f
		}
	}
	return string(b)
}

// FlagList expects flags in parentheses.
func (d *Decoder) FlagList() (flags []string) {
	d.List(func() { flags = append(flags, d.Flag()) })
	return flags
}
