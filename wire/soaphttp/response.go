package soaphttp

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
)

const (
	contentTypeXML = "text/xml; charset=utf-8"
	// inlineBytes is up to which size header and body are copied together for one write.
	inlineBytes = 16 << 10
)

// Body is an answer in memory, in three pieces that are sent one behind the other. What is large and was
// encoded before goes into Middle, which is not copied; all of them may be empty.
type Body struct{ Head, Middle, Tail []byte }

func (b *Body) size() int { return len(b.Head) + len(b.Middle) + len(b.Tail) }

// appendHeader writes the response header, with the reference server's fields (wire.md section 2 "Responses").
func (x *Exchange) appendHeader(dst []byte, contentType string, length int, gzipped bool) []byte {
	field := func(name, value string) {
		dst = append(append(append(append(dst, name...), ": "...), value...), lineEnd...)
	}
	dst = strconv.AppendInt(append(dst, "HTTP/1.1 "...), int64(x.status), 10)
	dst = append(append(append(dst, ' '), http.StatusText(x.status)...), lineEnd...)
	field("Server", x.conn.srv.cfg.ServerName)
	field("Content-Type", contentType)
	if gzipped {
		field("Content-Encoding", "gzip")
	}
	switch {
	case length >= 0:
		dst = strconv.AppendInt(append(dst, "Content-Length: "...), int64(length), 10)
		dst = append(dst, lineEnd...)
	case !x.http10: // otherwise the end of the connection is that of the body
		field("Transfer-Encoding", "chunked")
	}
	field("X-Frame-Options", "SAMEORIGIN")
	if x.close {
		field("Connection", "close")
	} else {
		field("Connection", "keep-alive")
	}
	return append(dst, lineEnd...)
}

// send writes an answer that is in memory.
func (x *Exchange) send(body Body) error {
	if len(body.Middle) == 0 { // a large answer in one piece is not to be copied behind its header
		body.Head, body.Middle = nil, body.Head
	}
	size := body.size()
	if size > inlineBytes {
		x.conn.srv.unsent.enter(&x.conn.out, int64(size))
		defer x.conn.srv.unsent.leave(&x.conn.out)
	}
	if x.wantsGzip(size) {
		if sent, err := x.sendGzip(body); sent {
			return err
		}
	}
	c := x.conn
	buf := c.bufs.sender()
	defer c.bufs.putSender(buf)
	*buf = x.appendHeader(*buf, contentTypeXML, size, false)
	if x.head {
		return c.out.write(Body{Head: *buf})
	}
	*buf = append(*buf, body.Head...)
	if size <= inlineBytes {
		*buf = append(append(*buf, body.Middle...), body.Tail...)
		return c.out.write(Body{Head: *buf})
	}
	return c.out.write(Body{*buf, body.Middle, body.Tail})
}

// newSender begins an answer whose size is not known. What is written to it must be gzip already if the header says so.
func (x *Exchange) newSender(contentType string, gzipped bool) *sender {
	w := newSender(&x.conn.out, x.conn.bufs, !x.http10)
	w.begin(x.appendHeader(*w.buf, contentType, chunkedLength, gzipped))
	return w
}

// sendStreams writes a MTOM answer (wire.md section 6).
func (x *Exchange) sendStreams(root []byte, parts []Part) error {
	m := multipartWriter{boundary: newBoundary()}
	gzipped := x.wantsGzip(x.conn.srv.cfg.CompressMinBytes)
	buffered := int64(0)
	for i := range parts {
		buffered = max(buffered, parts[i].Buffered)
	}
	x.conn.srv.unsent.enter(&x.conn.out, buffered+sendBufferBytes+int64(len(root)))
	defer x.conn.srv.unsent.leave(&x.conn.out)
	w := x.newSender(m.contentType(), gzipped)
	defer w.release()
	if gzipped {
		w.compress()
	}
	m.w = w
	if err := m.root(root); err != nil {
		return err
	}
	for i := range parts {
		if err := m.part(parts[i].ID); err != nil {
			return err
		}
		data := counted{w: w}
		err := parts[i].Write(&data)
		if w.err != nil {
			return w.err
		}
		if err != nil {
			x.conn.srv.cfg.Logger.Warn("part of an answer cut short", "part", parts[i].ID, "error", err)
			if data.n > 0 {
				return err
			}
		}
	}
	if err := m.end(); err != nil {
		return err
	}
	return w.finish()
}

// newBoundary makes a boundary that no data can contain but by a chance of 2^-128.
func newBoundary() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return "==" + base64.RawStdEncoding.EncodeToString(id[:]) + "=="
}
