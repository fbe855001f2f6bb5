package soaphttp

import (
	"bytes"
	"io"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/valyala/fasthttp"

	"zarafa/wire"
)

// serveRequest reads and answers one request, whose first bytes have arrived, and reports whether another one may follow.
func (c *conn) serveRequest() bool {
	c.req = c.srv.requests.Get().(*fasthttp.Request)
	x := &c.x
	*x = Exchange{Peer: c.peer, Path: x.Path, conn: c}
	err := c.readRequest(x)
	switch {
	case err != nil:
		c.refuse(x, err)
	case x.head:
		x.Reply(nil)
	default:
		c.handle(x)
	}
	return c.endExchange(x, err)
}

// endExchange leaves the connection ready for the next request, and reports whether there may be one.
func (c *conn) endExchange(x *Exchange, err error) bool {
	c.endWatch()
	if x.err != nil {
		c.srv.cfg.Logger.Debug("answer not sent", "peer", x.Peer.Address, "error", x.err)
	}
	keep := x.err == nil && !x.close && (c.drained || c.body.drain())
	stats := RequestStats{Network: c.peer.Network, Status: x.status, BytesIn: c.body.framed.total,
		Decoded: c.body.decoded.total, BytesOut: c.out.sent, Duration: time.Since(c.start)}
	c.releaseRequest()
	c.srv.cfg.Metrics.RequestDone(stats)
	if !keep && x.err == nil && err != nil {
		c.linger()
	}
	return keep && c.state.CompareAndSwap(connActive, connIdle) && !c.srv.stopping.Load()
}

// releaseRequest gives back what the request held.
func (c *conn) releaseRequest() {
	c.body.close()
	c.releaseBody()
	c.drained = false
	c.x.Attachment = nil
	c.releaseHTTP()
}

// releaseHTTP gives back what fasthttp read the request with. Header and body are then read and what matters of them is in the exchange.
func (c *conn) releaseHTTP() {
	if c.req != nil {
		c.req.Reset()
		c.srv.requests.Put(c.req)
		c.req = nil
	}
}

// releaseBody gives back the buffer of the envelope.
func (c *conn) releaseBody() {
	if c.buf != nil {
		c.bufs.putBody(c.buf)
		c.buf = nil
	}
	c.bufs.release(c.taken)
	c.taken = 0
	c.x.Body = nil
}

// handle calls the handler. A panic in one operation costs its caller the connection, not everybody the server.
func (c *conn) handle(x *Exchange) {
	defer func() {
		if r := recover(); r != nil {
			c.srv.cfg.Logger.Error("BUG: panic while serving a request", "panic", r, "stack", string(debug.Stack()))
			x.close = true
			if x.status == 0 {
				c.refuse(x, &httpError{http.StatusInternalServerError, wire.FaultServer, "Internal error"})
			}
		}
	}()
	c.srv.handler.ServeSOAP(c.srv.ctx, x)
	if x.status == 0 {
		c.refuse(x, &httpError{http.StatusInternalServerError, wire.FaultServer, "No answer"})
	}
}

// readRequest reads a request up to where the handler takes over: its whole envelope, and
// the header of the part behind it.
func (c *conn) readRequest(x *Exchange) error {
	if c.bare {
		x.Path = ""
		return c.readBody(x, noLength)
	}
	if err := c.readHeader(); err != nil {
		x.Path = ""
		return err
	}
	h := &c.req.Header
	length, err := bodyLength(h)
	if err != nil {
		return err
	}
	c.applyHeader(x)
	switch {
	case h.IsPost():
		if length == noLength {
			return lengthRequired()
		}
		return c.readBody(x, length)
	case h.IsHead(), h.IsOptions():
		x.head = true
		if length == noLength {
			length = 0 // there is no body without a header that says so
			h.SetContentLength(0)
		}
		return c.openBody(length, identity, 0)
	default:
		return methodRefused(h.Method())
	}
}

