package recur

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"unicode/utf16"
)

// Flags of an exception: which of its fields are there (MS-OXOCAL 2.2.1.44.2).
const (
	HasSubject       = 0x001
	HasMeetingType   = 0x002
	HasReminderDelta = 0x004
	HasReminder      = 0x008
	HasLocation      = 0x010
	HasBusyStatus    = 0x020
	HasAttachment    = 0x040
	HasSubType       = 0x080
	HasColor         = 0x100
	HasBody          = 0x200 // in the attachment; it has no field
)

// Recurrence is an AppointmentRecurrencePattern (MS-OXOCAL 2.2.1.44.5).
type Recurrence struct {
	Pattern
	ReaderVersion2, WriterVersion2 uint32
	// StartOffset and EndOffset are when an instance begins and ends, in minutes after its midnight. The end may be on a
	// later day.
	StartOffset, EndOffset uint32
	Exceptions             []Exception

	reserved1, reserved2, rest []byte
}

// Exception is a modified instance. Flags say which fields count.
type Exception struct {
	Start, End, Original                 Minutes
	Flags                                uint16
	Subject, Location                    string
	MeetingType, ReminderDelta, Reminder uint32
	BusyStatus, Attachment, SubType      uint32
	Color, ChangeHighlight               uint32

	subject8, location8 narrow
	highlightRest       []byte
	reserved1           []byte
	reserved2           []byte
}

// narrow is a text as it was read in 8 bits. In which character set nobody says; the bytes are kept for as long as the text is the
// same.
type narrow struct {
	raw  []byte
	text string
}

const (
	readerVersion  = 0x3004
	readerVersion2 = 0x3006
	writerVersion2 = 0x3009
	// withHighlight is the version from which exceptions have a ChangeHighlight.
	withHighlight = 0x3009
)

// Parse reads an AppointmentRecurrencePattern. What the specification calls reserved, and what follows it, is kept.
func Parse(data []byte) (*Recurrence, error) {
	r := reader{data: slices.Clone(data)}
	out := &Recurrence{Pattern: r.pattern()}
	out.ReaderVersion2, out.WriterVersion2 = r.u32(), r.u32()
	out.StartOffset, out.EndOffset = r.u32(), r.u32()
	n := int(r.u16())
	for range n {
		if r.failed {
			break
		}
		out.Exceptions = append(out.Exceptions, r.exception())
	}
	if r.failed {
		return nil, fmt.Errorf("%w: it ends early", ErrBlob)
	}
	// Some programs end here. What is missing is nothing that an instance needs.
	if len(r.data) == 0 && n == 0 {
		return out, nil
	}
	out.reserved1 = r.block()
	for i := range out.Exceptions {
		r.extended(&out.Exceptions[i], out.WriterVersion2)
	}
	out.reserved2 = r.block()
	if r.failed {
		return nil, fmt.Errorf("%w: it ends within its exceptions", ErrBlob)
	}
	out.rest = r.data
	return out, nil
}

// block reads bytes with their number before them.
func (r *reader) block() []byte { return r.take(int(min(r.u32(), 1<<30))) }

func (r *reader) exception() (e Exception) {
	e.Start, e.End, e.Original = Minutes(r.u32()), Minutes(r.u32()), Minutes(r.u32())
	e.Flags = r.u16()
	e.eachField(func(n *uint32) { *n = r.u32() }, func(text *string, n *narrow) {
		r.u16() // the length with the zero that does not follow
		n.raw = r.take(int(r.u16()))
		n.text = latin1(n.raw)
		*text = n.text
	})
	return e
}

// eachField visits the fields that the flags announce, in the order of the flags.
func (e *Exception) eachField(number func(*uint32), text func(*string, *narrow)) {
	for _, f := range []struct {
		flag   uint16
		number *uint32
		text   *string
		narrow *narrow
	}{
		{HasSubject, nil, &e.Subject, &e.subject8}, {HasMeetingType, &e.MeetingType, nil, nil},
		{HasReminderDelta, &e.ReminderDelta, nil, nil}, {HasReminder, &e.Reminder, nil, nil},
		{HasLocation, nil, &e.Location, &e.location8}, {HasBusyStatus, &e.BusyStatus, nil, nil},
		{HasAttachment, &e.Attachment, nil, nil}, {HasSubType, &e.SubType, nil, nil}, {HasColor, &e.Color, nil, nil},
	} {
		switch {
		case e.Flags&f.flag == 0:
		case f.number != nil:
			number(f.number)
		default:
			text(f.text, f.narrow)
		}
	}
}

// extended reads an ExtendedException (MS-OXOCAL 2.2.1.44.4), which has the texts in Unicode.
func (r *reader) extended(e *Exception, version uint32) {
	if version >= withHighlight {
		b := r.block()
		if len(b) >= 4 {
			e.ChangeHighlight, e.highlightRest = binary.LittleEndian.Uint32(b), b[4:]
		}
	}
	e.reserved1 = r.block()
	if e.Flags&(HasSubject|HasLocation) == 0 {
		return
	}
	r.take(12) // start, end and original once more
	for _, t := range []struct {
		flag uint16
		text *string
		n    *narrow
	}{{HasSubject, &e.Subject, &e.subject8}, {HasLocation, &e.Location, &e.location8}} {
		if e.Flags&t.flag == 0 {
			continue
		}
		units := make([]uint16, 0, 16)
		b := r.take(2 * int(r.u16()))
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, binary.LittleEndian.Uint16(b))
		}
		*t.text = string(utf16.Decode(units))
		t.n.text = *t.text
	}
	e.reserved2 = r.block()
}

