package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"zarafa/daemon/logging"
	"zarafa/mapi"
	"zarafa/server/auth"
	"zarafa/server/session"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// largestKept is the largest buffer that is kept between requests.
const largestKept = 1 << 20

// dispatcher turns envelopes into calls of operations. It is the server's soaphttp.Handler.
type dispatcher struct {
	server   *Server
	decoders sync.Pool // of *wire.Decoder
	buffers  sync.Pool // of *[]byte, for answers and parts of them
}

func newDispatcher(s *Server) *dispatcher {
	limits := wire.ServerLimits()
	limits.Depth, limits.Elements = s.settings().Limits.XMLMaxDepth, s.settings().Limits.XMLMaxElements
	return &dispatcher{
		server:   s,
		decoders: sync.Pool{New: func() any { return wire.NewDecoder(limits) }},
		buffers:  sync.Pool{New: func() any { return new([]byte) }},
	}
}

var _ soaphttp.Handler = (*dispatcher)(nil)

// ServeSOAP answers one request. The answer goes out when the operation has returned, and an operation
// returns when what it did is durable.
func (d *dispatcher) ServeSOAP(ctx context.Context, x *soaphttp.Exchange) {
	if poll, version := d.serve(ctx, x); poll != nil {
		d.poll(ctx, x, poll, version)
	}
}

// serve answers a request, unless it is a poll, which waits without what serve holds.
func (d *dispatcher) serve(ctx context.Context, x *soaphttp.Exchange) (poll *wire.NotifyGetItemsRequest, version wire.Version) {
	decoder := d.decoders.Get().(*wire.Decoder)
	defer func() {
		decoder.Release()
		d.decoders.Put(decoder)
	}()
	decoder.Reset(x.Body)
	req, err := wire.DecodeRequest(decoder)
	version = decoder.Version()
	if err != nil {
		d.fault(x, version, err)
		return nil, version
	}
	if req.Op() == wire.OpNotifyGetItems {
		return &wire.NotifyGetItemsRequest{SessionID: req.Session()}, version
	}
	answer, err := d.answer(ctx, x, req, version)
	if err != nil {
		d.fault(x, version, err)
		return nil, version
	}
	switch {
	case answer.large != nil:
		x.ReplyProduced(answer.large)
	case len(answer.streams) > 0:
		x.ReplyStreams(answer.envelope.Head, answer.streams)
	default:
		x.ReplyPieces(answer.envelope)
	}
	d.release(answer)
	return nil, version
}

// answer is what an operation answers with, in buffers of the dispatcher.
type answer struct {
	envelope soaphttp.Body
	streams  []soaphttp.Part    // if there are any, the envelope is in one piece
	large    *soaphttp.Produced // in place of the envelope, if it has a value that is not read yet
	buffer   *[]byte
	scratch  *[]byte // the handler's
}

// answer runs an operation. The error is a fault, which the protocol answers a request with in one place only.
func (d *dispatcher) answer(ctx context.Context, x *soaphttp.Exchange, req wire.Request, version wire.Version) (answer, error) {
	scratch := d.buffers.Get().(*[]byte)
	started := time.Now()
	resp, call, err := d.call(ctx, x, req, (*scratch)[:0])
	defer call.GiveValues() // the answer is made then, and counts as one that waits to be sent
	took, code := time.Since(started), mapi.CodeOf(err)
	d.server.metrics.operation(req.Op(), code, took)
	if code == mapi.DatabaseError {
		d.server.health.failed()
	}
	d.server.recordCall(call, req, took, err)
	d.server.recordAccess(call, req, resp, err)
	*scratch = call.Scratch
	if isFault(err) {
		d.keep(scratch)
		return answer{}, err
	}
	a := answer{streams: parts(call), buffer: d.buffers.Get().(*[]byte), scratch: scratch}
	if len(a.streams) > 0 {
		*a.buffer = wire.AppendResponse((*a.buffer)[:0], resp, version)
		a.envelope.Head = *a.buffer
		return a, nil
	}
	if loaded, ok := resp.(*wire.LoadPropResponse); ok && err == nil && call.Large != nil {
		a.large = produced(ctx, (*a.buffer)[:0], loaded, call.Large, version)
		*a.buffer = a.large.Head[:0]
		return a, nil
	}
	head, middle, tail := wire.SplitResponse((*a.buffer)[:0], resp, version)
	*a.buffer = head[:0]
	a.envelope = soaphttp.Body{Head: head, Middle: middle, Tail: tail}
	return a, nil
}

