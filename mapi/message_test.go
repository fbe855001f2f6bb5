package mapi

import "testing"

// A named property is found again under its name, with the id that is fixed or without one, and replaces its former value.
func TestMessageNamedProperties(t *testing.T) {
	text, number := MakeTag(0, 0x1E), MakeTag(0, 0x3)
	for _, name := range []PropName{{Set: PsetidCommon, ID: 0x8503}, {Set: PsPublicStrings, Name: "Keywords"}, {Set: PsetidKC, ID: 77}} {
		var m Message
		m.SetNamed(name, String(text, "first"))
		m.SetNamed(name, String(text, "second"))
		if v, ok := m.GetNamed(name, 0x1F); !ok || v.Str() != "second" {
			t.Errorf("%v: %v, %v", name, v, ok)
		}
		if v, ok := m.GetNamed(name, 0x3); ok {
			t.Errorf("%v: found as a number: %v", name, v)
		}
		m.SetNamed(name, Long(number, 7))
		if n := len(m.Props) + len(m.Named); n != 1 {
			t.Errorf("%v: %d properties", name, n)
		}
		if _, fixed := name.Tag(0x3); fixed != (len(m.Named) == 0) {
			t.Errorf("%v is in the wrong list", name)
		}
	}
}