// Append writes the AppointmentRecurrencePattern.
func (r *Recurrence) Append(dst []byte) []byte {
	le := binary.LittleEndian
	dst = r.Pattern.Append(dst)
	for _, v := range []uint32{r.ReaderVersion2, r.WriterVersion2, r.StartOffset, r.EndOffset} {
		dst = le.AppendUint32(dst, v)
	}
	exceptions := r.Exceptions[:min(len(r.Exceptions), 1<<16-1)]
	dst = le.AppendUint16(dst, uint16(len(exceptions)))
	for i := range exceptions {
		dst = exceptions[i].append(dst)
	}
	dst = appendBlock(dst, r.reserved1)
	for i := range exceptions {
		dst = exceptions[i].appendExtended(dst, r.WriterVersion2)
	}
	dst = appendBlock(dst, r.reserved2)
	return append(dst, r.rest...)
}

func appendBlock(dst, b []byte) []byte {
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(b))), b...)
}

func (e *Exception) appendTimes(dst []byte) []byte {
	for _, m := range []Minutes{e.Start, e.End, e.Original} {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(m))
	}
	return dst
}

func (e *Exception) append(dst []byte) []byte {
	le := binary.LittleEndian
	dst = le.AppendUint16(e.appendTimes(dst), e.Flags)
	e.eachField(func(n *uint32) { dst = le.AppendUint32(dst, *n) }, func(text *string, n *narrow) {
		raw := n.raw
		if raw == nil || n.text != *text {
			raw = toLatin1(*text)
		}
		raw = raw[:min(len(raw), 1<<16-2)]
		dst = le.AppendUint16(dst, uint16(len(raw)+1))
		dst = append(le.AppendUint16(dst, uint16(len(raw))), raw...)
	})
	return dst
}

func (e *Exception) appendExtended(dst []byte, version uint32) []byte {
	le := binary.LittleEndian
	if version >= withHighlight {
		dst = le.AppendUint32(dst, uint32(4+len(e.highlightRest)))
		dst = append(le.AppendUint32(dst, e.ChangeHighlight), e.highlightRest...)
	}
	dst = appendBlock(dst, e.reserved1)
	if e.Flags&(HasSubject|HasLocation) == 0 {
		return dst
	}
	dst = e.appendTimes(dst)
	for _, t := range []struct {
		flag uint16
		text string
	}{{HasSubject, e.Subject}, {HasLocation, e.Location}} {
		if e.Flags&t.flag == 0 {
			continue
		}
		units := utf16.Encode([]rune(t.text))
		units = units[:min(len(units), 1<<16-1)]
		dst = le.AppendUint16(dst, uint16(len(units)))
		for _, u := range units {
			dst = le.AppendUint16(dst, u)
		}
	}
	return appendBlock(dst, e.reserved2)
}

func latin1(b []byte) string {
	out := make([]rune, len(b))
	for i, c := range b {
		out[i] = rune(c)
	}
	return string(out)
}

// toLatin1 has a question mark for other characters; those who can read the Unicode text.
func toLatin1(s string) []byte {
	out := make([]byte, 0, len(s))
	for _, r := range s {
		if r > 0xFF {
			r = '?'
		}
		out = append(out, byte(r))
	}
	return out
}

// Delete removes the instance of a day. Days without an instance are left alone.
func (r *Recurrence) Delete(day Minutes) {
	day = day.Midnight()
	if !r.Has(day) {
		return
	}
	r.Exceptions = slices.DeleteFunc(r.Exceptions, func(e Exception) bool { return e.Original.Midnight() == day })
	r.Deleted = insert(r.Deleted, day)
	r.setModified()
}

// Modify puts an exception in place of the instance that its Original names. Days without an instance are left alone, and ok is
// false.
func (r *Recurrence) Modify(e Exception) (ok bool) {
	day := e.Original.Midnight()
	if !r.Has(day) {
		return false
	}
	e.Original = day + Minutes(r.StartOffset)
	r.Exceptions = slices.DeleteFunc(r.Exceptions, func(e Exception) bool { return e.Original.Midnight() == day })
	r.Exceptions = append(r.Exceptions, e)
	r.Deleted = insert(r.Deleted, day)
	r.setModified()
	return true
}

// setModified brings exceptions and the list of their days into order.
func (r *Recurrence) setModified() {
	slices.SortStableFunc(r.Exceptions, func(a, b Exception) int { return cmp.Compare(a.Start, b.Start) })
	r.Modified = nil
	for i := range r.Exceptions {
		r.Modified = append(r.Modified, r.Exceptions[i].Start.Midnight())
	}
}

// ClearReserved takes out what is kept of a recurrence without being understood.
func (r *Recurrence) ClearReserved() {
	r.reserved1, r.reserved2, r.rest = nil, nil, nil
	for i := range r.Exceptions {
		e := &r.Exceptions[i]
		e.highlightRest, e.reserved1, e.reserved2 = nil, nil, nil
	}
}
