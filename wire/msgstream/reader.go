package msgstream

import (
	"bufio"
	"io"

	"zarafa/mapi"
)

// Limits bound what a Reader accepts; zero fields take the default named.
type Limits struct {
	Properties  int   // of one object (20,000)
	Values      int   // of one multi-valued property (100,000)
	Subobjects  int   // of one message (100,000)
	Depth       int   // of embedded messages (32)
	ObjectBytes int64 // one object's properties in memory (256 MiB)
	StreamBytes int64 // the whole stream (4 GiB)
}

func (l Limits) withDefaults() Limits {
	for _, f := range []struct {
		field *int
		value int
	}{{&l.Properties, 20_000}, {&l.Values, 100_000}, {&l.Subobjects, 100_000}, {&l.Depth, 32}} {
		if *f.field == 0 {
			*f.field = f.value
		}
	}
	if l.ObjectBytes == 0 {
		l.ObjectBytes = 256 << 20
	}
	if l.StreamBytes == 0 {
		l.StreamBytes = 4 << 30
	}
	return l
}

// EventKind says what a Reader found.
type EventKind uint8

// Kinds of events. A message comes as Message, its subobjects in the stream's order, EndMessage. A message
// embedded in an attachment comes as a whole after that Attachment.
const (
	Message EventKind = iota
	Recipient
	Attachment
	EndMessage
)

// Event is one object of a stream.
type Event struct {
	Kind EventKind
	// Type is TypeMailUser or TypeDistList for a recipient, TypeAttach, TypeMessage.
	Type mapi.ObjectType
	// ID is the sender's number of the object; readers ignore it. The outermost message has none.
	ID uint32
	// Depth counts the attachments round the object's message: 0 for the outermost.
	Depth int
	// Props are in the stream's order, with the tags as sent; string tags are of either flavour. A tag may occur
	// twice, then the first counts. They and what they refer to are valid until the next call of Next.
	Props []Property
	// Subobjects is how many recipients and attachments a message has.
	Subobjects int
	// Size and Data are an attachment's PR_ATTACH_DATA_BIN; 0 means none. Data is valid until the next
	// call of Next, which skips what is left of it.
	Size int64
	Data io.Reader
}

// Reader reads a stream object by object. After an error the stream cannot be read on.
type Reader struct {
	in      input
	limits  Limits
	levels  []int // subobjects to come of each open message
	state   readState
	data    io.LimitedReader
	props   []Property
	started bool
	err     error
}

// readState is what the stream's next bytes are.
type readState uint8

const (
	atSubobject readState = iota
	atAttachmentData
)

// NewReader makes a reader of r, which may be read beyond the end of the stream.
func NewReader(r io.Reader, limits Limits) *Reader {
	limits = limits.withDefaults()
	return &Reader{limits: limits, in: input{br: bufio.NewReaderSize(r, 16<<10), left: limits.StreamBytes}}
}

// Next returns the next event, and io.EOF after the outermost message's end. Errors carry a
// mapi.Code: NO_SUPPORT for another version, INVALID_TYPE for what is not a stream, TOO_BIG for a limit,
// CALL_FAILED for a stream that ends early or cannot be read.
func (r *Reader) Next() (Event, error) {
	if r.err != nil {
		return Event{}, r.err
	}
	e, err := r.next()
	r.err = err
	return e, err
}

func (r *Reader) next() (Event, error) {
	r.in.reset(r.limits.ObjectBytes)
	if !r.started {
		r.started = true
		if v, err := r.in.uint32(); err != nil {
			return Event{}, err
		} else if v != version {
			return Event{}, mapi.Errorf(mapi.NoSupport, "message stream", "version %d", v)
		}
		return r.message(0)
	}
	if r.state == atAttachmentData {
		embedded, err := r.endAttachment()
		if err != nil || embedded {
			return r.embedded(err)
		}
	}
	depth := len(r.levels) - 1
	if depth < 0 {
		return Event{}, io.EOF
	}
	if r.levels[depth] == 0 {
		r.levels = r.levels[:depth]
		return Event{Kind: EndMessage, Type: mapi.TypeMessage, Depth: depth}, nil
	}
	r.levels[depth]--
	return r.subobject(depth)
}

// message reads the properties of a message and opens its level.
func (r *Reader) message(id uint32) (Event, error) {
	depth := len(r.levels)
	if depth > r.limits.Depth {
		return Event{}, tooBig("messages are embedded deeper than %d", r.limits.Depth)
	}
	if err := r.properties(); err != nil {
		return Event{}, err
	}
	n, err := r.in.count(r.limits.Subobjects, "subobjects")
	if err != nil {
		return Event{}, err
	}
	r.levels = append(r.levels, n)
	return Event{Kind: Message, Type: mapi.TypeMessage, ID: id, Depth: depth, Props: r.props, Subobjects: n}, nil
}

// subobject reads a recipient, or an attachment up to its data.
func (r *Reader) subobject(depth int) (Event, error) {
	typ, id, err := r.object()
	if err != nil {
		return Event{}, err
	}
	if err := r.properties(); err != nil {
		return Event{}, err
	}
	e := Event{Kind: Recipient, Type: typ, ID: id, Depth: depth, Props: r.props}
	switch typ {
	case mapi.TypeMailUser, mapi.TypeDistList:
		return e, nil
	case mapi.TypeAttach:
	default:
		return Event{}, malformed("a subobject of type %d", typ)
	}
	size, err := r.in.uint32()
	if err != nil {
		return Event{}, err
	}
	r.state = atAttachmentData
	r.data = io.LimitedReader{R: &r.in, N: int64(size)}
	e.Kind, e.Size, e.Data = Attachment, int64(size), (*dataReader)(r)
	return e, nil
}

// endAttachment skips unread data and tells whether a message is embedded.
func (r *Reader) endAttachment() (embedded bool, err error) {
	if _, err := io.Copy(io.Discard, (*dataReader)(r)); err != nil {
		return false, err
	}
	r.state = atSubobject
	n, err := r.in.uint32()
	if err == nil && n > 1 {
		err = malformed("%d messages embedded in an attachment", n)
	}
	return n == 1, err
}

func (r *Reader) embedded(err error) (Event, error) {
	if err != nil {
		return Event{}, err
	}
	typ, id, err := r.object()
	if err != nil {
		return Event{}, err
	}
	if typ != mapi.TypeMessage {
		return Event{}, malformed("an embedded object of type %d", typ)
	}
	return r.message(id)
}

// object reads what begins every object but the outermost.
func (r *Reader) object() (typ mapi.ObjectType, id uint32, err error) {
	t, err := r.in.uint32()
	if err != nil {
		return 0, 0, err
	}
	id, err = r.in.uint32()
	return mapi.ObjectType(t), id, err
}

// dataReader reads an attachment's data.
type dataReader Reader

func (d *dataReader) Read(p []byte) (int, error) {
	if d.state != atAttachmentData || d.data.N == 0 {
		return 0, io.EOF
	}
	n, err := d.data.Read(p)
	if err == io.EOF {
		err = cutOff(io.ErrUnexpectedEOF)
	}
	return n, err
}
