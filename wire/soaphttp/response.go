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
	unknownSize = -1
)

// appendHeader writes the response header (wire.md section 2 "Responses"). The order and the set
// of fields are the reference server's.
func (x *Exchange) appendHeader(dst []byte, contentType string, length int, gzipped bool) []byte {
	dst = append(dst, "HTTP/1.1 "...)
	dst = strconv.AppendInt(dst, int64(x.status), 10)
	dst = append(dst, ' ')
	dst = append(dst, http.StatusText(x.status)...)
	dst = append(dst, "\r\nServer: "...)
	dst = append(dst, x.conn.srv.cfg.ServerName...)
	dst = append(dst, "\r\nX-Frame-Options: SAMEORIGIN\r\nContent-Type: "...)
	dst = append(dst, contentType...)
	if gzipped {
		dst = append(dst, "\r\nContent-Encoding: gzip"...)
	}
	switch {
	case length != unknownSize:
		dst = append(dst, "\r\nContent-Length: "...)
		dst = strconv.AppendInt(dst, int64(length), 10)
	case !x.http10:
		dst = append(dst, "\r\nTransfer-Encoding: chunked"...)
	}
	if x.close {
		return append(dst, "\r\nConnection: close\r\n\r\n"...)
	}
	return append(dst, "\r\nConnection: keep-alive\r\n\r\n"...)
}

// send writes an answer that is in memory.
func (x *Exchange) send(body []byte) error {
	if x.wantsGzip(len(body)) {
		return x.sendGzip(body)
	}
	c := x.conn
	buf := c.bufs.sender()
	defer c.bufs.putSender(buf)
	*buf = x.appendHeader(*buf, contentTypeXML, len(body), false)
	if x.head {
		body = nil
	}
	if len(body) <= inlineBytes {
		*buf = append(*buf, body...)
		body = nil
	}
	return c.out.write(*buf, body)
}

func (x *Exchange) sendGzip(body []byte) error {
	w := x.newSender(contentTypeXML, true)
	defer w.release()
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.finish()
}

// newSender begins an answer whose size is not known.
func (x *Exchange) newSender(contentType string, gzipped bool) *sender {
	w := newSender(&x.conn.out, x.conn.bufs, !x.http10)
	w.begin(x.appendHeader(*w.buf, contentType, unknownSize, gzipped), gzipped)
	return w
}

// sendStreams writes a MTOM answer (wire.md section 6).
func (x *Exchange) sendStreams(root []byte, parts []Part) error {
	m := multipartWriter{boundary: newBoundary()}
	w := x.newSender(m.contentType(), x.wantsGzip(x.conn.srv.cfg.CompressMinBytes))
	defer w.release()
	m.w = w
	if err := m.root(root); err != nil {
		return err
	}
	for i := range parts {
		if err := m.part(parts[i].ID); err != nil {
			return err
		}
		if err := parts[i].Write(w); err != nil && w.err == nil {
			x.conn.srv.cfg.Logger.Warn("part of an answer cut short", "part", parts[i].ID, "error", err)
		}
		if w.err != nil {
			return w.err
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
