package client

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// fakeServer answers calls as a test says. Log-ons and log-offs it answers itself.
type fakeServer struct {
	answer func(req wire.Request) (wire.Response, error)

	mu     sync.Mutex
	logOns uint64 // also the id of the last session
	calls  []wire.Op
}

// ServeSOAP answers one call. Calls that name another session than the last are refused.
func (f *fakeServer) ServeSOAP(_ context.Context, x *soaphttp.Exchange) {
	d := wire.NewDecoder(wire.ServerLimits())
	d.Reset(x.Body)
	req, err := wire.DecodeRequest(d)
	if err != nil {
		x.ReplyFault(500, wire.AppendFault(nil, &wire.Fault{Code: wire.FaultClient, String: err.Error()}, d.Version()))
		return
	}
	resp, err := f.call(req)
	if err != nil {
		resp = wire.ErrorResponse(req.Op(), mapi.CodeOf(err))
	}
	x.Reply(wire.AppendResponse(nil, resp, d.Version()))
}

func (f *fakeServer) call(req wire.Request) (wire.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, req.Op())
	switch {
	case req.Op() == wire.OpLogon:
		f.logOns++
		return &wire.LogonResponse{SessionID: f.logOns, ServerGUID: make([]byte, 16)}, nil
	case req.Session() != f.logOns:
		return nil, mapi.EndOfSession
	case req.Op() == wire.OpLogoff:
		return new(wire.LogoffResponse), nil
	}
	return f.answer(req)
}

// start serves until the test ends and logs on.
func (f *fakeServer) start(t *testing.T) *Session {
	t.Helper()
	dir, err := os.MkdirTemp("", "zc") // names of Unix sockets must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := soaphttp.NewServer(soaphttp.Config{}, f)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Shutdown(context.Background())
		if err := <-ended; !errors.Is(err, soaphttp.ErrServerClosed) {
			t.Errorf("serving ended with %v", err)
		}
	})
	s, err := LogOn(t.Context(), Options{Endpoint: "file://" + path, User: "SYSTEM"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) })
	return s
}

// called are the calls so far.
func (f *fakeServer) called() []wire.Op {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}
