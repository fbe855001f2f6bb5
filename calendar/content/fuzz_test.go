package content

import (
	"errors"
	"testing"
)

// FuzzParse: whatever comes, what was read is read again from what is written, and is then written with the same bytes.
func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("BEGIN:VCARD\r\na.N;X=\"y:;A;;;\r\nEND:VCARD")
	f.Add("BEGIN:A\n\n \n X:1\nEND:A\nEND:A")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := Parse(text, Limits{}); err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) && !errors.Is(err, ErrLimit) {
				t.Error(err)
			}
		}
		roots, err := ParseLenient(text, Limits{})
		if err != nil {
			return
		}
		for _, c := range roots {
			once := c.String()
			again, err := ParseLenient(once, Limits{})
			if err != nil || len(again) != 1 {
				t.Fatalf("%q is written as %q, which is %d components, %v", text, once, len(again), err)
			}
			if twice := again[0].String(); twice != once {
				t.Fatalf("%q is written as %q, then as %q", text, once, twice)
			}
			touch(again[0])
			touched := again[0].String()
			third, err := ParseLenient(touched, Limits{})
			if err != nil || len(third) != 1 {
				t.Fatalf("%q is rewritten as %q, which is %d components, %v", text, touched, len(third), err)
			}
			same(t, again[0], third[0])
		}
	})
}

// touch makes every line be written anew.
func touch(c *Component) {
	for l := range c.Lines() {
		l.SetValue(l.Value())
	}
	for sub := range c.Components() {
		touch(sub)
	}
}

func same(t *testing.T, a, b *Component) {
	t.Helper()
	if len(a.nodes) != len(b.nodes) {
		t.Fatalf("%d parts became %d: %q %q", len(a.nodes), len(b.nodes), a, b)
	}
	for i, n := range a.nodes {
		m := b.nodes[i]
		switch {
		case (n.line == nil) != (m.line == nil):
			t.Fatalf("a line became a component")
		case n.component != nil:
			same(t, n.component, m.component)
		case n.line.Name() != m.line.Name() || printable(n.line.value) != m.line.value || len(n.line.params) != len(m.line.params):
			t.Fatalf("%+v became %+v", n.line, m.line)
		}
	}
}
