package msgstream

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"zarafa/mapi"
)

// ErrSequence is returned when a Writer's methods are not called in the order of the format.
var ErrSequence = errors.New("msgstream: written out of sequence")

// Writer writes a stream step by step:
//
//	Message(id, props, n)
//	    then n times  Recipient(...)
//	    or            Attachment(...) and, if a message is embedded in it, Message(...) with all that belongs to it
//	Close()
//
// Errors stick. Strings are written with the 8-bit tag flavour, as the reference does.
type Writer struct {
	w       *bufio.Writer
	levels  []int  // subobjects to come of each open message
	expects expect // what must come next
	buf     []byte
	err     error
}

// expect is the next thing of the format.
type expect uint8

const (
	outermost     expect = iota
	subobject            // a recipient or attachment, or nothing if all levels are complete
	embeddedCount        // of the attachment before: 1 if a message follows now
)

// NewWriter makes a writer into w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: bufio.NewWriterSize(w, 16<<10)}
}

// Message writes a message's own properties: the outermost, or the one embedded in the
// attachment before. n recipients and attachments must follow. id is an embedded message's object id, for
// the reader's log only.
func (w *Writer) Message(id uint32, props []Property, n int) error {
	if w.err != nil {
		return w.err
	}
	switch w.expects {
	case outermost:
		w.buf = binary.BigEndian.AppendUint32(w.buf[:0], version)
	case embeddedCount:
		w.buf = binary.BigEndian.AppendUint32(w.buf[:0], 1)
		w.buf = appendObject(w.buf, mapi.TypeMessage, id)
	default:
		return w.fail(ErrSequence)
	}
	if err := w.properties(props); err != nil {
		return err
	}
	w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(n))
	w.levels = append(w.levels, n)
	w.expects = subobject
	return w.flushBuf()
}

// Recipient writes a recipient; typ is TypeMailUser or TypeDistList.
func (w *Writer) Recipient(typ mapi.ObjectType, id uint32, props []Property) error {
	if typ != mapi.TypeMailUser && typ != mapi.TypeDistList {
		return w.fail(fmt.Errorf("msgstream: a recipient of type %d", typ))
	}
	if err := w.beginSubobject(typ, id, props); err != nil {
		return err
	}
	return w.flushBuf()
}

// Attachment writes an attachment: exactly size bytes of data, which may be nil if there are
// none. A message embedded in it is written by Message, next.
func (w *Writer) Attachment(id uint32, props []Property, size int64, data io.Reader) error {
	if err := w.beginSubobject(mapi.TypeAttach, id, props); err != nil {
		return err
	}
	if size < 0 || size > math.MaxUint32 {
		return w.fail(mapi.Errorf(mapi.TooBig, "message stream", "attachment of %d bytes", size))
	}
	w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(size))
	w.expects = embeddedCount
	if err := w.flushBuf(); err != nil || size == 0 {
		return err
	}
	if err := w.copyExactly(data, size); err != nil {
		return w.fail(fmt.Errorf("attachment data: %w", err))
	}
	return nil
}

// Close checks that the stream is complete and flushes it; the writer below is not closed.
func (w *Writer) Close() error {
	if w.err != nil {
		return w.err
	}
	w.buf = w.buf[:0]
	w.endAttachment()
	if w.expects == outermost || w.endMessages() {
		return w.fail(ErrSequence)
	}
	if err := w.flushBuf(); err != nil {
		return err
	}
	return w.fail(w.w.Flush())
}

// beginSubobject appends what recipients and attachments begin with to buf.
func (w *Writer) beginSubobject(typ mapi.ObjectType, id uint32, props []Property) error {
	if w.err != nil {
		return w.err
	}
	w.buf = w.buf[:0]
	w.endAttachment()
	if w.expects != subobject || !w.endMessages() {
		return w.fail(ErrSequence)
	}
	w.levels[len(w.levels)-1]--
	w.buf = appendObject(w.buf, typ, id)
	return w.properties(props)
}

// endAttachment says that nothing is embedded in the attachment before.
func (w *Writer) endAttachment() {
	if w.expects == embeddedCount {
		w.buf = binary.BigEndian.AppendUint32(w.buf, 0)
		w.expects = subobject
	}
}

// endMessages closes the messages that are complete, which nothing marks in the stream, and reports whether one is open.
func (w *Writer) endMessages() (open bool) {
	for len(w.levels) > 0 && w.levels[len(w.levels)-1] == 0 {
		w.levels = w.levels[:len(w.levels)-1]
	}
	return len(w.levels) > 0
}

// properties appends a list of properties to buf.
func (w *Writer) properties(props []Property) error {
	w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(len(props)))
	for i := range props {
		var err error
		if props[i].Large != nil {
			err = w.largeProperty(&props[i])
		} else {
			w.buf, err = appendProperty(w.buf, &props[i])
		}
		if err != nil {
			return w.fail(err)
		}
	}
	return nil
}

// largeProperty writes buf and then a property whose value is copied from its source.
func (w *Writer) largeProperty(p *Property) (err error) {
	if w.buf, err = appendTag(w.buf, p); err != nil {
		return err
	}
	switch p.Tag.Type() {
	case mapi.PtString8, mapi.PtUnicode, mapi.PtBinary:
	default:
		return fmt.Errorf("msgstream: property %v cannot be large", p.Tag)
	}
	size := p.Large.Size
	if size < 0 || size > math.MaxUint32 {
		return mapi.Errorf(mapi.TooBig, "message stream", "property %v of %d bytes", p.Tag, size)
	}
	w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(size))
	if err := w.flushBuf(); err != nil {
		return err
	}
	w.buf = w.buf[:0]
	source, err := p.Large.Open()
	if err != nil {
		return err
	}
	err = errors.Join(w.copyExactly(source, size), source.Close())
	if err == nil && p.Name != nil {
		w.buf, err = appendName(w.buf, p.Name)
	}
	return err
}

// copyExactly copies size bytes; fewer are an error.
func (w *Writer) copyExactly(source io.Reader, size int64) error {
	n, err := io.Copy(w.w, io.LimitReader(source, size))
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	return err
}

func (w *Writer) flushBuf() error {
	_, err := w.w.Write(w.buf)
	return w.fail(err)
}

// fail keeps the first error.
func (w *Writer) fail(err error) error {
	if w.err == nil {
		w.err = err
	}
	return w.err
}
