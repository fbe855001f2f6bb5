package soaphttp

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
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
	buf := c.srv.bufs.sender()
	defer c.srv.bufs.putSender(buf)
	*buf = x.appendHeader(*buf, contentTypeXML, len(body), false)
	if x.head {
		body = nil
	}
	if len(body) <= inlineBytes {
		*buf = append(*buf, body...)
		body = nil
	}
	return x.write(*buf, body)
}

func (x *Exchange) sendGzip(body []byte) error {
	w := newSender(x, contentTypeXML, true)
	defer w.release()
	if _, err := w.Write(body); err != nil {
		return err
	}
	return w.finish()
}

// sendStreams writes a MTOM answer (wire.md section 6).
func (x *Exchange) sendStreams(root []byte, parts []Part) error {
	m := multipartWriter{boundary: newBoundary()}
	w := newSender(x, m.contentType(), x.wantsGzip(x.conn.srv.cfg.CompressMinBytes))
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

// write sends two buffers; each window of the second has the time-out anew.
func (x *Exchange) write(head, body []byte) error {
	if len(head) == 0 {
		return x.writeWindows(body)
	}
	c := x.conn
	if err := c.armWrite(); err != nil {
		return err
	}
	first := body[:min(len(body), sendWindowBytes)]
	if len(first) == 0 {
		n, err := c.nc.Write(head)
		x.sent += int64(n)
		return err
	}
	c.vec = [2][]byte{head, first}
	c.out = c.vec[:]
	n, err := c.out.WriteTo(c.nc)
	c.vec, c.out = [2][]byte{}, nil
	x.sent += n
	if err != nil {
		return err
	}
	return x.writeWindows(body[len(first):])
}

func (x *Exchange) writeWindows(p []byte) error {
	for len(p) > 0 {
		if err := x.conn.armWrite(); err != nil {
			return err
		}
		n, err := x.conn.nc.Write(p[:min(len(p), sendWindowBytes)])
		x.sent += int64(n)
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// armWrite starts the time-out for the next window.
func (c *conn) armWrite() error {
	return c.nc.SetWriteDeadline(time.Now().Add(c.srv.cfg.SendTimeout))
}

// newBoundary makes a boundary that no data can contain but by a chance of 2^-128.
func newBoundary() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return "==" + base64.RawStdEncoding.EncodeToString(id[:]) + "=="
}
