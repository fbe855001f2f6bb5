package cache

import (
	"bytes"
	"math"
	"reflect"
	"slices"
	"testing"

	"zarafa/mapi"
)

func tag(id uint16, t mapi.PropType) mapi.PropTag { return mapi.MakeTag(id, t) }

// sampleProps has every type, out of order.
func sampleProps() []mapi.PropValue {
	value := mapi.Long(tag(0x0E07, mapi.PtLong), 1)
	restriction := &mapi.Restriction{Type: mapi.ResAnd, Sub: []*mapi.Restriction{
		{Type: mapi.ResProperty, Op: mapi.RelEQ, Tag: value.Tag, Value: &value},
		nil,
		{Type: mapi.ResComment, Incomplete: true, Num: 7, Tag2: 9,
			Props: []mapi.PropValue{mapi.String(tag(0x1000, mapi.PtUnicode), "note")}},
	}}
	action := mapi.Action{Type: mapi.ActForward, Flavor: 1, Flags: 2, Code: 3,
		Store: []byte("s"), Folder: []byte("f"), Message: []byte("m"), GUID: []byte("g"), Data: []byte("d"),
		Recipients: [][]mapi.PropValue{{mapi.String(tag(0x3001, mapi.PtUnicode), "Anna")}}, Prop: &value}
	return []mapi.PropValue{
		mapi.String(tag(0x0037, mapi.PtUnicode), "Über"),
		mapi.Long(tag(0x0017, mapi.PtLong), math.MaxUint32),
		mapi.Short(tag(0x0018, mapi.PtI2), -5),
		mapi.Bool(tag(0x0E1B, mapi.PtBoolean), true),
		mapi.I8(tag(0x0E08, mapi.PtI8), -1),
		mapi.I8(tag(0x6001, mapi.PtCurrency), math.MinInt64),
		mapi.Time(tag(0x0E06, mapi.PtSysTime), 132000000000000001),
		mapi.Float(tag(0x6002, mapi.PtDouble), 1.5),
		mapi.Float(tag(0x6003, mapi.PtR4), -0.25),
		mapi.Float(tag(0x6004, mapi.PtAppTime), 40000.5),
		mapi.Missing(tag(0x1013, mapi.PtBinary)),
		mapi.Binary(tag(0x0FFF, mapi.PtBinary), []byte{1, 2, 3}),
		mapi.Binary(tag(0x6005, mapi.PtCLSID), bytes.Repeat([]byte{9}, 200)),
		mapi.Binary(tag(0x6006, mapi.PtBinary), []byte{}),
		mapi.Strings(tag(0x8001, mapi.PtMVUnicode), "red", "", "blue"),
		mapi.Multi(tag(0x8002, mapi.PtMVLong), mapi.PropValue{Num: 1}, mapi.PropValue{Num: math.MaxUint32}),
		mapi.Multi(tag(0x8003, mapi.PtMVSysTime), mapi.PropValue{Num: 1 << 60}),
		mapi.Multi(tag(0x8004, mapi.PtMVI2), mapi.PropValue{Num: math.MaxUint64}),
		{Tag: tag(0x3FDA, mapi.PtSRestriction), More: &mapi.More{Restriction: restriction}},
		{Tag: tag(0x3FDB, mapi.PtActions), More: &mapi.More{Actions: []mapi.Action{action}}},
	}
}

