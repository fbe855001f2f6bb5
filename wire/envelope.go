package wire

import "bytes"

// Version is the SOAP version of an envelope. Requests in 1.2 are answered in 1.2, which
// differs in namespaces and faults only; arrays keep the form of 1.1.
type Version uint8

// SOAP versions; everybody uses 1.1.
const (
	SOAP11 Version = iota
	SOAP12
)

const (
	envelope11 = "http://schemas.xmlsoap.org/soap/envelope/"
	envelope12 = "http://www.w3.org/2003/05/soap-envelope"

	namespace = "urn:zarafa"

	otherNamespaces = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
		` xmlns:xop="http://www.w3.org/2004/08/xop/include" xmlns:xmlmime="http://www.w3.org/2004/11/xmlmime" xmlns:ns="urn:zarafa">`
	start11 = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + envelope11 + `" xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"` + otherNamespaces
	start12 = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="` + envelope12 + `" xmlns:SOAP-ENC="http://www.w3.org/2003/05/soap-encoding"` + otherNamespaces
	body11 = `<SOAP-ENV:Body SOAP-ENV:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">`
	body12 = `<SOAP-ENV:Body SOAP-ENV:encodingStyle="http://www.w3.org/2003/05/soap-encoding">`

	envelopeEnd = "</SOAP-ENV:Body></SOAP-ENV:Envelope>\r\n"
)

func (v Version) envelopeStart() string {
	if v == SOAP12 {
		return start12
	}
	return start11
}

func (v Version) bodyStart() string {
	if v == SOAP12 {
		return body12
	}
	return body11
}

// message is a request or a response.
type message interface {
	element() string
	appendTo(dst []byte) []byte
}

// AppendRequest appends the envelope of a request.
func AppendRequest(dst []byte, req Request) []byte { return appendMessage(dst, req, SOAP11) }

// AppendResponse appends the envelope of a response in the version of its request.
func AppendResponse(dst []byte, resp Response, version Version) []byte {
	return appendMessage(dst, resp, version)
}

// leastSplit is the size from which it is worth not to copy a part of a response.
const leastSplit = 2048

// SplitResponse appends the envelope of a response as AppendResponse does, but without the rows or the object in it if they
// are encoded already and large. These are middle, which belongs between head and tail.
func SplitResponse(dst []byte, resp Response, version Version) (head, middle, tail []byte) {
	part := encodedPart(resp)
	if part == nil || len(*part) < leastSplit {
		return AppendResponse(dst, resp, version), nil, nil
	}
	const place = 0 // a character that XML does not have
	middle, *part = *part, []byte{place}
	start := len(dst)
	dst = AppendResponse(dst, resp, version)
	*part = middle
	at := start + bytes.IndexByte(dst[start:], place)
	return dst[:at], middle, dst[at+1:]
}

// encodedPart is the field of a response that handlers fill with what they have kept encoded.
func encodedPart(resp Response) *[]byte {
	switch r := resp.(type) {
	case *TableQueryRowsResponse:
		return &r.RowSet.Raw
	case *LoadObjectResponse:
		return &r.SaveObject.Raw
	}
	return nil
}

func appendMessage(dst []byte, m message, version Version) []byte {
	dst = append(dst, version.envelopeStart()...)
	dst = append(dst, version.bodyStart()...)
	dst = append(dst, "<ns:"...)
	dst = append(dst, m.element()...)
	dst = append(dst, '>')
	dst = m.appendTo(dst)
	dst = append(dst, "</ns:"...)
	dst = append(dst, m.element()...)
	dst = append(dst, '>')
	return append(dst, envelopeEnd...)
}

