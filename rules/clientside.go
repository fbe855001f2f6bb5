package rules

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"

	"zarafa/mapi"
)

// ClientSide is what an action of Outlook's own (OP_DEFER_ACTION) asks for. Conditions are not part of it: those of the kinds that
// are read here stand in the rule's restriction too.
type ClientSide struct {
	Categories      []string
	ClearCategories bool
	Importance      *uint32
	// FollowUp is the text of a flag, nil for none; Days until it is due, where Outlook says so.
	FollowUp  *string
	Days      uint32
	ClearFlag bool
	Read      bool
	Delete    bool
	Stop      bool
}

// Kinds of elements in a client-side rule. An exception has the kind of its condition plus exceptionOffset.
const (
	kindDescription  = 0x64
	kindEnd          = 0x190
	exceptionOffset  = 0x12C
	actDelete        = 0x12D
	actFlag          = 0x131
	actClearFlag     = 0x132
	actCategories    = 0x133
	actImportance    = 0x137
	actStop          = 0x142
	actDeleteHard    = 0x14A
	actRead          = 0x14C
	actFollowUp      = 0x151
	actClearCategory = 0x152
)

var errNotUnderstood = errors.New("rules: a client-side rule with elements that only Outlook knows")

// ParseClientSide reads the data of an OP_DEFER_ACTION as Outlook writes it. The layout is not published; any part that is not
// known makes it an error, and the rule must be left to Outlook.
func ParseClientSide(data []byte) (*ClientSide, error) {
	r := reader{b: data}
	r.skip(4)
	r.text() // the rule's name
	r.u32()  // whether it is active
	r.skip(16 + 4)
	count := int(r.u16())
	switch mark := r.u16(); mark {
	case 0x8001:
	case 0xFFFF:
		if r.u16() != 0 {
			return nil, errNotUnderstood
		}
		r.skip(int(r.u16())) // the name of a class
	default:
		return nil, errNotUnderstood
	}
	c := &ClientSide{}
	for i := range count {
		if i > 0 && r.u16() != 0x8001 {
			return nil, errNotUnderstood
		}
		if !c.element(&r) || r.failed {
			return nil, errNotUnderstood
		}
	}
	if r.failed || count == 0 {
		return nil, errNotUnderstood
	}
	return c, nil
}

// element reads one element and reports whether it is known.
func (c *ClientSide) element(r *reader) bool {
	kind := r.u32()
	if isCondition(kind) || kind >= exceptionOffset && isCondition(kind-exceptionOffset) {
		return condition(r, kind)
	}
	switch kind {
	case kindDescription, kindEnd:
		r.skip(12)
	case actCategories:
		r.skip(8)
		for _, name := range strings.Split(r.text(), ";") {
			if name = strings.TrimSpace(name); name != "" {
				c.Categories = append(c.Categories, name)
			}
		}
	case actImportance:
		r.skip(8)
		level := r.u32()
		c.Importance = &level
		return level <= 2
	case actFlag:
		r.skip(8)
		c.Days = r.u32()
		text := r.text()
		c.FollowUp = &text
		r.u32()
	case actFollowUp:
		r.skip(8)
		r.u32()
		text := r.text()
		c.FollowUp = &text
	case actClearCategory, actClearFlag, actRead, actDelete, actDeleteHard, actStop:
		r.skip(4)
		c.ClearCategories = c.ClearCategories || kind == actClearCategory
		c.ClearFlag = c.ClearFlag || kind == actClearFlag
		c.Read = c.Read || kind == actRead
		c.Delete = c.Delete || kind == actDelete || kind == actDeleteHard
		c.Stop = c.Stop || kind == actStop
	default:
		return false
	}
	return true
}

func isCondition(kind uint32) bool {
	switch kind {
	case 0xC8, 0xC9, 0xCA, 0xDC, 0xDE, 0xE2, 0xE3, 0xF1, 0xF6, 0xF7: // four bytes
		return true
	}
	return hasWords(kind)
}

func hasWords(kind uint32) bool {
	switch kind {
	case 0xCD, 0xCE, 0xCF, 0xE5, 0xE6, 0xE8:
		return true
	}
	return false
}

// condition skips a condition, which the restriction of the rule has too.
func condition(r *reader, kind uint32) bool {
	if !hasWords(kind) && (kind < exceptionOffset || !hasWords(kind-exceptionOffset)) {
		r.skip(4)
		return true
	}
	n := r.u32()
	for range n {
		r.u32()
		r.text()
		if r.failed {
			return false
		}
	}
	return true
}

// applyClientSide adds what a client-side action asks for; understood is false if it is not known whole.
func (p *Plan) applyClientSide(data []byte) (stop, understood bool) {
	c, err := ParseClientSide(data)
	if err != nil {
		return false, false
	}
	if c.Importance != nil {
		p.change(mapi.Long(mapi.PrImportance, *c.Importance))
	}
	if len(c.Categories) > 0 {
		p.Categories = append(append([]string(nil), p.Categories...), c.Categories...)
	}
	p.ClearCategories = p.ClearCategories || c.ClearCategories
	if c.FollowUp != nil {
		p.FollowUp = &FollowUp{Text: *c.FollowUp, Days: c.Days}
	}
	p.ClearFlag = p.ClearFlag || c.ClearFlag
	p.Read = p.Read || c.Read
	p.Keep = p.Keep && !c.Delete
	return c.Stop, true
}

// reader reads little-endian values; after the first that is not there everything is zero.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) take(n int) []byte {
	if r.failed || n < 0 || n > len(r.b) {
		r.failed = true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) skip(n int) { r.take(n) }

func (r *reader) u16() uint16 {
	if b := r.take(2); b != nil {
		return binary.LittleEndian.Uint16(b)
	}
	return 0
}

func (r *reader) u32() uint32 {
	if b := r.take(4); b != nil {
		return binary.LittleEndian.Uint32(b)
	}
	return 0
}

// text is a counted text in UTF-16: one byte for the number of units, or FF and two bytes.
func (r *reader) text() string {
	b := r.take(1)
	if b == nil {
		return ""
	}
	n := int(b[0])
	if n == 0xFF {
		n = int(r.u16())
	}
	data := r.take(2 * n)
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}
