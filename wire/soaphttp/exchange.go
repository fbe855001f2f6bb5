package soaphttp

import (
	"context"
	"io"
	"net/http"
)

// Handler serves the requests of a server.
type Handler interface {
	// ServeSOAP answers one request by exactly one of x's Reply methods. It may block as
	// long as it likes. The context ends when the server stops without waiting any longer.
	ServeSOAP(ctx context.Context, x *Exchange)
}

// Part is one binary part of a MTOM answer.
type Part struct {
	// ID is its Content-ID, verbatim: the export's are "emcas-0", "emcas-1" and so on, without
	// angle brackets (wire.md section 6).
	ID string
	// Write produces the data. The protocol has no way to report an error: before the first byte it leaves the part empty, later it ends the
	// connection, lest the peer takes a half for the whole.
	Write func(w io.Writer) error
	// Buffered is how many bytes Write holds at most while it waits for the peer.
	Buffered int64
}

// Exchange is one request and the means to answer it. Neither it nor anything it refers
// to may be used after ServeSOAP returned.
type Exchange struct {
	// Peer is who asks.
	Peer Peer
	// Path is the request's target as sent; empty for an envelope without HTTP header.
	Path string
	// Body is the envelope, decompressed. The handler may change it in place.
	Body []byte
	// Attachment is the first part after the envelope of a MTOM request, nil if there is none. It is
	// read from the connection as the handler reads it. Its method NextPart() (contentID string, err error) goes on to
	// the part behind it; io.EOF says that there is none.
	Attachment io.Reader

	conn        *conn
	gzip        bool // the request said that a gzip answer is understood
	http10      bool
	compression bool  // the session was granted compression
	head        bool  // the answer has no body
	close       bool  // the connection ends after the answer
	status      int   // of the answer, 0 before it
	err         error // of writing the answer
}

// ReleaseBody gives up Body before the answer, for a handler that waits.
func (x *Exchange) ReleaseBody() { x.conn.releaseBody() }

// SetCompression tells whether the request's session was granted compression; it must be called before the answer.
func (x *Exchange) SetCompression(granted bool) { x.compression = granted }

// Reply answers with status 200 and an envelope. The body may be used again when it returns.
func (x *Exchange) Reply(body []byte) { x.ReplyPieces(Body{Middle: body}) }

// ReplyPieces is Reply for a body that is not in one piece.
func (x *Exchange) ReplyPieces(body Body) { x.reply(http.StatusOK, body) }

// ReplyFault answers with an envelope that holds a fault, and ends the connection
// afterwards (wire.md section 5). The status is 500 as a rule.
func (x *Exchange) ReplyFault(status int, body []byte) {
	x.close = true
	x.reply(status, Body{Middle: body})
}

// ReplyStreams answers with an envelope and binary parts, in this order; each part is
// produced while it is sent. Without parts it is Reply.
func (x *Exchange) ReplyStreams(root []byte, parts []Part) {
	if len(parts) == 0 {
		x.Reply(root)
		return
	}
	if x.begin(http.StatusOK) {
		x.err = x.sendStreams(root, parts)
	}
}

// PeerClosed returns a channel that is closed when the peer ends the connection, or the server
// stops without waiting, so that a long poll can stop early. It costs a system call and no
// goroutine. Where a connection cannot be watched (not Linux), the channel is never closed.
func (x *Exchange) PeerClosed() <-chan struct{} { return x.conn.watchPeer() }

func (x *Exchange) reply(status int, body Body) {
	if x.begin(status) {
		x.err = x.send(body)
	}
}

// begin claims the one answer. A second one is a bug of the handler; sending it
// would put it in place of the next request's answer.
func (x *Exchange) begin(status int) bool {
	if x.status != 0 {
		x.conn.srv.cfg.Logger.Error("second answer to one request dropped", "path", x.Path)
		return false
	}
	x.status = status
	x.close = x.close || x.conn.srv.stopping.Load()
	x.conn.endWatch()
	return true
}

// wantsGzip decides whether an answer is compressed. Clients on this machine ask for
// it too, but there it costs time and saves nothing.
func (x *Exchange) wantsGzip(size int) bool {
	cfg := &x.conn.srv.cfg
	return cfg.Compress && x.gzip && !x.http10 && size >= cfg.CompressMinBytes && (x.compression || !x.Peer.Local)
}
