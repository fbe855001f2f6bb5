package restrict_test

import (
	"encoding/binary"
	"testing"

	"zarafa/mapi"
	"zarafa/mapi/restrict"
)

// grower makes a restriction out of any bytes.
type grower struct {
	in    []byte
	nodes int
}

func (g *grower) byte() byte {
	if len(g.in) == 0 {
		return 0
	}
	b := g.in[0]
	g.in = g.in[1:]
	return b
}

func (g *grower) number() uint32 {
	var b [4]byte
	n := copy(b[:], g.in)
	g.in = g.in[n:]
	return binary.LittleEndian.Uint32(b[:])
}

func (g *grower) tag() mapi.PropTag {
	row := sample()
	if i := int(g.byte()); i < len(row.Props) {
		return row.Props[i].Tag
	}
	return mapi.PropTag(g.number())
}

func (g *grower) value() *mapi.PropValue {
	if g.byte() == 255 {
		return nil
	}
	n := min(int(g.byte()), len(g.in))
	v := mapi.PropValue{Tag: g.tag(), Num: uint64(g.number())}
	n = min(n, len(g.in))
	v.Data, g.in = g.in[:n], g.in[n:]
	return &v
}

func (g *grower) grow() *mapi.Restriction {
	if g.nodes++; g.nodes > 200 {
		return nil
	}
	r := &mapi.Restriction{Type: mapi.RestrictionType(g.byte() % 13)}
	switch r.Type {
	case mapi.ResAnd, mapi.ResOr, mapi.ResNot, mapi.ResComment, mapi.ResSub:
		r.Tag = g.tag()
		if g.byte()&1 == 0 {
			r.Tag = mapi.PrMessageRecipients
		}
		for range g.byte() % 4 {
			r.Sub = append(r.Sub, g.grow())
		}
	default:
		r.Op, r.Tag, r.Tag2, r.Num = g.number(), g.tag(), g.tag(), g.number()
		r.Value = g.value()
	}
	return r
}

func FuzzRestriction(f *testing.F) {
	f.Add([]byte{0, 0, 1, 2, 3, 1, 0, 0, 1, 0, 0, 5, 'B', 'u', 'd'})
	f.Add([]byte{4, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, '\\', '(', '[', 'a', '*'})
	f.Add([]byte{9, 0, 0, 1, 8, 0, 0, 0, 0, 0})
	l := english(f)
	row := sample()
	row.recipients = []restrict.Row{sample()}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := (&grower{in: in}).grow()
		filter, err := restrict.Compile(r, l)
		if err != nil {
			switch mapi.CodeOf(err) {
			case mapi.InvalidType, mapi.TooComplex, mapi.InvalidParameter:
				return
			}
			t.Fatalf("unexpected error %v", err)
		}
		first := filter.Match(row)
		if filter.Match(row) != first {
			t.Fatal("the same row matches once and once not")
		}
		if both, err := restrict.Compile(and(r, not(r)), l); err == nil && both.Match(row) {
			t.Fatal("a row matches a restriction and its negation")
		}
	})
}

func FuzzBasicRegexp(f *testing.F) {
	for _, s := range []string{`^\(a*\)\{2\}$`, "[]a-z]", `\|`, "[[:alpha:]", `a\+*`} {
		f.Add(s)
	}
	l := english(f)
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := restrict.Compile(regex(s), l)
		if err != nil {
			t.Fatal(err)
		}
		filter.Match(sample())
	})
}
