package wire

import (
	"bytes"
	"math"
	"strconv"
	"time"
	"unsafe"

	"zarafa/mapi"
)

// The scalar readers consume the current element. A lexical error is a fault (wire.md section 4).

const badNumber = "invalid number"

// number reads blanks, an optional sign and decimal digits.
func (d *Decoder) number(xsdType string) (v uint64, negative bool) {
	d.typed(xsdType)
	text := d.text()
	if v, ok := shortNumber(text); ok {
		return v, false
	}
	if d.fault != nil {
		return 0, false
	}
	text = trim(text)
	if len(text) > 0 && (text[0] == '+' || text[0] == '-') {
		negative = text[0] == '-'
		text = text[1:]
	}
	if len(text) == 0 {
		d.fail(badNumber)
		return 0, false
	}
	for _, c := range text {
		digit := uint64(c - '0')
		if digit > 9 || v > math.MaxUint64/10 || v*10 > math.MaxUint64-digit {
			d.fail(badNumber)
			return 0, false
		}
		v = v*10 + digit
	}
	return v, negative
}

// shortNumber reads what nearly all numbers are: digits that cannot overflow.
func shortNumber(text []byte) (v uint64, ok bool) {
	if len(text) == 0 || len(text) > 19 {
		return 0, false
	}
	for _, c := range text {
		if c -= '0'; c > 9 {
			return 0, false
		}
		v = v*10 + uint64(c)
	}
	return v, true
}

func trim(text []byte) []byte {
	for len(text) > 0 && isBlank(text[0]) {
		text = text[1:]
	}
	for len(text) > 0 && isBlank(text[len(text)-1]) {
		text = text[:len(text)-1]
	}
	return text
}

func (d *Decoder) unsigned(xsdType string, limit uint64) uint64 {
	v, negative := d.number(xsdType)
	if negative || v > limit {
		d.fail(badNumber)
		return 0
	}
	return v
}

func (d *Decoder) signed(xsdType string, limit uint64) int64 {
	v, negative := d.number(xsdType)
	if negative && v == limit+1 {
		return -int64(limit) - 1
	}
	if v > limit {
		d.fail(badNumber)
		return 0
	}
	if negative {
		return -int64(v)
	}
	return int64(v)
}

func (d *Decoder) uint32() uint32 { return uint32(d.unsigned("unsignedInt", math.MaxUint32)) }
func (d *Decoder) uint64() uint64 { return d.unsigned("unsignedLong", math.MaxUint64) }
func (d *Decoder) int16() int16   { return int16(d.signed("short", math.MaxInt16)) }
func (d *Decoder) int32() int32   { return int32(d.signed("int", math.MaxInt32)) }
func (d *Decoder) int64() int64   { return d.signed("long", math.MaxInt64) }
func (d *Decoder) code() mapi.Code {
	return mapi.Code(d.uint32())
}

func (d *Decoder) uint32Pointer() *uint32 {
	if d.null() {
		return nil
	}
	v := d.pools.uint32.one()
	*v = d.uint32()
	return v
}

func (d *Decoder) bool() bool {
	d.typed("boolean")
	switch string(trim(d.text())) {
	case "true", "1":
		return true
	case "false", "0":
	default:
		d.fail("invalid boolean")
	}
	return false
}

func (d *Decoder) float32() float32 { return float32(d.float("float", 32)) }
func (d *Decoder) float64() float64 { return d.float("double", 64) }

// float reads a decimal number, INF, -INF or NaN.
func (d *Decoder) float(xsdType string, bits int) float64 {
	d.typed(xsdType)
	text := trim(d.text())
	if d.fault != nil {
		return 0
	}
	switch string(text) {
	case "INF", "+INF":
		return math.Inf(1)
	case "-INF":
		return math.Inf(-1)
	case "NaN":
		return math.NaN()
	}
	if len(text) == 0 || len(text) > 400 || bytes.ContainsAny(text, "xXpP_iInN") {
		d.fail(badNumber)
		return 0
	}
	v, err := strconv.ParseFloat(unsafe.String(&text[0], len(text)), bits)
	if err != nil {
		d.fail(badNumber)
		return 0
	}
	return v
}

// time reads an xsd:dateTime; the empty one is the zero time.
func (d *Decoder) time() time.Time {
	d.typed("dateTime")
	text := trim(d.text())
	if len(text) == 0 {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		d.fail("invalid dateTime")
	}
	return t.UTC()
}

// stringBytes reads a string, which may also be NULL.
func (d *Decoder) stringBytes() []byte {
	d.typed("string")
	return d.validText(d.bounded(d.text()))
}

func (d *Decoder) string() string {
	if d.null() {
		return ""
	}
	return alias(d.stringBytes())
}

func (d *Decoder) nullString() NullString {
	if d.null() {
		return NullString{}
	}
	return NullString{String: alias(d.stringBytes()), Valid: true}
}

// alias is a string that shares the bytes, which nobody changes until the message is released.
func alias(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// binary reads base64; nil means xsi:nil, an empty element is not nil.
func (d *Decoder) binary() []byte {
	if d.null() {
		return nil
	}
	if d.attr.set&attrType != 0 {
		if _, local := splitName(d.attr.xsiType); string(local) != "base64" {
			d.typed("base64Binary")
		}
	}
	b, ok := decodeBase64(d.bounded(d.text()))
	if !ok {
		d.fail("invalid base64")
		return nil
	}
	return b
}

// xop reads a reference to a part outside the XML.
func (d *Decoder) xop() (x XOP) {
	if d.attr.set&attrContentType != 0 {
		x.ContentType = alias(d.validText(d.attr.contentType))
	}
	for d.child() {
		if _, local := splitName(d.name); string(local) == "Include" && x.Href == "" && d.attr.set&attrHref != 0 {
			x.Href = alias(d.validText(d.attr.href))
		}
		d.skip()
	}
	return x
}
