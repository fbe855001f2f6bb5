package soaphttp

import (
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/valyala/fasthttp"
)

// clientConn is a client's connection. It belongs to one request at a time.
type clientConn struct {
	stream
	client    *Client
	resp      *fasthttp.Response // the header of an answer that is being read, else nil: waiting holds no memory for it
	body      body
	idleSince time.Time
}

func newClientConn(c *Client, nc net.Conn) *clientConn {
	cc := &clientConn{client: c}
	cc.init(nc, c.bufs, c.cfg.ReceiveTimeout, c.cfg.SendTimeout)
	return cc
}

// usable reports whether a pooled connection is still open: servers close idle ones, and a
// request must not be lost on one.
func (cc *clientConn) usable() bool {
	if cc.client.endpoint.network == "tcp" && time.Since(cc.idleSince) > cc.client.cfg.IdleTimeout {
		return false
	}
	if m, ok := cc.nc.(*memoryConn); ok {
		return m.quiet()
	}
	return cc.quiet()
}

func (cc *clientConn) destroy() {
	cc.nc.Close()
	cc.closeBody()
	cc.releaseReader()
}

// compressedBytes is the smallest request that is compressed: smaller ones fit into a packet or two anyway.
const compressedBytes = 2048

// send writes a request.
func (cc *clientConn) send(req Request, compress bool) error {
	if req.Attachment == nil && (!compress || len(req.Body) < compressedBytes) {
		buf := cc.bufs.sender()
		defer cc.bufs.putSender(buf)
		*buf = cc.appendHeader(*buf, contentTypeXML, len(req.Body), false)
		body := req.Body
		if len(body) <= inlineBytes {
			*buf = append(*buf, body...)
			body = nil
		}
		return cc.out.write(Body{Head: *buf, Middle: body})
	}
	m := multipartWriter{}
	contentType := contentTypeXML
	if req.Attachment != nil {
		m.boundary = newBoundary()
		contentType = m.contentType()
	}
	w := newSender(&cc.out, cc.bufs, true)
	defer w.release()
	w.begin(cc.appendHeader(*w.buf, contentType, chunkedLength, compress))
	if compress {
		w.compress()
	}
	m.w = w
	if err := writeRequest(&m, req); err != nil {
		return err
	}
	return w.finish()
}

// writeRequest writes the envelope, as the root of a MTOM message if there is an attachment.
func writeRequest(m *multipartWriter, req Request) error {
	if req.Attachment == nil {
		_, err := m.w.Write(req.Body)
		return err
	}
	if err := m.root(req.Body); err != nil {
		return err
	}
	id := req.AttachmentID
	setDefault(&id, "id1")
	if err := m.part("<" + id + ">"); err != nil {
		return err
	}
	if _, err := io.Copy(m.w, req.Attachment); err != nil {
		return err
	}
	return m.end()
}

// closeBody gives back what reading an answer took.
func (cc *clientConn) closeBody() {
	cc.body.close()
	if cc.resp != nil {
		cc.resp.CloseBodyStream() // has nothing to close: the connection is ours
		fasthttp.ReleaseResponse(cc.resp)
		cc.resp = nil
	}
}

// appendHeader writes the request header with the reference client's fields in its order (wire.md
// section 2 "Requests").
func (cc *clientConn) appendHeader(dst []byte, contentType string, length int, gzipped bool) []byte {
	req := fasthttp.AcquireRequest()
	defer fasthttp.ReleaseRequest(req)
	e, h := &cc.client.endpoint, &req.Header
	h.DisableSpecialHeader() // keeps the order, and an empty Host
	h.SetMethod(fasthttp.MethodPost)
	h.SetRequestURI(e.path)
	h.Set(fasthttp.HeaderHost, e.host)
	h.Set(fasthttp.HeaderUserAgent, cc.client.cfg.UserAgent)
	h.Set(fasthttp.HeaderContentType, contentType)
	if gzipped {
		h.Set(fasthttp.HeaderContentEncoding, "gzip")
	}
	if length == chunkedLength {
		h.Set(fasthttp.HeaderTransferEncoding, "chunked")
	} else {
		var text [20]byte
		h.SetBytesV(fasthttp.HeaderContentLength, strconv.AppendInt(text[:0], int64(length), 10))
	}
	h.Set(fasthttp.HeaderConnection, "keep-alive")
	h.Set(fasthttp.HeaderAcceptEncoding, "gzip,deflate")
	return h.AppendBytes(dst)
}

// receive reads an answer's header and envelope.
func (cc *clientConn) receive(resp *Response) error {
	if err := cc.awaitAnswer(); err != nil {
		return err
	}
	err := cc.readAnswer(resp)
	if cc.in.timedOut {
		return os.ErrDeadlineExceeded // however fasthttp has put it
	}
	return err
}

func (cc *clientConn) readAnswer(resp *Response) error {
	cc.resp = fasthttp.AcquireResponse()
	cc.resp.StreamBody = true
	if err := cc.resp.Read(cc.br); err != nil { // with StreamBody, the header
		return unexpectedEOF(err)
	}
	h := &cc.resp.Header
	resp.Status = h.StatusCode()
	boundary, err := multipartBoundary(h.ContentType())
	if err != nil {
		return err
	}
	coding, err := codingOf(h.ContentEncoding())
	if err != nil {
		return err
	}
	limit := cc.client.cfg.MaxResponseBytes
	maxDecoded := limit
	if boundary != "" {
		maxDecoded = math.MaxInt64
	}
	f := framing{stream: cc.resp.BodyStream(), length: h.ContentLength(), max: math.MaxInt64}
	if f.stream == nil {
		f.stream = http.NoBody // of a status that has none
	}
	if err := cc.body.open(&cc.stream, f, coding, maxDecoded); err != nil {
		return err
	}
	if boundary != "" {
		return resp.readRoot(boundary, limit)
	}
	if resp.buf, _, err = cc.body.readAll(); err != nil {
		return err
	}
	resp.Body = *resp.buf
	return nil
}

// awaitAnswer waits for the first byte of the answer, under the receive time-out.
func (cc *clientConn) awaitAnswer() error {
	var deadline time.Time
	if cc.in.timeout > 0 {
		deadline = time.Now().Add(cc.in.timeout)
	}
	if !deadline.IsZero() || cc.in.armed {
		if err := cc.nc.SetReadDeadline(deadline); err != nil {
			return err
		}
		cc.in.armed = !deadline.IsZero()
	}
	cc.in.left, cc.in.timedOut = 0, false
	if cc.br == nil {
		if err := cc.firstBytes(); err != nil {
			return unexpectedEOF(err)
		}
	}
	cc.in.begin()
	return nil
}
