package session

import (
	"context"
	"io"
	"log/slog"
	"time"
)

// Call is one request being served: what a handler needs to know besides its parameters.
// Context ends when the client is gone, the time limit is reached or the server stops.
type Call struct {
	Context context.Context
	Session *Session // nil for operations without one
	Source  string   // address of the peer, as Client.Source
	Peer    Peer
	Now     time.Time
	Log     *slog.Logger
	// PeerGone is closed when the client hangs up, for operations that wait; nil for others.
	PeerGone <-chan struct{}

	// Attachment is the stream that came beside the request (MTOM), or nil.
	Attachment io.Reader
	// Scratch is memory for parts of the answer that a handler encodes itself. It is used again once the answer has
	// been put together; who grows it leaves the larger one here.
	Scratch []byte

	// Streams are sent beside the response, in order; a handler appends to them.
	Streams []Stream

	// Large is the value of the answer's property, which has none itself; nil if the answer is complete. It is read while it is sent.
	Large *LargeValue

	// Values is the budget that TakeValue draws on, nil for none.
	Values *Values
	taken  int64 // of Values
}

// Stream is one part of a multipart response; Write is called after the handler returned.
type Stream struct {
	ID       string // Content-ID, e.g. emcas-0
	Write    func(w io.Writer) error
	Buffered int64 // bytes that Write holds at most while the client does not read
}

// LargeValue is a value that is read from the database, in pieces, after the handler returned. Nothing may stay open between two pieces.
type LargeValue struct {
	Size     int64
	Open     func(ctx context.Context) (io.ReadCloser, error)
	Buffered int64 // bytes of a piece
}

// Peer is the other end of the connection, as far as log-on cares.
type Peer struct {
	Network  string // tcp, unix or tls
	Address  string
	Local    bool // a Unix socket or the loopback interface
	Proxied  bool // the connection comes through a proxy
	UID, PID int  // of a Unix socket's peer
	// PublicKeys are the DER forms (PKIX) of verified client certificates' keys.
	PublicKeys [][]byte
}