func isFault(err error) bool {
	if err == nil { // nearly always; what follows costs an allocation
		return false
	}
	var f *wire.Fault
	return errors.As(err, &f)
}

// release takes the buffers of an answer back.
func (d *dispatcher) release(a answer) {
	d.keep(a.buffer)
	d.keep(a.scratch)
}

// keep keeps a buffer for the next requests.
func (d *dispatcher) keep(buffer *[]byte) {
	if buffer != nil && cap(*buffer) > 0 && cap(*buffer) <= largestKept {
		d.buffers.Put(buffer)
	}
}

// fault answers a request that cannot be read.
func (d *dispatcher) fault(x *soaphttp.Exchange, version wire.Version, err error) {
	var f *wire.Fault
	if !errors.As(err, &f) {
		f = &wire.Fault{Code: wire.FaultClient, String: err.Error()}
	}
	d.server.log.Debug("request refused", "peer", x.Peer.Address, "error", err)
	d.server.metrics.faults.Inc()
	d.server.records.requests.Write(d.server.now(), logging.Field{Name: "peer", Value: x.Peer.Address}, logging.Field{Name: "result", Value: "fault"})
	x.ReplyFault(http.StatusInternalServerError, wire.AppendFault(nil, f, version))
}

// call finds the session and runs the operation.
func (d *dispatcher) call(ctx context.Context, x *soaphttp.Exchange, req wire.Request, scratch []byte) (wire.Response, *session.Call, error) {
	c := d.newCall(ctx, x)
	c.Scratch = scratch
	if id, ok := d.server.sessionID(req); ok {
		done, err := d.enter(c, x, id)
		if err != nil {
			return wire.ErrorResponse(req.Op(), mapi.CodeOf(err)), c, err
		}
		if req.Op() == wire.OpLogoff {
			done() // the log-off waits for the session's calls, and must not wait for itself
		} else {
			defer done()
		}
	}
	limited := withDeadline(ctx, d.server.settings().Limits.RequestTimeout)
	defer limited.end()
	c.Context = limited
	if c.Attachment != nil {
		c.Attachment = limited.receiving(c.Attachment)
	}
	resp, err := d.run(c, req)
	if err != nil && !isFault(err) {
		d.report(c, req.Op(), err)
	}
	return resp, c, err
}

func (d *dispatcher) newCall(ctx context.Context, x *soaphttp.Exchange) *session.Call {
	s := d.server
	return &session.Call{Context: ctx, Source: x.Peer.Address, Peer: peerOf(&x.Peer), Now: s.now(), Log: s.log, Attachment: x.Attachment,
		Values: s.values}
}

// enter finds the session of a call, which lasts at least until done.
func (d *dispatcher) enter(c *session.Call, x *soaphttp.Exchange, id uint64) (done func(), err error) {
	c.Session, done, err = d.server.sessions.Begin(id, x.Peer.Address)
	if err == nil {
		x.SetCompression(c.Session.Has(mapi.CapCompression))
	}
	return done, err
}

// sessionID is the session an operation names; log-ons have none to look up, and what is not supported is so without one.
func (s *Server) sessionID(req wire.Request) (uint64, bool) {
	switch op := req.Op(); op {
	case wire.OpSSOLogon, wire.OpRemoveAllObjects:
		return 0, false
	case wire.OpGetUserClientUpdateStatus:
		return req.Session(), s.updateOperations.UpdatesClients()
	default:
		return req.Session(), op.HasSession()
	}
}

