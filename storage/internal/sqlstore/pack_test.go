package sqlstore

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
)

func packed(t testing.TB, props ...mapi.PropValue) string {
	t.Helper()
	var p packer
	p.reset()
	for _, v := range props {
		if err := p.value(v); err != nil {
			t.Fatal(err)
		}
	}
	return p.finish()
}

// TestPack pins the format: the database of an installation depends on it.
func TestPack(t *testing.T) {
	for _, c := range []struct {
		value mapi.PropValue
		want  string
	}{
		{mapi.String(mapi.PrSubject, "a\x00\x1f\n\r\t\"\\/ü\u2028"), `["0037001F","a\u0000\u001F\n\r\t\"\\/ü` + "\u2028" + `"]`},
		{mapi.String(0x0037001E, "x"), `["0037001F","x"]`},
		{mapi.String(mapi.PrSubject, "\x80"), `["0037001F",{"base64":"gA=="}]`},
		{mapi.Binary(mapi.PrSearchKey, []byte{0, 1, 2, 3}), `["300B0102","AAECAw=="]`},
		{mapi.Binary(mapi.PrSearchKey, nil), `["300B0102",""]`},
		{mapi.Short(0x66000002, -5), `["66000002",-5]`},
		{mapi.Long(mapi.PrMessageSize, math.MaxUint32), `["0E080003",4294967295]`},
		{mapi.I8(0x66000014, math.MinInt64), `["66000014",-9223372036854775808]`},
		{mapi.Time(mapi.PrCreationTime, math.MaxUint64), `["30070040",18446744073709551615]`},
		{mapi.Bool(0x6600000B, true), `["6600000B",1]`},
		{mapi.Float(0x66000005, 1e21), `["66000005",1e+21]`},
		{mapi.Float(0x66000005, math.Copysign(0, -1)), `["66000005",-0]`},
		{mapi.Float(0x66000005, math.Inf(-1)), `["66000005",{"bits":"FFF0000000000000"}]`},
		{mapi.PropValue{Tag: 0x3701000D}, `["3701000D",null]`},
		{mapi.PropValue{Tag: 0x66000001, Num: 7, Data: []byte{0}}, `["66000001",{"num":7,"data":"AA=="}]`},
		{mapi.Strings(0x6600101E, "a", "", "\xff"), `["6600101F",["a","",{"base64":"/w=="}]]`},
		{mapi.Multi(0x66001102), `["66001102",[]]`},
		{mapi.Multi(0x66001003, mapi.Long(0, 1), mapi.Long(0, 2)), `["66001003",[1,2]]`},
	} {
		got := packed(t, c.value)
		if got != "["+c.want+"]" {
			t.Errorf("%v: %s, want %s", c.value.Tag, got, c.want)
		}
		if !json.Valid([]byte(got)) {
			t.Errorf("%v: %s is no JSON", c.value.Tag, got)
		}
		var u unpacked
		if err := u.unpack([]byte(got)); err != nil || len(u.props) != 1 || !same(u.props[0], c.value) {
			t.Errorf("%s is read as %+v, %v", got, u.props, err)
		}
	}
}

// same compares bits: NaN equals itself.
func same(got, want mapi.PropValue) bool {
	return got.Tag == want.Tag.Canonical() && got.Equal(want)
}

