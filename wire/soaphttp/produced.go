package soaphttp

import (
	"fmt"
	"io"
	"net/http"
)

// Produced is an answer whose middle is made while it is sent, for values that are too large to be kept for every reader who is slow.
type Produced struct {
	Head, Tail []byte
	// Length is the size of the middle in bytes, negative if it is not known.
	Length int64
	// Write produces the middle. With an error, or another length than announced, the connection ends there: the peer sees an answer that is
	// cut short, and never one that has a wrong end.
	Write func(w io.Writer) error
	// Buffered is how many bytes Write holds at most while it waits for the peer.
	Buffered int64
}

// ReplyProduced answers with status 200 and an envelope that is produced while it is sent.
func (x *Exchange) ReplyProduced(p *Produced) {
	if x.begin(http.StatusOK) {
		x.err = x.sendProduced(p)
	}
}

func (x *Exchange) sendProduced(p *Produced) error {
	x.conn.srv.unsent.enter(&x.conn.out, p.Buffered+sendBufferBytes)
	defer x.conn.srv.unsent.leave(&x.conn.out)
	length, gzipped := chunkedLength, x.wantsGzip(x.conn.srv.cfg.CompressMinBytes)
	if p.Length >= 0 && !gzipped {
		length = len(p.Head) + int(p.Length) + len(p.Tail)
	}
	if x.head {
		return x.conn.out.write(Body{Head: x.appendHeader(nil, contentTypeXML, length, gzipped)})
	}
	w := newSender(&x.conn.out, x.conn.bufs, length == chunkedLength && !x.http10)
	defer w.release()
	w.begin(x.appendHeader(*w.buf, contentTypeXML, length, gzipped))
	if gzipped {
		w.compress()
	}
	if _, err := w.Write(p.Head); err != nil {
		return err
	}
	middle := counted{w: w}
	err := p.Write(&middle)
	if err == nil && p.Length >= 0 && middle.n != p.Length {
		err = fmt.Errorf("%d bytes were produced, %d announced: %w", middle.n, p.Length, io.ErrUnexpectedEOF)
	}
	if err != nil && w.err == nil { // the fault is not the peer's
		x.conn.srv.cfg.Logger.Warn("an answer was cut short, and the connection with it", "peer", x.Peer.Address, "error", err)
	}
	if err != nil {
		return err
	}
	if _, err := w.Write(p.Tail); err != nil {
		return err
	}
	return w.finish()
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}
