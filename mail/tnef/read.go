package tnef

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"

	"zarafa/mail/charset"
	"zarafa/mapi"
)

// Stream is what was read.
type Stream struct {
	Message  *mapi.Message
	CodePage int // of its 8-bit strings (attOemCodepage)
	// WrongChecksums is the number of attributes whose checksum is wrong. Real writers get it wrong, and real readers do not care.
	WrongChecksums int
}

// usualCodePage is that of streams which name none.
const usualCodePage = 1252

// Read reads a stream. All strings of the message are PT_UNICODE. Contents of attachments are parts of data, all else is copied.
func Read(data []byte) (*Stream, error) {
	l := &limits{}
	return readStream(data, l, 0, usualCodePage)
}

// limits is how much a stream and all in it have had.
type limits struct {
	props, valueCount, recipients, attachments, messages int
}

// reader reads one stream.
type reader struct {
	*limits
	depth   int
	out     *Stream
	charset *charset.Charset
	legacy  mapi.Props // from attributes; properties of the same ids count more
	owner   []byte     // of attOwner, whose meaning depends on the class
	sentFor []byte

	attachment *attachment // whose attributes are being read
}

func (r *reader) tooComplex(c *cursor, format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf("%w: "+format, append([]any{ErrTooComplex}, args...)...)
	}
	c.data = nil
}

func readStream(data []byte, l *limits, depth, page int) (*Stream, error) {
	c := &cursor{data: data}
	if c.u32() != signature || c.err != nil {
		return nil, ErrNotTNEF
	}
	c.u16() // the key
	r := &reader{limits: l, depth: depth, out: &Stream{Message: &mapi.Message{}, CodePage: page}}
	if named := codePage(c.data); named > 0 {
		r.out.CodePage = named
	}
	r.charset = charset.ANSI(r.out.CodePage)
	for c.err == nil && !ended(c.data) {
		r.attribute(c)
	}
	if c.err != nil {
		return nil, c.err
	}
	r.finishAttachment()
	r.finish()
	return r.out, nil
}

// ended reports whether no attribute follows: some transports add ends of lines.
func ended(data []byte) bool {
	return len(data) < 9 && len(bytes.Trim(data, "\r\n \x00")) == 0 || len(data) > 0 && data[0] == 0 && len(bytes.Trim(data, "\x00")) == 0
}

// next reads an attribute's frame (MS-OXTNEF 2.1.3.2).
func next(c *cursor) (level byte, id uint32, data []byte, right bool) {
	if b := c.take(1); b != nil {
		level = b[0]
	}
	if level != levelMessage && level != levelAttachment {
		c.fail("unknown level %d", level)
		return
	}
	id = c.u32()
	data = c.take(c.u32())
	if c.err == nil && len(c.data) < 2 {
		c.data = nil // cut in the last checksum
		return level, id, data, false
	}
	return level, id, data, c.u16() == checksum(data)
}

func checksum(data []byte) (sum uint16) {
	for _, b := range data {
		sum += uint16(b)
	}
	return sum
}

// codePage finds attOemCodepage, which concerns attributes before it, too.
func codePage(data []byte) int {
	c := &cursor{data: data}
	for c.err == nil && len(c.data) > 0 {
		if b := c.take(1)[0]; b != levelMessage {
			return 0
		}
		id, value := c.u32(), c.take(c.u32())
		if c.err == nil && id == attOemCodepage && len(value) >= 4 {
			return int(binary.LittleEndian.Uint32(value) & 0xFFFFF)
		}
		c.take(2)
	}
	return 0
}

func (r *reader) attribute(c *cursor) {
	level, id, data, right := next(c)
	if c.err != nil {
		return
	}
	if !right {
		r.out.WrongChecksums++
	}
	in := &cursor{data: data}
	if level == levelMessage {
		r.messageAttribute(id, in)
	} else {
		r.attachmentAttribute(id, in)
	}
	if in.err != nil {
		c.fail("attribute %#08x: %w", id, in.err)
	}
}

func (r *reader) messageAttribute(id uint32, c *cursor) {
	m := r.out.Message
	switch id {
	case attMsgProps:
		r.properties(c, propSink{set: m.Props.Set, named: m.SetNamed})
	case attRecipTable:
		r.recipientTable(c)
	case attOwner:
		r.owner = c.data
	case attSentFor:
		r.sentFor = c.data
	default:
		r.legacyAttribute(id, c.data)
	}
}

func (r *reader) recipientTable(c *cursor) {
	n := c.count(4)
	if r.recipients += n; r.recipients > mostRecipients {
		r.tooComplex(c, "%d recipients", n)
	}
	for range n {
		var row mapi.Props
		r.properties(c, propSink{set: row.Set, named: func(name mapi.PropName, v mapi.PropValue) {
			if tag, ok := name.Tag(v.Tag.Type()); ok {
				v.Tag = tag
				row.Set(v)
			}
		}})
		if c.err != nil {
			return
		}
		r.out.Message.Recipients = append(r.out.Message.Recipients, row)
	}
}

