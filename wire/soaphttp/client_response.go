package soaphttp

import "io"

// Response is an answer. It holds its connection until it is closed.
type Response struct {
	Status int    // of HTTP; faults have 500
	Body   []byte // the envelope; valid until Close

	conn  *clientConn
	stop  func() bool // ends the watch on the call's context
	buf   *[]byte
	parts *multipartReader
	ended bool // the last part was read
}

// readRoot reads the envelope of a MTOM answer.
func (r *Response) readRoot(boundary string, limit int64) error {
	cc := r.conn
	cc.body.parts = cc.bufs.reader(&cc.body)
	r.parts = newMultipartReader(cc.body.parts, boundary)
	if _, err := r.parts.nextPart(); err != nil {
		return unexpectedEOF(err)
	}
	root := limitedReader{r: r.parts, max: limit, text: "answer too large"}
	var err error
	if r.buf, _, err = cc.bufs.readAll(&root, 0); err != nil {
		return err
	}
	r.Body = *r.buf
	return nil
}

// NextPart goes to the next binary part of the answer and returns its Content-ID and its data, which
// is read from the connection as the caller reads it, and is valid until the next call.
// What is left of the part before is skipped. After the last part, and at once if there is
// none, the error is io.EOF.
func (r *Response) NextPart() (id string, data io.Reader, err error) {
	if r.parts == nil || r.ended {
		return "", nil, io.EOF
	}
	id, err = r.parts.nextPart()
	if err != nil {
		r.ended = err == io.EOF
		return "", nil, err
	}
	return id, r.parts, nil
}

// Close gives the connection back. If parts are left unread the connection is closed
// instead, which tells the server to stop sending.
func (r *Response) Close() {
	cc := r.conn
	if cc == nil {
		return
	}
	r.conn = nil
	uninterrupted := r.stop()
	if r.buf != nil {
		cc.bufs.putBody(r.buf)
		r.buf, r.Body = nil, nil
	}
	reusable := uninterrupted && !cc.resp.Header.ConnectionClose() && (r.parts == nil || r.ended) && cc.body.drain()
	if !reusable || cc.br.Buffered() > 0 {
		cc.destroy()
		return
	}
	cc.closeBody()
	cc.releaseReader()
	cc.client.put(cc)
}