func TestRecord(t *testing.T) {
	h := Header{Type: 5, Flags: 0x40, Owner: 3, Parent: 77, Store: 2, Kinds: 1}
	props := sampleProps()
	r := Pack(h, props)
	if r.Header() != h {
		t.Errorf("Header = %+v, want %+v", r.Header(), h)
	}
	for _, want := range props {
		got, ok := r.Value(want.Tag)
		if !ok || !reflect.DeepEqual(got, want) {
			t.Errorf("%v: got %+v %v, want %+v", want.Tag, got, ok, want)
		}
		if other, ok := r.Value(want.Tag.WithType(mapi.PtMVBinary)); ok {
			t.Errorf("%v answers to another type: %+v", want.Tag, other)
		}
	}
	if v, ok := r.Value(tag(0x0037, mapi.PtString8)); !ok || v.Str() != "Über" {
		t.Errorf("the 8-bit flavour gives %+v %v", v, ok)
	}
	if v, ok := r.ByID(0x4444); ok {
		t.Errorf("a property that is not there: %+v", v)
	}
	all := r.Props()
	if len(all) != len(props) || !slices.IsSortedFunc(all, func(a, b mapi.PropValue) int { return int(a.Tag.ID()) - int(b.Tag.ID()) }) {
		t.Errorf("Props gives %d values, want %d in order", len(all), len(props))
	}
}

func TestRecordBehindOther(t *testing.T) {
	buf, ok := AppendRecord([]byte("head"), Header{}, sampleProps())
	if !ok || !bytes.Equal(buf[4:], Pack(Header{}, sampleProps())) {
		t.Error("a record depends on where it is appended")
	}
}

func TestEmptyRecords(t *testing.T) {
	for name, r := range map[string]Record{"nil": nil, "no properties": Pack(Header{}, nil)} {
		if _, ok := r.Value(tag(1, mapi.PtLong)); ok || r.Len() != 0 || len(r.Props()) != 0 || r.Header() != (Header{}) {
			t.Errorf("%s: something is in it", name)
		}
	}
}

func TestPackRefusesDeepNesting(t *testing.T) {
	nested := func(depth int) Record {
		r := &mapi.Restriction{Type: mapi.ResExist}
		for range depth {
			r = &mapi.Restriction{Type: mapi.ResNot, Sub: []*mapi.Restriction{r}}
		}
		return Pack(Header{}, []mapi.PropValue{{Tag: tag(1, mapi.PtSRestriction), More: &mapi.More{Restriction: r}}})
	}
	if r := nested(20); len(r.Props()) != 1 {
		t.Error("20 levels are refused")
	}
	if r := nested(1000); r != nil {
		t.Error("1000 levels are accepted")
	}
}

func TestValueDoesNotAllocate(t *testing.T) {
	r := Pack(Header{}, sampleProps())
	tags := []mapi.PropTag{tag(0x0037, mapi.PtUnicode), tag(0x0E06, mapi.PtSysTime), tag(0x0E1B, mapi.PtBoolean), tag(0x4444, mapi.PtLong)}
	if n := testing.AllocsPerRun(100, func() {
		for _, tag := range tags {
			r.Value(tag)
		}
	}); n != 0 {
		t.Errorf("Value: %v allocations", n)
	}
	buf, props := make([]byte, 0, 8<<10), sampleProps()
	if n := testing.AllocsPerRun(100, func() { AppendRecord(buf, Header{}, props[1:2]) }); n != 0 {
		t.Errorf("AppendRecord into a buffer: %v allocations", n)
	}
}

// FuzzRecord reads arbitrary bytes as a record; what can be read can be packed and
// read again.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(Pack(Header{Type: 5}, sampleProps())))
	f.Add([]byte(Pack(Header{}, nil)))
	f.Add([]byte{})
	for i := range sampleProps() {
		f.Add([]byte(Pack(Header{}, sampleProps()[i:i+1])))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := Record(b)
		props := r.Props()
		for i := range r.Len() {
			v, ok := r.At(i)
			if !ok {
				continue
			}
			r.Value(v.Tag)
		}
		again := Pack(r.Header(), props)
		if again == nil {
			t.Fatal("what was read cannot be packed")
		}
		byID := func(a, b mapi.PropValue) int { return int(a.Tag.ID()) - int(b.Tag.ID()) }
		slices.SortStableFunc(props, byID)
		for i, want := range props {
			got, ok := again.At(i)
			if !ok || got.Tag != want.Tag || got.Num != want.Num || !bytes.Equal(got.Data, want.Data) || len(got.Values()) != len(want.Values()) {
				t.Fatalf("%+v became %+v %v", want, got, ok)
			}
		}
	})
}