// legacyAttribute reads an attribute that is one property. What makes no sense is ignored.
func (r *reader) legacyAttribute(id uint32, data []byte) {
	text := func(tag mapi.PropTag) { r.legacy.Set(mapi.Binary(tag, r.string8(data))) }
	when := func(tag mapi.PropTag) {
		if t, ok := date(data); ok {
			r.legacy.Set(mapi.Time(tag, t))
		}
	}
	key := func(tag mapi.PropTag) {
		if b, err := hex.DecodeString(string(r.string8(data))); err == nil && len(b) > 0 {
			r.legacy.Set(mapi.Binary(tag, b))
		}
	}
	switch id {
	case attSubject:
		text(mapi.PrSubject)
	case attBody:
		text(mapi.PrBody)
	case attMessageClass:
		r.legacy.Set(mapi.String(mapi.PrMessageClass, classToMAPI(string(r.string8(data)))))
	case attOriginalMessageClass:
		r.legacy.Set(mapi.String(mapi.PrOrigMessageClass, classToMAPI(string(r.string8(data)))))
	case attDateSent:
		when(mapi.PrClientSubmitTime)
	case attDateRecd:
		when(mapi.PrMessageDeliveryTime)
	case attDateModified:
		when(mapi.PrLastModificationTime)
	case attDateStart:
		when(mapi.PrStartDate)
	case attDateEnd:
		when(mapi.PrEndDate)
	case attMessageID:
		key(mapi.PrSearchKey)
	case attParentID:
		key(prParentKey)
	case attConversationID:
		key(prConversationKey)
	case attDelegate:
		r.legacy.Set(mapi.Binary(prDelegation, bytes.Clone(data)))
	case attFrom:
		r.from(data)
	default:
		r.legacyNumber(id, data)
	}
}

func (r *reader) legacyNumber(id uint32, data []byte) {
	c := &cursor{data: data}
	switch id {
	case attMessageStatus:
		if len(data) > 0 {
			r.legacy.Set(mapi.Long(mapi.PrMessageFlags, flagsToMAPI(data[0])))
		}
	case attPriority:
		if n := c.u16(); n >= 1 && n <= 3 { // 1 high, 3 low
			r.legacy.Set(mapi.Long(mapi.PrImportance, uint32(3-n)))
		}
	case attAidOwner:
		if n := c.u32(); c.err == nil {
			r.legacy.Set(mapi.Long(mapi.PrOwnerApptID, n))
		}
	case attRequestRes:
		if n := c.u16(); c.err == nil {
			r.legacy.Set(mapi.Bool(mapi.PrResponseRequested, n != 0))
		}
	}
}

// from reads attFrom: a TRP structure with name and address (MS-OXTNEF 2.1.3.3.1).
func (r *reader) from(data []byte) {
	c := &cursor{data: data}
	c.u32() // the kind, which is always that of a one-off address, and the size of all
	nameSize, addressSize := c.u16(), c.u16()
	name, address := c.take(uint32(nameSize)), c.take(uint32(addressSize))
	if c.err == nil {
		r.person(name, address, mapi.PrSenderName, mapi.PrSenderAddrtype, mapi.PrSenderEmailAddress)
	}
}

// represented reads attOwner or attSentFor: name and address, each behind its size.
func (r *reader) represented(data []byte, name, addrtype, address mapi.PropTag) {
	c := &cursor{data: data}
	n := c.take(uint32(c.u16()))
	a := c.take(uint32(c.u16()))
	if c.err == nil && len(data) > 0 {
		r.person(n, a, name, addrtype, address)
	}
}

// person sets who somebody is; an address is TYPE:ADDRESS.
func (r *reader) person(name, full []byte, nameTag, typeTag, addressTag mapi.PropTag) {
	r.legacy.Set(mapi.Binary(nameTag, r.string8(name)))
	if kind, address, ok := strings.Cut(string(r.string8(full)), ":"); ok {
		r.legacy.Set(mapi.String(typeTag, kind))
		r.legacy.Set(mapi.String(addressTag, address))
	}
}

// finish adds what only attributes said. Who the owner of a meeting is depends on who writes (MS-OXTNEF 2.1.3.3.27).
func (r *reader) finish() {
	m := r.out.Message
	class := m.Props.Str(mapi.PrMessageClass)
	if class == "" {
		class = r.legacy.Str(mapi.PrMessageClass)
	}
	response := len(class) > 26 && strings.EqualFold(class[:26], "IPM.Schedule.Meeting.Resp.")
	switch {
	case response:
		r.represented(r.owner, mapi.PrRcvdRepresentingName, mapi.PrRcvdRepresentingAddrtype, mapi.PrRcvdRepresentingEmailAddress)
		r.represented(r.sentFor, mapi.PrSentRepresentingName, mapi.PrSentRepresentingAddrtype, mapi.PrSentRepresentingEmailAddress)
	default:
		r.represented(r.owner, mapi.PrSentRepresentingName, mapi.PrSentRepresentingAddrtype, mapi.PrSentRepresentingEmailAddress)
	}
	for _, v := range r.legacy {
		if !m.Props.Has(v.Tag.ID()) {
			m.Props.Set(v)
		}
	}
}
