package server

import (
	"context"
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// poll answers notifyGetItems. Thousands of polls wait at a time, each for a minute, so that they hold neither a decoder nor
// buffers, and are not called as other operations are: the garbage collector halves the stack of a goroutine that uses less
// than a quarter of it. An operation before may have made it grow to 16 KiB, of which the way through answer, call, run and
// wire.Dispatch would use too much.
func (d *dispatcher) poll(ctx context.Context, x *soaphttp.Exchange, req *wire.NotifyGetItemsRequest, version wire.Version) {
	x.ReleaseBody()
	started := time.Now()
	var resp wire.NotifyResponse
	c := d.newCall(ctx, x)
	err := d.await(c, x, req, &resp)
	*resp.ResultCode() = mapi.CodeOf(err)
	took := time.Since(started)
	d.server.metrics.operation(req.Op(), mapi.CodeOf(err), took)
	d.server.recordCall(c, req, took, err)
	buffer := d.buffers.Get().(*[]byte)
	*buffer = wire.AppendResponse((*buffer)[:0], &resp, version)
	x.Reply(*buffer)
	d.keep(buffer)
}

// await waits for events as long as the protocol says, but only while somebody listens.
func (d *dispatcher) await(c *session.Call, x *soaphttp.Exchange, req *wire.NotifyGetItemsRequest, resp *wire.NotifyResponse) (err error) {
	done, err := d.enter(c, x, req.SessionID)
	if err != nil {
		return err
	}
	defer done()
	defer func() {
		if p := recover(); p != nil {
			err = d.panicked(req.Op(), p)
		}
		if err != nil {
			d.report(c, req.Op(), err)
		}
	}()
	c.PeerGone = x.PeerClosed()
	return d.server.NotifyGetItems(c, req, resp)
}
