package sqlstore

import (
	"bytes"
	"encoding/base64"
	"math"
	"strconv"
	"unsafe"

	"zarafa/mapi"
	"zarafa/storage"
)

// unpacked is what the column props of a row holds.
type unpacked struct {
	props mapi.Props
	cut   []mapi.PropTag
	lobs  []storage.LobRef
}

// unpack reads what a packer wrote. It decodes in place: the values alias b, which
// belongs to them from then on. It takes exactly what the packer writes, no other
// spelling of the same JSON.
func (u *unpacked) unpack(b []byte) error {
	s := scanner{b: b}
	if !s.lit('[') {
		return s.fail()
	}
	if s.lit(']') {
		return s.end()
	}
	if u.props == nil {
		u.props = make(mapi.Props, 0, bytes.Count(b, []byte(`],["`))+1+typedCount)
	}
	for {
		if err := u.entry(&s); err != nil {
			return err
		}
		if s.lit(']') {
			return s.end()
		}
		if !s.lit(',') {
			return s.fail()
		}
	}
}

// entry reads ["tag",value] or ["tag",value,1].
func (u *unpacked) entry(s *scanner) error {
	if !s.text(`["`) || len(s.b) < s.i+8 {
		return s.fail()
	}
	n, ok := parseHex(s.b[s.i : s.i+8])
	s.i += 8
	if !ok || !s.text(`",`) {
		return s.fail()
	}
	v := mapi.PropValue{Tag: mapi.PropTag(n)}
	if s.text(`null` + cutMark) {
		u.cut = append(u.cut, v.Tag)
		return nil
	}
	if s.text(`{"instance":`) {
		return u.lob(s, v.Tag)
	}
	if v.Tag.Type().Multi() {
		ok = s.array(&v)
	} else {
		ok = s.scalar(v.Tag.Type(), &v)
	}
	if !ok {
		return s.fail()
	}
	u.props = append(u.props, v)
	if s.text(cutMark) {
		u.cut = append(u.cut, v.Tag)
		return nil
	}
	if !s.lit(']') {
		return s.fail()
	}
	return nil
}

func (u *unpacked) lob(s *scanner, tag mapi.PropTag) error {
	instance, ok := s.uint()
	if !ok || !s.text(`,"size":`) {
		return s.fail()
	}
	size, ok := s.uint()
	if !ok || !s.text(`}]`) || instance > 1<<32-1 || size > 1<<62 {
		return s.fail()
	}
	u.lobs = append(u.lobs, storage.LobRef{Tag: tag, Instance: uint32(instance), Size: int64(size)})
	return nil
}

// scanner walks over a packed column.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) fail() error {
	return mapi.Errorf(mapi.DatabaseError, "storage", "column props is damaged at byte %d of %d", s.i, len(s.b))
}

func (s *scanner) end() error {
	if s.i != len(s.b) {
		return s.fail()
	}
	return nil
}

func (s *scanner) lit(c byte) bool {
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) text(t string) bool {
	if len(s.b)-s.i >= len(t) && string(s.b[s.i:s.i+len(t)]) == t {
		s.i += len(t)
		return true
	}
	return false
}

func (s *scanner) array(v *mapi.PropValue) bool {
	v.More = &mapi.More{}
	if !s.lit('[') {
		return false
	}
	if s.lit(']') {
		return true
	}
	base := v.Tag.Type().Base()
	single := v.Tag.WithType(base)
	for {
		e := mapi.PropValue{Tag: single}
		if !s.scalar(base, &e) {
			return false
		}
		v.More.Values = append(v.More.Values, e)
		if s.lit(']') {
			return true
		}
		if !s.lit(',') {
			return false
		}
	}
}

func (s *scanner) scalar(t mapi.PropType, v *mapi.PropValue) (ok bool) {
	switch kindOf(t) {
	case kindString:
		if s.text(`{"base64":`) {
			v.Data, ok = s.base64()
			return ok && s.lit('}')
		}
		v.Data, ok = s.str()
	case kindBinary:
		v.Data, ok = s.base64()
	case kindFloat:
		v.Num, ok = s.float()
	case kindSigned:
		neg := s.lit('-')
		v.Num, ok = s.uint()
		if neg {
			v.Num = -v.Num
		}
	case kindUnsigned:
		v.Num, ok = s.uint()
	default:
		return s.other(v)
	}
	return ok
}

// other reads a value of a type that the protocol gives none.
func (s *scanner) other(v *mapi.PropValue) (ok bool) {
	if s.text("null") {
		return true
	}
	if !s.text(`{"num":`) {
		return false
	}
	if v.Num, ok = s.uint(); !ok || !s.text(`,"data":`) {
		return false
	}
	v.Data, ok = s.base64()
	return ok && s.lit('}')
}

func (s *scanner) uint() (v uint64, ok bool) {
	start := s.i
	for s.i < len(s.b) {
		c := s.b[s.i] - '0'
		if c > 9 {
			break
		}
		v = v*10 + uint64(c)
		s.i++
	}
	return v, s.i > start && s.i-start <= 20
}

func (s *scanner) float() (uint64, bool) {
	if s.text(`{"bits":"`) {
		if len(s.b) < s.i+16 {
			return 0, false
		}
		v, ok := parseHex(s.b[s.i : s.i+16])
		s.i += 16
		return v, ok && s.text(`"}`)
	}
	start := s.i
	for s.i < len(s.b) && isFloatByte(s.b[s.i]) {
		s.i++
	}
	if s.i == start {
		return 0, false
	}
	word := s.b[start:s.i]
	f, err := strconv.ParseFloat(unsafe.String(&word[0], len(word)), 64)
	return math.Float64bits(f), err == nil
}

func isFloatByte(c byte) bool {
	return c-'0' <= 9 || c == '-' || c == '+' || c == '.' || c == 'e'
}

func (s *scanner) base64() ([]byte, bool) {
	if !s.lit('"') {
		return nil, false
	}
	n := bytes.IndexByte(s.b[s.i:], '"')
	if n < 0 {
		return nil, false
	}
	src := s.b[s.i : s.i+n]
	s.i += n + 1
	m, err := base64.StdEncoding.Decode(src, src)
	return src[:m:m], err == nil
}

// str reads a string and undoes the escapes in place.
func (s *scanner) str() ([]byte, bool) {
	if !s.lit('"') {
		return nil, false
	}
	start := s.i
	n := bytes.IndexByte(s.b[start:], '"')
	if n < 0 {
		return nil, false
	}
	if bytes.IndexByte(s.b[start:start+n], '\\') < 0 {
		s.i = start + n + 1
		return s.b[start : start+n : start+n], true
	}
	return s.escaped(start)
}

func (s *scanner) escaped(start int) ([]byte, bool) {
	out := start
	for s.i < len(s.b) {
		c := s.b[s.i]
		s.i++
		switch c {
		case '"':
			return s.b[start:out:out], true
		case '\\':
			var ok bool
			if c, ok = s.escape(); !ok {
				return nil, false
			}
		}
		s.b[out] = c
		out++
	}
	return nil, false
}

// escape reads what follows a backslash; the packer escapes ASCII only.
func (s *scanner) escape() (byte, bool) {
	if s.i >= len(s.b) {
		return 0, false
	}
	c := s.b[s.i]
	s.i++
	switch c {
	case '"', '\\':
		return c, true
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case 'u':
		if len(s.b) < s.i+4 {
			return 0, false
		}
		v, ok := parseHex(s.b[s.i : s.i+4])
		s.i += 4
		return byte(v), ok && v < 0x80
	}
	return 0, false
}
