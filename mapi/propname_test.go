package mapi

import "testing"

// Every fixed name has an id of its own, which leads back to it, and its neighbours have none.
func TestFixedNames(t *testing.T) {
	seen := make(map[PropTag]PropName)
	for _, f := range fixedNames {
		for n := f.first; n <= f.last; n++ {
			name := PropName{Set: f.set, ID: n}
			tag, ok := name.Tag(0x3)
			if !ok || tag.Type() != 0x3 {
				t.Fatalf("%v: %v, %v", name, tag, ok)
			}
			if other, twice := seen[tag]; twice {
				t.Errorf("%v has the id of %v", name, other)
			}
			seen[tag] = name
			if back, ok := FixedName(tag.ID()); !ok || back != name {
				t.Errorf("%v leads back to %v, %v", name, back, ok)
			}
		}
		if tag, ok := (PropName{Set: f.set, ID: f.last + 1}).Tag(0x3); ok {
			t.Errorf("the name after the last of %s has the tag %v", f.set, tag)
		}
		if tag, ok := (PropName{Set: f.set, ID: f.first, Name: "x"}).Tag(0x3); ok {
			t.Errorf("a text in %s has the tag %v", f.set, tag)
		}
	}
	if name, ok := FixedName(0x8500); ok {
		t.Errorf("0x8500 is %v, but servers give that id", name)
	}
	for set, want := range map[GUID]string{
		PsetidMeeting:   "90dad86e0b451b1098da00aa003f1305",
		PsetidKC:        "c8d8ae634940754bbc8896df9d723f2f",
		PsPublicStrings: "2903020000000000c000000000000046",
	} {
		if got := set.String(); got != want {
			t.Errorf("a property set is %s, want %s", got, want)
		}
	}
}