func TestPackMarks(t *testing.T) {
	var p packer
	p.reset()
	p.cut(mapi.String(mapi.PrBody, "beginning"))
	p.elsewhere(0x10090102)
	p.lob(storage.LobRef{Tag: 0x10130102, Instance: math.MaxUint32, Size: 1 << 40})
	text := p.finish()
	const want = `[["1000001F","beginning",1],["10090102",null,1],["10130102",{"instance":4294967295,"size":1099511627776}]]`
	if text != want {
		t.Errorf("%s, want %s", text, want)
	}
	var u unpacked
	if err := u.unpack([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if len(u.props) != 1 || u.props[0].Str() != "beginning" || len(u.cut) != 2 || u.cut[1] != 0x10090102 ||
		len(u.lobs) != 1 || u.lobs[0] != (storage.LobRef{Tag: 0x10130102, Instance: math.MaxUint32, Size: 1 << 40}) {
		t.Errorf("%+v", u)
	}
	err := (&packer{}).value(mapi.PropValue{Tag: mapi.PrRuleCondition})
	if mapi.CodeOf(err) != mapi.InvalidType {
		t.Errorf("a restriction: %v", err)
	}
}

func TestUnpackRefuses(t *testing.T) {
	for _, text := range []string{
		"", "[", "[]x", "[[", `[["0037001F"]]`, `[["0037001F","a"]`, `[["0037001F","a"],]`, `[["0037001G","a"]]`,
		`[["0037001F","a\q"]]`, `[["0037001F","a\u00e9"]]`, `[["0037001F","a\u0`, `[["0E080003",]]`, `[["0E080003",-1]]`,
		`[["300B0102","A"]]`, `[["300B0102",1]]`, `[["66000005",x]]`, `[["66000005",1.2.3]]`, `[["66000005",{"bits":"FF"}]]`,
		`[["66001003",[1,]]]`, `[["66001003",1]]`, `[["0E080003",{"instance":99999999999,"size":1}]]`, `[["0E080003",123456789012345678901]]`,
	} {
		var u unpacked
		if err := u.unpack([]byte(text)); mapi.CodeOf(err) != mapi.DatabaseError {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// FuzzUnpack feeds damaged columns; what is accepted must come out the same after another round.
func FuzzUnpack(f *testing.F) {
	f.Add(`[["1000001F","beginning",1],["10090102",null,1],["10130102",{"instance":17,"size":40000}]]`)
	f.Add(packed(f, mapi.Strings(0x6600101E, "a", "\xff"), mapi.Float(0x66000005, math.NaN()), mapi.I8(0x66000014, -1)))
	f.Add(`[["0037001F","\u0000\n\\"],["66000005",-1.5e-7],["3701000D",null]]`)
	f.Fuzz(func(t *testing.T, text string) {
		var u, again unpacked
		if u.unpack([]byte(text)) != nil {
			return
		}
		for _, v := range u.props {
			if b := v.Tag.Type().Base(); b == mapi.PtSRestriction || b == mapi.PtActions {
				return // written by nobody
			}
		}
		if err := again.unpack([]byte(packed(t, u.props...))); err != nil {
			t.Fatal(err)
		}
		if len(again.props) != len(u.props) {
			t.Fatalf("%d properties became %d", len(u.props), len(again.props))
		}
		for i := range u.props {
			if !same(again.props[i], u.props[i]) {
				t.Fatalf("%+v became %+v", u.props[i], again.props[i])
			}
		}
	})
}

// FuzzPack packs any value of any type and reads it back.
func FuzzPack(f *testing.F) {
	f.Add(uint32(0x0037001F), uint64(0), []byte("a\x00\"\\"), false)
	f.Add(uint32(0x66000005), math.Float64bits(math.NaN()), []byte{}, true)
	f.Add(uint32(0x66000001), uint64(1), []byte("x"), false)
	f.Fuzz(func(t *testing.T, tag uint32, num uint64, data []byte, twice bool) {
		v := mapi.PropValue{Tag: mapi.PropTag(tag)}
		single := mapi.PropValue{}
		switch kindOf(v.Tag.Canonical().Type().Base()) {
		case kindString, kindBinary:
			single.Data = data
		case kindOther:
			single.Data, single.Num = data, num
		default:
			single.Num = num
		}
		switch base := v.Tag.Type().Base(); {
		case base == mapi.PtSRestriction || base == mapi.PtActions:
			return
		case v.Tag.Type().Multi():
			list := []mapi.PropValue{single}
			if twice {
				list = append(list, single)
			}
			v = mapi.Multi(v.Tag, list...)
		default:
			v.Data, v.Num = single.Data, single.Num
		}
		text := packed(t, v, v)
		if !json.Valid([]byte(text)) {
			t.Fatalf("%s is no JSON", text)
		}
		var u unpacked
		if err := u.unpack([]byte(text)); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if len(u.props) != 2 || !same(u.props[0], v) || !same(u.props[1], v) {
			t.Fatalf("%+v became %+v (%s)", v, u.props, text)
		}
	})
}

func TestUnpackAllocations(t *testing.T) {
	text := packed(t, mapi.String(mapi.PrSubject, strings.Repeat("a\n", 50)), mapi.Binary(mapi.PrSearchKey, make([]byte, 99)), mapi.Long(mapi.PrMessageSize, 4), mapi.Float(0x66000005, 1.5))
	buf := make([]byte, len(text))
	allocs := testing.AllocsPerRun(100, func() {
		copy(buf, text)
		var u unpacked
		if err := u.unpack(buf); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 1 {
		t.Errorf("%v allocations, want one for the list", allocs)
	}
}

func BenchmarkUnpack(b *testing.B) {
	var props mapi.Props
	for i := range uint32(15) {
		props = append(props, mapi.String(mapi.PropTag(0x6600001F+i<<16), "some text of a property"), mapi.Binary(mapi.PropTag(0x67000102+i<<16), make([]byte, 40)), mapi.Long(mapi.PropTag(0x68000003+i<<16), 1<<20))
	}
	text := packed(b, props...)
	buf := make([]byte, len(text))
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		copy(buf, text)
		var u unpacked
		if err := u.unpack(buf); err != nil {
			b.Fatal(err)
		}
	}
}
