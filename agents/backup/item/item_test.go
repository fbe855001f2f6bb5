package item

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"zarafa/agents/backup/repository"
	"zarafa/internal/testseed"
	"zarafa/mapi"
)

// outside keeps values that lie outside in memory.
type outside map[repository.ID][]byte

func (o outside) put(value []byte) (s Stored, err error) {
	s.Length = int64(len(value))
	for piece := range slices.Chunk(value, PieceSize) {
		id := repository.ID{byte(len(o)), byte(len(o) >> 8), 1}
		o[id] = bytes.Clone(piece)
		s.Pieces = append(s.Pieces, id)
	}
	return s, nil
}

func (o outside) value(s Stored) ([]byte, error) {
	var out []byte
	for _, id := range s.Pieces {
		out = append(out, o[id]...)
	}
	return out, nil
}

var types = []mapi.PropType{
	mapi.PtI2, mapi.PtLong, mapi.PtR4, mapi.PtDouble, mapi.PtCurrency, mapi.PtAppTime, mapi.PtBoolean, mapi.PtI8, mapi.PtSysTime, mapi.PtUnicode,
	mapi.PtBinary, mapi.PtCLSID, mapi.PtMVLong, mapi.PtMVUnicode, mapi.PtMVBinary, mapi.PtMVSysTime,
}

func randomValue(r *rand.Rand, tag mapi.PropTag) mapi.PropValue {
	if tag.Type().Multi() {
		values := make([]mapi.PropValue, r.IntN(4))
		for i := range values {
			values[i] = randomValue(r, tag.WithType(tag.Type().Base()))
		}
		return mapi.Multi(tag, values...)
	}
	if t := tag.Type(); t.IsString() || t.IsBinary() {
		n := r.IntN(20)
		if r.IntN(10) == 0 {
			n = Inline + r.IntN(10)
		}
		return mapi.PropValue{Tag: tag, Data: bytes.Repeat([]byte{byte(r.IntN(256))}, n)}
	}
	return mapi.PropValue{Tag: tag, Num: r.Uint64() >> r.IntN(64)}
}

func randomProps(r *rand.Rand) (props mapi.Props) {
	for range r.IntN(12) {
		props.Set(randomValue(r, mapi.MakeTag(uint16(r.IntN(1<<15)), types[r.IntN(len(types))])))
	}
	return props
}

