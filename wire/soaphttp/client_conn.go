package soaphttp

import (
	"io"
	"math"
	"net"
	"strconv"
	"time"
)

// clientConn is a client's connection. It belongs to one request at a time.
type clientConn struct {
	stream
	client    *Client
	h         header
	body      body
	idleSince time.Time
}

func newClientConn(c *Client, nc net.Conn) *clientConn {
	cc := &clientConn{client: c}
	cc.init(nc, &c.bufs, c.cfg.ReceiveTimeout, c.cfg.SendTimeout)
	cc.h.max = 64 << 10
	return cc
}

// usable reports whether a pooled connection is still open: servers close idle ones, and a
// request must not be lost on one.
func (cc *clientConn) usable() bool {
	if cc.client.endpoint.network != "unix" && time.Since(cc.idleSince) > cc.client.cfg.IdleTimeout {
		return false
	}
	return cc.quiet()
}

func (cc *clientConn) destroy() {
	cc.nc.Close()
	cc.body.close()
	cc.releaseReader()
}

// send writes a request.
func (cc *clientConn) send(req Request, compress bool) error {
	if !compress && req.Attachment == nil {
		buf := cc.bufs.sender()
		defer cc.bufs.putSender(buf)
		*buf = cc.appendHeader(*buf, contentTypeXML, len(req.Body), false)
		body := req.Body
		if len(body) <= inlineBytes {
			*buf = append(*buf, body...)
			body = nil
		}
		return cc.out.write(*buf, body)
	}
	m := multipartWriter{}
	contentType := contentTypeXML
	if req.Attachment != nil {
		m.boundary = newBoundary()
		contentType = m.contentType()
	}
	w := newSender(&cc.out, cc.bufs, true)
	defer w.release()
	w.begin(cc.appendHeader(*w.buf, contentType, unknownSize, compress), compress)
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

// appendHeader writes the request header with the reference client's fields in its order (wire.md
// section 2 "Requests").
func (cc *clientConn) appendHeader(dst []byte, contentType string, length int, gzipped bool) []byte {
	e := &cc.client.endpoint
	dst = append(dst, "POST "...)
	dst = append(dst, e.path...)
	dst = append(dst, " HTTP/1.1\r\nHost: "...)
	dst = append(dst, e.host...)
	dst = append(dst, "\r\nUser-Agent: "...)
	dst = append(dst, cc.client.cfg.UserAgent...)
	dst = append(dst, "\r\nContent-Type: "...)
	dst = append(dst, contentType...)
	if gzipped {
		dst = append(dst, "\r\nContent-Encoding: gzip"...)
	}
	if length == unknownSize {
		dst = append(dst, "\r\nTransfer-Encoding: chunked"...)
	} else {
		dst = append(dst, "\r\nContent-Length: "...)
		dst = strconv.AppendInt(dst, int64(length), 10)
	}
	return append(dst, "\r\nConnection: keep-alive\r\nAccept-Encoding: gzip,deflate\r\n\r\n"...)
}

// receive reads an answer's header and envelope.
func (cc *clientConn) receive(resp *Response) error {
	if err := cc.awaitAnswer(); err != nil {
		return err
	}
	for {
		if err := cc.h.readResponse(cc.br); err != nil {
			return err
		}
		if cc.h.status != 100 {
			break
		}
	}
	if cc.h.framing == untilXMLEnd && (cc.h.close || cc.h.http10) {
		cc.h.framing = untilClose
	}
	resp.Status = cc.h.status
	limit := cc.client.cfg.MaxResponseBytes
	if len(cc.h.boundary) > 0 {
		if err := cc.body.open(cc.bufs, cc.br, &cc.h, math.MaxInt64, math.MaxInt64); err != nil {
			return err
		}
		return resp.readRoot(limit)
	}
	if err := cc.body.open(cc.bufs, cc.br, &cc.h, math.MaxInt64, limit); err != nil {
		return err
	}
	var err error
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
	cc.in.left = 0
	if cc.br == nil {
		if err := cc.firstBytes(); err != nil {
			return unexpectedEOF(err)
		}
	}
	cc.in.begin()
	return nil
}
