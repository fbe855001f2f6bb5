package soaphttp

import "io"

const responseContinue = "HTTP/1.1 100 Continue\r\n\r\n"

// readRequest reads a request up to where the handler takes over: its whole envelope, and
// the header of the part behind it.
func (c *conn) readRequest(x *Exchange) error {
	c.h.reset()
	first, err := c.br.Peek(1)
	if err != nil {
		return err
	}
	if first[0] == '<' || first[0] == 0xEF { // an envelope, or the byte order mark before one
		x.Path = ""
		return c.readBody(x)
	}
	if err := c.h.readRequest(c.br); err != nil {
		return err
	}
	c.applyHeader(x)
	switch string(c.h.method) {
	case "POST":
	case "HEAD", "OPTIONS":
		x.head = true
		if c.h.framing == untilXMLEnd {
			c.h.framing = contentLength // of 0: there is none without a header that says so
		}
		return c.body.open(c.bufs, c.br, &c.h, c.srv.cfg.MaxRequestBytes, 0)
	default:
		return methodRefused(c.h.method)
	}
	if c.h.expectContinue && !c.h.http10 {
		if err := c.out.write([]byte(responseContinue), nil); err != nil {
			return err
		}
	}
	return c.readBody(x)
}

// applyHeader takes over what the header says about the peer and the answer.
func (c *conn) applyHeader(x *Exchange) {
	h := &c.h
	if x.Path != string(h.target) {
		x.Path = string(h.target)
	}
	x.http10 = h.http10
	x.close = h.close || h.http10
	x.gzip = h.acceptsGzip
	c.proxied = c.proxied || h.proxied || h.proxyHeader == "*"
	if !c.proxied {
		return
	}
	x.Peer.Proxied, x.Peer.Local = true, false
	if h.forwarded != "" {
		x.Peer.Address = h.forwarded
	}
}

// readBody reads the envelope, and gives the read buffer back if nothing else of the request follows.
func (c *conn) readBody(x *Exchange) error {
	cfg := &c.srv.cfg
	maxDecoded := cfg.MaxDecompressedBytes
	if len(c.h.boundary) > 0 {
		maxDecoded = cfg.MaxStreamBytes
	}
	if err := c.body.open(c.bufs, c.br, &c.h, cfg.MaxRequestBytes, maxDecoded); err != nil {
		return err
	}
	if len(c.h.boundary) > 0 {
		return c.readMultipart(x)
	}
	var err error
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
	if c.br.Buffered() == 0 {
		c.releaseReader()
	}
	return nil
}

// readMultipart reads the root of a MTOM request and goes to the part behind it.
func (c *conn) readMultipart(x *Exchange) error {
	// Without a length nobody can tell where an unread part ends.
	x.close = x.close || c.h.framing == untilXMLEnd
	c.body.parts = c.bufs.reader(&c.body)
	parts := newMultipartReader(c.body.parts, c.h.boundary)
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
