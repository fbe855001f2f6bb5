package wire

import "zarafa/mapi"

// Limits bound what one message may make a [Decoder] do. A zero field means the default.
type Limits struct {
	Depth    int // nesting of elements
	Elements int // elements of the whole message
	Array    int // members of one array or list
	Padding  int // array members that were announced but not sent, in the whole message
}

// ServerLimits are the limits for requests. Arrays are limited as by the server of record
// (wire.md section 2); its nesting limit of 10000 is far beyond what any client needs.
func ServerLimits() Limits {
	return Limits{Depth: 1000, Elements: 5_000_000, Array: 100_000, Padding: 100_000}
}

// ClientLimits are the limits for responses, whose arrays may be longer than those of requests.
func ClientLimits() Limits {
	return Limits{Depth: 1000, Elements: 200_000_000, Array: 50_000_000, Padding: 100_000}
}

func (l Limits) withDefaults() Limits {
	def := ServerLimits()
	for _, f := range []struct {
		v   *int
		def int
	}{{&l.Depth, def.Depth}, {&l.Elements, def.Elements}, {&l.Array, def.Array}, {&l.Padding, def.Padding}} {
		if *f.v <= 0 {
			*f.v = f.def
		}
	}
	return l
}

// Decoder decodes one message after the other. It modifies the body it decodes: strings
// and binary values are decoded where they lie and alias it; lists and structures live in
// memory of the decoder that the next message uses again. Everything decoded is therefore valid
// only until [Decoder.Release] or the next [Decoder.Reset]; keep clones.
//
// A Decoder is for one goroutine at a time.
type Decoder struct {
	buf    []byte
	pos    int
	fault  *Fault // the first error; from then on nothing is read
	limits Limits

	name  []byte     // of the current start tag, with its prefix
	attr  attributes // of the current start tag
	empty bool       // the current start tag was <x/>: its end is still to be reported
	depth int        // open elements
	open  []span     // their names; what lies behind depth is old
	names []span     // of the current start tag's attributes

	elements, padding int

	scopes  []nsBinding // namespace declarations of the open elements of the envelope
	scoped  bool        // declarations are being noted
	version Version

	pools    pools
	requests [opCount]Request // one of each operation, used again
	op       Op               // of the request that is in use
	stranger bool             // it may come from somebody who has not logged on
}

// NewDecoder makes a decoder; [Decoder.Reset] gives it a message.
func NewDecoder(limits Limits) *Decoder {
	return &Decoder{limits: limits.withDefaults()}
}

// Reset starts a new message, whose body now belongs to the decoder until [Decoder.Release].
// What was decoded before becomes invalid.
func (d *Decoder) Reset(body []byte) {
	d.Release()
	d.buf = body
	d.version = SOAP11
}

// Release ends the use of the message: the body is the caller's again, decoded values are
// invalid. Built with the race detector, it overwrites body and values, so that code which
// kept them is found out.
func (d *Decoder) Release() {
	if scribble {
		for i := range d.buf {
			d.buf[i] = 0xDB
		}
	}
	if d.op != 0 {
		d.newRequest(d.op) // forgets what it refers to
		d.op = 0
	}
	d.pools.reset()
	d.buf, d.name, d.attr = nil, nil, attributes{}
	d.pos, d.depth, d.elements, d.padding = 0, 0, 0, 0
	d.fault, d.empty, d.scoped, d.stranger = nil, false, false, false
	d.scopes = d.scopes[:0]
}

// Version is the SOAP version of the message, in which it is to be answered.
func (d *Decoder) Version() Version { return d.version }

// fail notes the first error of the message.
func (d *Decoder) fail(text string) {
	if d.fault == nil {
		d.fault = &Fault{Code: FaultClient, String: text}
	}
}

// failOn notes an error about the current element.
func (d *Decoder) failOn(text string) {
	if d.fault == nil {
		d.fail(text + " in element '" + printable(d.name) + "'")
	}
}

// first reports whether a member has not occurred yet; a second one is skipped.
func (d *Decoder) first(seen *uint32, bit uint32) bool {
	if *seen&bit != 0 {
		d.skip()
		return false
	}
	*seen |= bit
	return true
}

// null skips the current element and reports true if it says xsi:nil.
func (d *Decoder) null() bool {
	if !d.attr.isNil() {
		return false
	}
	d.skip()
	return true
}

// propValPointer reads an optional property.
func (d *Decoder) propValPointer() *mapi.PropValue {
	if d.null() {
		return nil
	}
	v := d.pools.propValue.one()
	*v = d.propVal()
	return v
}

// reuse is the decoder's request of one operation, empty.
func reuse[T any, P interface {
	*T
	Request
}](d *Decoder, op Op) Request {
	r, ok := d.requests[op].(P)
	if !ok {
		r = new(T)
		d.requests[op] = r
	}
	var zero T
	*r = zero
	return r
}