// run calls the operation.
func (d *dispatcher) run(c *session.Call, req wire.Request) (resp wire.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = d.panicked(req.Op(), p)
			resp = wire.ErrorResponse(req.Op(), mapi.CodeOf(err))
		}
	}()
	return wire.Dispatch[*session.Call](d.server, c, req)
}

// panicked is the error of an operation that has a bug, which must not take the server down: CALL_FAILED and a stack in the log.
func (d *dispatcher) panicked(op wire.Op, p any) error {
	d.server.log.Error("an operation panicked; please report this", "operation", op, "panic", p, "stack", string(debug.Stack()))
	return mapi.Errorf(mapi.CallFailed, op.String(), "panic: %v", p)
}

// report logs a failed operation once: what is the server's fault as an error, what is the client's for whoever debugs it,
// and that a session has met a limit as a warning, the first time.
func (d *dispatcher) report(c *session.Call, op wire.Op, err error) {
	who := ""
	if c.Session != nil {
		who = c.Session.Client.User
	}
	attrs := []any{"operation", op, "user", who, "peer", c.Source, "error", err}
	switch mapi.CodeOf(err) {
	case mapi.CallFailed, mapi.DatabaseError:
		if blamesClient(err) {
			d.server.log.Debug("operation refused", attrs...)
			return
		}
		d.server.log.Error("operation failed", attrs...)
	case mapi.LogonFailed:
		level := slog.LevelWarn
		if errors.Is(err, auth.ErrRepeated) {
			level = slog.LevelDebug
		}
		d.server.log.Log(c.Context, level, "log-on refused", attrs...)
	case mapi.NotEnoughMemory:
		level := slog.LevelDebug
		if c.Session == nil || c.Session.FirstAtLimit() {
			level = slog.LevelWarn
		}
		d.server.log.Log(c.Context, level, "a limit is reached", attrs...)
	default:
		d.server.log.Debug("operation refused", attrs...)
	}
}

// blamesClient reports whether an error that the protocol gives the code of a failure comes from what a client sent: the name of
// something that does not exist, or that exists already, or half a message stream.
func blamesClient(err error) bool {
	if mapi.CodeOf(err) == mapi.CallFailed {
		return errors.Is(err, io.ErrUnexpectedEOF)
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if e, ok := err.(*mapi.Error); ok && (e.Code == mapi.NotFound || e.Code == mapi.Collision) {
			return true
		}
	}
	return false
}

// parts are the streams of an answer.
func parts(c *session.Call) []soaphttp.Part {
	if c == nil || len(c.Streams) == 0 {
		return nil
	}
	out := make([]soaphttp.Part, len(c.Streams))
	for i, s := range c.Streams {
		out[i] = soaphttp.Part{ID: s.ID, Write: s.Write, Buffered: s.Buffered}
	}
	return out
}

// produced is an answer whose value is read while it is sent, in the context of the request: the one of the call has ended then.
func produced(ctx context.Context, buffer []byte, resp *wire.LoadPropResponse, large *session.LargeValue, version wire.Version) *soaphttp.Produced {
	tag := resp.PropVal.Tag
	head, tail := wire.SplitValue(buffer, resp, version)
	return &soaphttp.Produced{
		Head: head, Tail: tail, Length: wire.ValueLength(tag, large.Size), Buffered: large.Buffered,
		Write: func(w io.Writer) error {
			r, err := large.Open(ctx)
			if err != nil {
				return err
			}
			err = wire.CopyValue(w, tag, r)
			return errors.Join(err, r.Close())
		},
	}
}

func peerOf(p *soaphttp.Peer) session.Peer {
	peer := session.Peer{Network: p.Network, Address: p.Address, Local: p.Local, Proxied: p.Proxied, UID: int(p.UID), PID: int(p.PID)}
	for _, cert := range p.Certs[:min(len(p.Certs), 1)] {
		peer.PublicKeys = append(peer.PublicKeys, cert.RawSubjectPublicKeyInfo)
	}
	return peer
}