func randomMessage(r *rand.Rand, depth int) *mapi.Message {
	m := &mapi.Message{Props: randomProps(r)}
	for i := range r.IntN(4) {
		m.Named = append(m.Named, mapi.NamedValue{
			Name:  mapi.PropName{Set: mapi.GUID{byte(r.IntN(2))}, ID: uint32(i), Name: []string{"", "name"}[r.IntN(2)]},
			Value: randomValue(r, mapi.MakeTag(0, types[r.IntN(len(types))])),
		})
	}
	for range r.IntN(3) {
		m.Recipients = append(m.Recipients, randomProps(r))
	}
	for range r.IntN(3) {
		a := &mapi.Attachment{Props: randomProps(r)}
		switch {
		case depth > 0 && r.IntN(2) == 0:
			a.Message = randomMessage(r, depth-1)
		case r.IntN(2) == 0:
			a.Content = mapi.Bytes("content")
		}
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

// What was encoded is decoded, and encoded to the same bytes; the order of properties makes no difference.
func TestRoundTrip(t *testing.T) {
	r := testseed.New(t)
	for range 2000 {
		o := outside{}
		m := randomMessage(r, 2)
		data, refs, err := Encode(m, o.put)
		if err != nil {
			t.Fatal(err)
		}
		got, err := Decode(data, Outside{Value: o.value})
		if err != nil {
			t.Fatal(err)
		}
		if !equalMessages(got, m) {
			t.Fatalf("got  %+v\nwant %+v", got, m)
		}
		byValue := func(value []byte) (Stored, error) {
			for id, v := range o {
				if bytes.Equal(v, value) {
					return Stored{int64(len(v)), []repository.ID{id}}, nil
				}
			}
			return o.put(value)
		}
		first, _, err := Encode(m, byValue)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(got.Props)
		slices.Reverse(got.Named)
		second, _, err := Encode(got, byValue)
		if len(refs) == 0 && (err != nil || !bytes.Equal(first, second)) {
			t.Fatalf("other bytes, %v", err)
		}
	}
}

func equalMessages(a, b *mapi.Message) bool {
	if !equalProps(a.Props, b.Props) || len(a.Named) != len(b.Named) || len(a.Recipients) != len(b.Recipients) || len(a.Attachments) != len(b.Attachments) {
		return false
	}
	for _, n := range b.Named {
		if !slices.ContainsFunc(a.Named, func(x mapi.NamedValue) bool { return x.Name == n.Name && x.Value.Equal(n.Value) }) {
			return false
		}
	}
	for i := range a.Recipients {
		if !equalProps(a.Recipients[i], b.Recipients[i]) {
			return false
		}
	}
	for i, x := range a.Attachments {
		y := b.Attachments[i]
		if !equalProps(x.Props, y.Props) || (x.Message == nil) != (y.Message == nil) || (x.Content == nil) != (y.Content == nil) {
			return false
		}
		if x.Message != nil && !equalMessages(x.Message, y.Message) {
			return false
		}
	}
	return true
}

func equalProps(a, b mapi.Props) bool {
	if len(a) != len(b) {
		return false
	}
	for _, p := range b {
		if got, ok := a.ByID(p.Tag.ID()); !ok || !got.Equal(p) {
			return false
		}
	}
	return true
}

func TestPages(t *testing.T) {
	r := testseed.New(t)
	for range 200 {
		entries := make([]Entry, r.IntN(5))
		for i := range entries {
			entries[i] = Entry{
				SourceKey: []byte{byte(i)}, ChangeKey: []byte("ck"), Flags: r.Uint32(), Associated: r.IntN(2) == 0, Item: repository.ID{byte(i)},
				Size: r.Uint64(), Modified: mapi.FileTime(r.Uint64() >> 1), Class: "IPM.Note", Summary: []byte("sealed"),
			}
			for range r.IntN(3) {
				entries[i].Refs = append(entries[i].Refs, repository.ID{9})
			}
		}
		data := EncodePage(entries)
		got, err := DecodePage(data)
		if err != nil || len(got) != len(entries) || !bytes.Equal(EncodePage(got), data) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
}

func TestRestrictions(t *testing.T) {
	value := mapi.String(mapi.PrSubject, "x")
	want := &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
		{Type: mapi.ResContent, Op: mapi.FuzzySubstring, Tag: mapi.PrSubject, Value: &value},
		{Type: mapi.ResNot, Sub: []*mapi.Restriction{{Type: mapi.ResExist, Tag: mapi.PrBody}}},
		{Type: mapi.ResComment, Props: []mapi.PropValue{mapi.Long(mapi.PrImportance, 1)}, Sub: []*mapi.Restriction{{Type: mapi.ResSize, Op: mapi.RelGT, Tag: mapi.PrBody, Num: 7}}},
	}}
	data, err := EncodeRestriction(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := DecodeRestriction(data)
	if err != nil || len(got.Sub) != 3 || !got.Sub[0].Value.Equal(value) || got.Sub[1].Sub[0].Tag != mapi.PrBody || got.Sub[2].Sub[0].Num != 7 || !got.Sub[2].Props[0].Equal(want.Sub[2].Props[0]) {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := DecodeRestriction([]byte{version, 0}); got != nil || err != nil {
		t.Errorf("none: %+v, %v", got, err)
	}
}

// FuzzDecode: any bytes are a message, or an error.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	o := outside{}
	for range 10 {
		data, _, err := Encode(randomMessage(r, 2), o.put)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(data, Outside{Value: func(Stored) ([]byte, error) { return []byte("x"), nil }})
		if err != nil {
			return
		}
		if _, _, err := Encode(m, nil); err != nil {
			t.Fatal(err)
		}
	})
}

// FuzzPage: any bytes are a page, or an error.
func FuzzPage(f *testing.F) {
	f.Add(EncodePage([]Entry{{SourceKey: []byte("a"), Refs: []repository.ID{{1}}, Class: "IPM"}, {SourceKey: []byte("b")}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := DecodePage(data)
		if err != nil {
			return
		}
		if again, err := DecodePage(EncodePage(entries)); err != nil || len(again) != len(entries) {
			t.Fatal(err)
		}
	})
}

// FuzzRestriction: any bytes are a condition, or an error.
func FuzzRestriction(f *testing.F) {
	data, err := EncodeRestriction(&mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{{Type: mapi.ResExist, Tag: mapi.PrBody}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := DecodeRestriction(data)
		if err != nil {
			return
		}
		if _, err := EncodeRestriction(r); err != nil {
			t.Fatal(err)
		}
	})
}