// DecodeRequest decodes the request that the decoder was given. The request and what it refers to live
// until the decoder is released. Errors are *Fault.
func DecodeRequest(d *Decoder) (Request, error) {
	if !d.openMethod() {
		return nil, d.fault
	}
	prefix, local := splitName(d.name)
	op := opOfElement(local)
	if op == 0 || d.namespaceOf(prefix) != namespace {
		return nil, &Fault{Code: FaultClient, String: "Method '" + printable(d.name) +
			"' not implemented: method name or namespace not recognized"}
	}
	d.scoped = false
	req := d.newRequest(op)
	d.op, d.stranger = op, forStrangers(op)
	req.decode(d)
	if err := d.finish(); err != nil {
		return nil, err
	}
	return req, nil
}

// DecodeResponse decodes a response. The name of the response's element is not compared, nor is
// the order of its members. Errors are *Fault, with Remote set if the server sent it.
func DecodeResponse(d *Decoder, resp Response) error {
	if !d.openMethod() {
		return d.fault
	}
	d.scoped = false
	if _, local := splitName(d.name); string(local) == "Fault" {
		f := d.faultContent()
		if err := d.finish(); err != nil {
			return err
		}
		return f
	}
	resp.decode(d)
	return d.finish()
}

// openMethod reads up to the start tag of the body's first element.
func (d *Decoder) openMethod() bool {
	const bom = "\xEF\xBB\xBF"
	if d.at(bom) {
		d.pos += len(bom)
	}
	d.skipBlanks()
	if d.pos >= len(d.buf) {
		d.fail("Data required for operation")
		return false
	}
	if d.buf[d.pos] != '<' {
		d.fail("message is not XML")
		return false
	}
	d.scoped = true
	if !d.child() {
		d.fail("no envelope")
		return false
	}
	if !d.openEnvelope() {
		return false
	}
	for d.child() {
		switch prefix, local := splitName(d.name); {
		case d.namespaceOf(prefix) != d.version.namespace():
			d.skipForeign()
		case string(local) == "Header":
			d.header()
		case string(local) == "Body":
			if d.child() {
				return true
			}
			d.fail("no method in body")
			return false
		default:
			d.skipForeign()
		}
		d.closeScopes()
	}
	d.fail("no body in envelope")
	return false
}

func (v Version) namespace() string {
	if v == SOAP12 {
		return envelope12
	}
	return envelope11
}

// openEnvelope checks the root element and learns the version from it.
func (d *Decoder) openEnvelope() bool {
	prefix, local := splitName(d.name)
	if string(local) != "Envelope" {
		d.fail("no envelope")
		return false
	}
	switch d.namespaceOf(prefix) {
	case envelope11:
		d.version = SOAP11
	case envelope12:
		d.version = SOAP12
	default:
		d.fault = &Fault{Code: FaultVersionMismatch, String: "SOAP version mismatch or invalid SOAP message"}
		return false
	}
	return true
}

// header skips the SOAP header unless an entry must be understood.
func (d *Decoder) header() {
	for d.child() {
		if d.attr.mustBeUnderstood() {
			d.fault = &Fault{Code: FaultMustUnderstand,
				String: "The data in element '" + printable(d.name) + "' must be understood but cannot be processed"}
			return
		}
		d.skipForeign()
		d.closeScopes()
	}
}

// skipForeign skips an element outside the body, whose declarations do not matter.
func (d *Decoder) skipForeign() {
	d.scoped = false
	d.skip()
	d.scoped = true
}

// maxScopes bounds the namespace declarations around the method, because they are searched one by one.
const maxScopes = 256

// nsBinding is a namespace declaration.
type nsBinding struct {
	depth  int
	prefix []byte
	uri    []byte
}

// namespaceOf resolves a prefix by the innermost declaration.
func (d *Decoder) namespaceOf(prefix []byte) string {
	for i := len(d.scopes) - 1; i >= 0; i-- {
		if string(d.scopes[i].prefix) == string(prefix) {
			return alias(d.scopes[i].uri)
		}
	}
	return ""
}

// closeScopes forgets the declarations of closed elements.
func (d *Decoder) closeScopes() {
	for len(d.scopes) > 0 && d.scopes[len(d.scopes)-1].depth > d.depth {
		d.scopes = d.scopes[:len(d.scopes)-1]
	}
}
