package rules

import (
	"encoding/binary"
	"slices"
	"testing"
	"unicode/utf16"

	"zarafa/mapi"
)

// layout writes a client-side rule.
type layout struct{ b []byte }

func (l *layout) u16(n uint16) *layout { l.b = binary.LittleEndian.AppendUint16(l.b, n); return l }
func (l *layout) u32(n uint32) *layout { l.b = binary.LittleEndian.AppendUint32(l.b, n); return l }
func (l *layout) zeros(n int) *layout  { l.b = append(l.b, make([]byte, n)...); return l }
func (l *layout) text(s string) *layout {
	units := utf16.Encode([]rune(s))
	if len(units) >= 0xFF {
		l.b = append(l.b, 0xFF)
		l.u16(uint16(len(units)))
	} else {
		l.b = append(l.b, byte(len(units)))
	}
	for _, u := range units {
		l.u16(u)
	}
	return l
}

func clientSide(elements ...func(*layout)) []byte {
	l := (&layout{}).zeros(4).text("name").u32(1).zeros(16 + 4).u16(uint16(len(elements))).u16(0xFFFF).u16(0).u16(5)
	l.b = append(l.b, "CRule"...)
	for i, e := range elements {
		if i > 0 {
			l.u16(0x8001)
		}
		e(l)
	}
	return l.b
}

func element(kind uint32, body func(*layout)) func(*layout) {
	return func(l *layout) { body(l.u32(kind)) }
}

func zeros(n int) func(*layout) { return func(l *layout) { l.zeros(n) } }

func TestParseClientSide(t *testing.T) {
	long := string(slices.Repeat([]byte("c"), 300))
	data := clientSide(
		element(kindDescription, zeros(12)),
		element(0xCD, func(l *layout) { l.u32(2).u32(0).text("invoice").u32(0).text("bill") }),
		element(0xCD+exceptionOffset, func(l *layout) { l.u32(1).u32(0).text("draft") }),
		element(0xC8, zeros(4)),
		element(actCategories, func(l *layout) { l.zeros(8).text("Red; " + long) }),
		element(actImportance, func(l *layout) { l.zeros(8).u32(2) }),
		element(actFollowUp, func(l *layout) { l.zeros(8).u32(0).text("Call") }),
		element(actRead, zeros(4)), element(actStop, zeros(4)),
	)
	c, err := ParseClientSide(data)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Categories, []string{"Red", long}) || *c.Importance != 2 || *c.FollowUp != "Call" || !c.Read || !c.Stop || c.Delete {
		t.Errorf("%+v", c)
	}
	plan := Evaluate([]Rule{rule(1, always(), mapi.Action{Type: mapi.ActDefer, Data: data}), rule(2, always(), moveTo("after"))}, invoice(), Options{})
	if !plan.Read || plan.Changes.Uint32(mapi.PrImportance) != 2 || len(plan.Categories) != 2 || len(plan.Copies) != 0 || plan.FollowUp.Text != "Call" {
		t.Errorf("%+v", plan)
	}
	for i := range data {
		if _, err := ParseClientSide(data[:i]); err == nil {
			t.Errorf("its first %d bytes are taken for a rule", i)
		}
	}
}

// One unknown element makes the whole rule unknown.
func TestUnknownClientSide(t *testing.T) {
	for name, data := range map[string][]byte{
		"empty":              nil,
		"no elements":        clientSide(),
		"a sound":            clientSide(element(actRead, zeros(4)), element(0x140, zeros(4))),
		"importance 7":       clientSide(element(actImportance, func(l *layout) { l.zeros(8).u32(7) })),
		"words without end":  clientSide(element(0xCD, func(l *layout) { l.u32(0xFFFFFFFF) })),
		"text without units": clientSide(element(actCategories, func(l *layout) { l.zeros(8); l.b = append(l.b, 200) })),
	} {
		if c, err := ParseClientSide(data); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func FuzzParseClientSide(f *testing.F) {
	f.Add(clientSide(element(actRead, zeros(4)), element(0xCD, func(l *layout) { l.u32(1).u32(0).text("w") })))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := ParseClientSide(data)
		if (c == nil) == (err == nil) {
			t.Errorf("%v, %v", c, err)
		}
	})
}
