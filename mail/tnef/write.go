package tnef

import (
	"encoding/binary"
	"fmt"
	"io"

	"zarafa/mail/charset"
	"zarafa/mapi"
)

// Options say how a stream is written.
type Options struct {
	// CodePage is that of 8-bit strings; 0 is 1252. Strings that it lacks are written as Unicode.
	CodePage int
	// Recipients writes the recipients of the message itself. Those of a mail that leaves are in its header, and its stream must not
	// tell who got a blind copy; embedded messages always have theirs.
	Recipients bool
	// Key tells streams apart (MS-OXTNEF 2.1.3.1); 0 becomes 1.
	Key uint16
}

// Write writes a message as a stream. Contents of attachments are copied from their readers, and only embedded messages are held
// in memory. Left out are the properties that MAPI does not transmit, such as entry ids and rights (MS-OXPROPS 1.3.3), and values of types
// that a stream cannot have.
func Write(out io.Writer, m *mapi.Message, o Options) error {
	if o.Key == 0 {
		o.Key = 1
	}
	if o.CodePage == 0 {
		o.CodePage = usualCodePage
	}
	w := &writer{out: out, options: o, charset: charset.ANSI(o.CodePage)}
	if err := w.message(m, o.Recipients, 0); err != nil {
		return fmt.Errorf("write TNEF: %w", err)
	}
	return nil
}

type writer struct {
	out     io.Writer
	options Options
	charset *charset.Charset
	err     error
}

func (w *writer) bytes(b []byte) {
	if w.err == nil {
		_, w.err = w.out.Write(b)
	}
}

// attribute writes an attribute that is in memory.
func (w *writer) attribute(level byte, id uint32, data []byte) {
	w.frame(level, id, len(data))
	w.bytes(data)
	w.bytes(binary.LittleEndian.AppendUint16(nil, checksum(data)))
}

func (w *writer) frame(level byte, id uint32, size int) {
	if uint64(size) > 1<<32-1 && w.err == nil {
		w.err = fmt.Errorf("%w: an attribute has %d bytes", ErrTooComplex, size)
	}
	head := binary.LittleEndian.AppendUint32([]byte{level}, id)
	w.bytes(binary.LittleEndian.AppendUint32(head, uint32(size)))
}

// text writes an 8-bit string; characters that the code page lacks become question marks.
func (w *writer) text(level byte, id uint32, s string) {
	data, ok := w.charset.EncodePage(s)
	if !ok {
		data = nil
		for _, r := range s {
			one, ok := w.charset.EncodePage(string(r))
			if !ok {
				one = []byte("?")
			}
			data = append(data, one...)
		}
	}
	w.attribute(level, id, append(data, 0))
}

// message writes a stream of its own.
func (w *writer) message(m *mapi.Message, recipients bool, depth int) error {
	if depth > deepest {
		return fmt.Errorf("%w: %d messages are in each other", ErrTooComplex, depth)
	}
	w.bytes(binary.LittleEndian.AppendUint16(binary.LittleEndian.AppendUint32(nil, signature), w.options.Key))
	w.attribute(levelMessage, attTnefVersion, []byte{0, 0, 1, 0})
	w.attribute(levelMessage, attOemCodepage, binary.LittleEndian.AppendUint64(nil, uint64(w.options.CodePage)))
	class := m.Props.Str(mapi.PrMessageClass)
	if class == "" {
		class = "IPM.Note"
	}
	w.attribute(levelMessage, attMessageClass, append([]byte(classFromMAPI(class)), 0))
	if flags, ok := m.Props.Get(mapi.PrMessageFlags); ok { // which MAPI does not transmit in another way
		w.attribute(levelMessage, attMessageStatus, []byte{flagsFromMAPI(flags.Uint32())})
	}
	if received, ok := m.Props.Get(mapi.PrMessageDeliveryTime); ok {
		w.attribute(levelMessage, attDateRecd, dateOf(received.Time()))
	}
	if recipients && len(m.Recipients) > 0 {
		table := binary.LittleEndian.AppendUint32(nil, uint32(len(m.Recipients)))
		for _, row := range m.Recipients {
			table = w.list(table, row, nil, func(mapi.PropTag) bool { return true })
		}
		w.attribute(levelMessage, attRecipTable, table)
	}
	w.attribute(levelMessage, attMsgProps, w.list(nil, m.Props, m.Named, transmitted))
	for _, a := range m.Attachments {
		if err := w.attachment(a, depth); err != nil {
			return err
		}
	}
	return w.err
}

