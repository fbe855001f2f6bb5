package sqlstore

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"

	"zarafa/mapi"
	"zarafa/storage"
)

// A packer writes the column props: a JSON array with one element a property, so that
// plain SQL can open it (JSON_TABLE, json_each).
//
//	["3001001F","text"]                       string
//	["300B0102","AAECAw=="]                   binary, base64
//	["0E080003",1234]                         number; BOOLEAN is 0 or 1, SYSTIME counts 100 ns since 1601
//	["6844101F",["a","b"]]                    multi-value
//	["3701000D",null]                         nothing but the fact that the property exists
//	["0037001F",{"base64":"gA=="}]            a string that is no valid UTF-8
//	["00010005",{"bits":"7FF8000000000001"}]  a floating-point number that JSON has no name for
//	["00010001",{"num":1,"data":"AA=="}]      a value of a type that should not carry one
//	["10130102",{"instance":17,"size":40000}] a large value, in the table lob
//	["1000001F","beginning",1]                cut to the cap of tables; whole in the table parts
//	["10090102",null,1]                       whole in the table parts only
//
// Own code in place of encoding/json: rows of a table are unpacked by the ten thousand,
// and the standard decoder replaces what is not valid UTF-8.
type packer struct {
	buf []byte
	n   int
}

// cutMark ends the entry of a property that is not whole.
const cutMark = `,1]`

func (p *packer) reset() { p.buf, p.n = append(p.buf[:0], '['), 0 }

func (p *packer) open(tag mapi.PropTag) {
	if p.n++; p.n > 1 {
		p.buf = append(p.buf, ',')
	}
	p.buf = append(p.buf, '[', '"')
	p.buf = appendHex(p.buf, uint64(tag), 8)
	p.buf = append(p.buf, '"', ',')
}

// finish closes the array and gives a copy of it as a string.
func (p *packer) finish() string {
	p.buf = append(p.buf, ']')
	return string(p.buf)
}

// value adds a whole property. Restrictions and actions have no place in a database:
// clients keep them as XML in PR_RULES_DATA (objects.md section 15).
func (p *packer) value(v mapi.PropValue) error {
	tag := v.Tag.Canonical()
	switch tag.Type().Base() {
	case mapi.PtSRestriction, mapi.PtActions:
		return mapi.Errorf(mapi.InvalidType, "storage", "property %v: values of this type cannot be stored", v.Tag)
	}
	p.open(tag)
	if !tag.Type().Multi() {
		p.buf = append(appendScalar(p.buf, tag.Type(), v), ']')
		return nil
	}
	p.buf = append(p.buf, '[')
	for i, e := range v.Values() {
		if i > 0 {
			p.buf = append(p.buf, ',')
		}
		p.buf = appendScalar(p.buf, tag.Type().Base(), e)
	}
	p.buf = append(p.buf, ']', ']')
	return nil
}

// cut adds a string or binary of which only the beginning is kept here.
func (p *packer) cut(v mapi.PropValue) {
	p.open(v.Tag.Canonical())
	p.buf = appendScalar(p.buf, v.Tag.Canonical().Type(), v)
	p.buf = append(p.buf, cutMark...)
}

// elsewhere notes a property whose value is not here at all.
func (p *packer) elsewhere(tag mapi.PropTag) {
	p.open(tag.Canonical())
	p.buf = append(p.buf, "null"+cutMark...)
}

// lob adds a reference to a large value.
func (p *packer) lob(r storage.LobRef) {
	p.open(r.Tag.Canonical())
	p.buf = append(p.buf, `{"instance":`...)
	p.buf = strconv.AppendUint(p.buf, uint64(r.Instance), 10)
	p.buf = append(p.buf, `,"size":`...)
	p.buf = strconv.AppendInt(p.buf, r.Size, 10)
	p.buf = append(p.buf, '}', ']')
}

func appendScalar(dst []byte, t mapi.PropType, v mapi.PropValue) []byte {
	switch kindOf(t) {
	case kindString:
		if !utf8.Valid(v.Data) {
			return append(appendBase64(append(dst, `{"base64":`...), v.Data), '}')
		}
		return appendString(dst, v.Data)
	case kindBinary:
		return appendBase64(dst, v.Data)
	case kindFloat:
		f := math.Float64frombits(v.Num)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			dst = appendHex(append(dst, `{"bits":"`...), v.Num, 16)
			return append(dst, '"', '}')
		}
		return strconv.AppendFloat(dst, f, 'g', -1, 64)
	case kindSigned:
		return strconv.AppendInt(dst, int64(v.Num), 10)
	case kindUnsigned:
		return strconv.AppendUint(dst, v.Num, 10)
	}
	if len(v.Data) == 0 && v.Num == 0 {
		return append(dst, "null"...)
	}
	dst = strconv.AppendUint(append(dst, `{"num":`...), v.Num, 10)
	return append(appendBase64(append(dst, `,"data":`...), v.Data), '}')
}

// kind says how values of a type are written.
type kind uint8

const (
	kindOther kind = iota
	kindString
	kindBinary
	kindFloat
	kindSigned
	kindUnsigned
)

func kindOf(t mapi.PropType) kind {
	switch t {
	case mapi.PtUnicode, mapi.PtString8:
		return kindString
	case mapi.PtBinary, mapi.PtCLSID:
		return kindBinary
	case mapi.PtR4, mapi.PtDouble, mapi.PtAppTime:
		return kindFloat
	case mapi.PtI2, mapi.PtI8, mapi.PtCurrency:
		return kindSigned
	case mapi.PtLong, mapi.PtError, mapi.PtBoolean, mapi.PtSysTime:
		return kindUnsigned
	}
	return kindOther
}

func appendBase64(dst, data []byte) []byte {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, data)
	return append(dst, '"')
}

// appendString writes valid UTF-8 as a JSON string (RFC 8259 section 7).
func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	from := 0
	for i, c := range s {
		if c >= 0x20 && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, s[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, '\\', 'n')
		case '\r':
			dst = append(dst, '\\', 'r')
		case '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u')
			dst = appendHex(dst, uint64(c), 4)
		}
	}
	return append(append(dst, s[from:]...), '"')
}

// appendHex writes n upper-case digits.
func appendHex(dst []byte, v uint64, n int) []byte {
	const digits = "0123456789ABCDEF"
	for shift := 4 * (n - 1); shift >= 0; shift -= 4 {
		dst = append(dst, digits[v>>shift&0xF])
	}
	return dst
}

func parseHex(b []byte) (uint64, bool) {
	var raw [8]byte
	if len(b) > 16 || len(b)%2 != 0 {
		return 0, false
	}
	n, err := hex.Decode(raw[:], b)
	if err != nil {
		return 0, false
	}
	var v uint64
	for _, c := range raw[:n] {
		v = v<<8 | uint64(c)
	}
	return v, true
}
