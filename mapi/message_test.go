package mapi

import "testing"

// The elements of a multi-value have the tag of its name too, and the value that was given stays as it was.
func TestMessageNamedMultiValue(t *testing.T) {
	given := Strings(MakeTag(0x1234, PtMVUnicode), "a", "b")
	for _, name := range []PropName{{Set: PsetidCommon, ID: 0x853A}, {Set: PsPublicStrings, Name: "Keywords"}} {
		var m Message
		m.SetNamed(name, given)
		v, ok := m.GetNamed(name, PtMVUnicode)
		if !ok || len(v.Values()) != 2 {
			t.Fatalf("%v: %v, %v", name, v, ok)
		}
		for _, e := range v.Values() {
			if want := v.Tag.WithType(PtUnicode); e.Tag != want {
				t.Errorf("%v: an element has the tag %#x, want %#x", name, e.Tag, want)
			}
		}
		if given.Values()[0].Tag != MakeTag(0x1234, PtUnicode) {
			t.Errorf("%v: the value given has changed: %#x", name, given.Values()[0].Tag)
		}
	}
}

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