// transmitted reports whether a property leaves with its message.
func transmitted(tag mapi.PropTag) bool {
	id := tag.ID()
	return id < 0x0E00 || id >= 0x1000 && id < 0x6000 || id >= 0x6800 && id < 0x7C00 || id >= 0x8000
}

// transmittedOfAttachment knows those of attachments alone, too (MS-OXCMSG 2.2.2.24 has PR_ATTACHMENT_HIDDEN).
func transmittedOfAttachment(tag mapi.PropTag) bool {
	return (transmitted(tag) || tag.ID() >= 0x7FF0 && tag.ID() < 0x8000) && tag.ID() != mapi.PrAttachDataBin.ID()
}

func (w *writer) attachment(a *mapi.Attachment, depth int) error {
	ole := a.Message == nil && a.Props.Uint32(mapi.PrAttachMethod) == mapi.AttachOLE
	w.attribute(levelAttachment, attAttachRenddata, rendering(&a.Props, ole))
	if a.Content != nil && a.Message == nil && !ole {
		if err := w.content(a.Content); err != nil {
			return err
		}
	}
	title := a.Props.Str(mapi.PrAttachLongFilename)
	if title == "" {
		title = a.Props.Str(mapi.PrAttachFilename)
	}
	if title != "" {
		w.text(levelAttachment, attAttachTitle, title)
	}
	props := w.list(nil, a.Props, a.Named, transmittedOfAttachment)
	var err error
	switch {
	case a.Message != nil:
		props, err = w.embedded(props, a.Message, depth)
	case ole && a.Content != nil:
		props, err = w.object(props, a.Content)
	}
	if err != nil {
		return err
	}
	w.attribute(levelAttachment, attAttachment, props)
	return w.err
}

func rendering(props *mapi.Props, ole bool) []byte {
	position := ^uint32(0)
	if p, ok := props.Get(mapi.PrRenderingPosition); ok {
		position = p.Uint32()
	}
	kind := uint16(rendFile)
	if ole {
		kind = rendOLE
	}
	data := binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint16(nil, kind), position)
	return append(data, make([]byte, 8)...)
}

// embedded adds a message to the properties of its attachment.
func (w *writer) embedded(props []byte, m *mapi.Message, depth int) ([]byte, error) {
	var inner memory
	nested := &writer{out: &inner, options: w.options, charset: w.charset}
	if err := nested.message(m, true, depth+1); err != nil {
		return nil, err
	}
	return appendObject(props, iidMessage, inner), nil
}

// object adds an OLE object to the properties of its attachment.
func (w *writer) object(props []byte, content mapi.Content) ([]byte, error) {
	r, err := content.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return appendObject(props, iidStorage, data), nil
}

type memory []byte

func (m *memory) Write(b []byte) (int, error) {
	*m = append(*m, b...)
	return len(b), nil
}

// appendObject appends PR_ATTACH_DATA_OBJ to a list of properties.
func appendObject(list []byte, iid mapi.GUID, data []byte) []byte {
	binary.LittleEndian.PutUint32(list, binary.LittleEndian.Uint32(list)+1)
	list = binary.LittleEndian.AppendUint32(list, uint32(mapi.PrAttachDataObj))
	list = binary.LittleEndian.AppendUint32(list, 1)
	list = binary.LittleEndian.AppendUint32(list, uint32(len(data)+len(iid)))
	return pad(append(append(list, iid[:]...), data...), len(data))
}

// content writes attAttachData. Its size comes first, so that a content which does not know it is read twice.
func (w *writer) content(content mapi.Content) error {
	size := content.Size()
	if size < 0 {
		var err error
		if size, err = copyContent(io.Discard, content); err != nil {
			return err
		}
	}
	w.frame(levelAttachment, attAttachData, int(size))
	if w.err != nil {
		return w.err
	}
	s := &summing{out: w.out}
	n, err := copyContent(s, content)
	if err != nil {
		return err
	}
	if n != size {
		return fmt.Errorf("an attachment has %d bytes and said %d", n, size)
	}
	w.bytes(binary.LittleEndian.AppendUint16(nil, s.sum))
	return w.err
}

func copyContent(to io.Writer, content mapi.Content) (int64, error) {
	r, err := content.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(to, r)
}

// summing adds up what passes.
type summing struct {
	out io.Writer
	sum uint16
}

func (s *summing) Write(b []byte) (int, error) {
	s.sum += checksum(b)
	return s.out.Write(b)
}