// bodyLength is what the header says of the body's length.
func bodyLength(h *fasthttp.RequestHeader) (int, error) {
	length := h.ContentLength()
	if length != chunkedLength {
		return length, nil
	}
	for key := range h.AllInOrder() {
		if bytes.EqualFold(key, []byte(fasthttp.HeaderContentLength)) {
			// Two statements about the end of a body are how requests are smuggled past a proxy.
			return 0, badRequest("Both Content-Length and Transfer-Encoding")
		}
	}
	return length, nil
}

// applyHeader takes over what the header says about the peer and the answer.
func (c *conn) applyHeader(x *Exchange) {
	h := &c.req.Header
	if target := h.RequestURI(); x.Path != string(target) {
		x.Path = string(target)
	}
	x.http10 = !h.IsHTTP11()
	x.close = h.ConnectionClose() || x.http10
	x.gzip = h.HasAcceptEncoding("gzip")
	switch marker := c.srv.cfg.ProxyHeader; {
	case c.proxied, marker == "", !c.srv.cfg.believed(c.nc):
	case marker == "*":
		c.proxied = true
	default:
		c.proxied = len(h.PeekAll(marker)) > 0
	}
	if !c.proxied {
		return
	}
	x.Peer.Proxied, x.Peer.Local = true, false
	// The last field is the one that the proxy nearest to us has set.
	if forwarded := h.PeekAll(fasthttp.HeaderXForwardedFor); len(forwarded) > 0 {
		x.Peer.Address = string(forwarded[len(forwarded)-1])
	}
}

// openBody makes fasthttp read the body's framing from the stream.
func (c *conn) openBody(length int, coding contentCoding, maxDecoded int64) error {
	f := framing{length: length, max: c.srv.cfg.MaxRequestBytes}
	if length != noLength {
		if int64(length) > f.max {
			return tooLarge("Request too large") // before the peer is told to send it
		}
		if c.req.MayContinue() {
			if err := c.out.write(Body{Head: []byte("HTTP/1.1 100 Continue\r\n\r\n")}); err != nil {
				return err
			}
		}
		// With the limit 0 nothing is read before the body is asked for.
		if err := c.req.ContinueReadBodyStream(c.br, 0, false); err != nil {
			return err
		}
		f.stream = c.req.BodyStream()
	}
	return c.body.open(&c.stream, f, coding, maxDecoded)
}

// readBody reads the envelope, and gives the read buffer back if nothing else of the request follows.
func (c *conn) readBody(x *Exchange, length int) error {
	h := &c.req.Header
	boundary, err := multipartBoundary(h.ContentType())
	if err != nil {
		return err
	}
	coding, err := codingOf(h.ContentEncoding())
	if err != nil {
		return err
	}
	if boundary != "" {
		if err := c.openBody(length, coding, c.srv.cfg.MaxStreamBytes); err != nil {
			return err
		}
		return c.readMultipart(x, boundary)
	}
	if err := c.openBody(length, coding, c.srv.cfg.MaxDecompressedBytes); err != nil {
		return err
	}
	c.buf, c.taken, err = c.body.readAll()
	if err != nil {
		return err
	}
	if len(*c.buf) == 0 {
		return undecodable("Data required for operation")
	}
	x.Body = *c.buf
	if c.drained = c.body.drain(); !c.drained {
		return badRequest("Malformed end of request")
	}
	c.releaseHTTP()
	if c.br.Buffered() == 0 {
		c.releaseReader()
	}
	return nil
}

// readMultipart reads the root of a MTOM request and goes to the part behind it.
func (c *conn) readMultipart(x *Exchange, boundary string) error {
	c.body.parts = c.bufs.reader(&c.body)
	parts := newMultipartReader(c.body.parts, boundary)
	_, err := parts.nextPart()
	if err == io.EOF {
		return undecodable("Data required for operation")
	}
	if err != nil {
		return err
	}
	root := limitedReader{r: parts, max: c.srv.cfg.MaxDecompressedBytes, text: "Envelope too large"}
	c.buf, c.taken, err = c.bufs.readAll(&root, 0)
	if err != nil {
		return err
	}
	x.Body = *c.buf
	switch _, err := parts.nextPart(); err {
	case nil:
		x.Attachment = parts
	case io.EOF:
	default:
		return err
	}
	return nil
}
