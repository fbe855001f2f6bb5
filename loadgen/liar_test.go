package loadgen_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// liar stands between the clients and a server, and changes answers once it is armed.
type liar struct {
	behind *soaphttp.Client
	armed  atomic.Bool
	// swallow says which requests are answered with success and not carried out.
	swallow func(wire.Request) bool
	// twist changes an answer.
	twist func(req wire.Request, resp wire.Response)

	mu sync.Mutex // lies are told one at a time
}

// ServeSOAP passes a call on, or lies.
func (l *liar) ServeSOAP(ctx context.Context, x *soaphttp.Exchange) {
	d := wire.NewDecoder(wire.ServerLimits())
	d.Reset(slices.Clone(x.Body))
	req, err := wire.DecodeRequest(d)
	if err != nil {
		x.ReplyFault(500, wire.AppendFault(nil, &wire.Fault{Code: wire.FaultClient, String: err.Error()}, d.Version()))
		return
	}
	if l.armed.Load() && l.swallow != nil && l.swallow(req) {
		x.Reply(wire.AppendResponse(nil, wire.NewResponse(req.Op()), d.Version()))
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func(closed <-chan struct{}) {
		select {
		case <-closed: // a poll that nobody waits for any longer
			cancel()
		case <-ctx.Done():
		}
	}(x.PeerClosed())
	answer, err := l.behind.Do(ctx, soaphttp.Request{Body: x.Body})
	if err != nil {
		x.ReplyFault(500, wire.AppendFault(nil, &wire.Fault{Code: wire.FaultClient, String: err.Error()}, d.Version()))
		return
	}
	defer answer.Close()
	if l.armed.Load() && l.twist != nil {
		if body := l.lie(req, answer.Body, d.Version()); body != nil {
			x.Reply(body)
			return
		}
	}
	x.Reply(answer.Body)
}

func (l *liar) lie(req wire.Request, body []byte, v wire.Version) []byte {
	resp := wire.NewResponse(req.Op())
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(slices.Clone(body))
	if err := wire.DecodeResponse(d, resp); err != nil || *resp.ResultCode() != mapi.OK {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.twist(req, resp)
	return wire.AppendResponse(nil, resp, v)
}

// start lets the liar stand before a server and returns its address.
func (l *liar) start(t *testing.T, server string) string {
	t.Helper()
	var err error
	if l.behind, err = soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: server}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.behind.Close)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := soaphttp.NewServer(soaphttp.Config{}, l)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel() // polls shall not be waited for
		s.Shutdown(ctx)
		if err := <-ended; !errors.Is(err, soaphttp.ErrServerClosed) {
			t.Errorf("serving ended with %v", err)
		}
	})
	return "http://" + listener.Addr().String() + "/"
}

// inLists makes a lie about the rows of messages.
func inLists(lie func(rows [][]mapi.PropValue) [][]mapi.PropValue) func(wire.Request, wire.Response) {
	return func(_ wire.Request, resp wire.Response) {
		r, ok := resp.(*wire.TableQueryRowsResponse)
		if ok && len(r.RowSet.Rows) > 2 && mapi.Props(r.RowSet.Rows[0]).Has(mapi.PrInternetMessageID.ID()) {
			r.RowSet.Rows = lie(r.RowSet.Rows)
		}
	}
}

// inEvents makes a lie about the notifications of new messages.
func inEvents(lie func([]wire.Notification) []wire.Notification) func(wire.Request, wire.Response) {
	return func(_ wire.Request, resp wire.Response) {
		if r, ok := resp.(*wire.NotifyResponse); ok && len(r.NotificationArray) > 0 {
			r.NotificationArray = lie(r.NotificationArray)
		}
	}
}

func swap(rows [][]mapi.PropValue, tag mapi.PropTag) [][]mapi.PropValue {
	a, b := mapi.Props(rows[0]).Index(tag.ID()), mapi.Props(rows[1]).Index(tag.ID())
	rows[0][a], rows[1][b] = rows[1][b], rows[0][a]
	return rows
}

// liars are the lies by name, with what must be found.
func liars() map[string]struct {
	liar *liar
	want []truth.Kind
} {
	type lie = struct {
		liar *liar
		want []truth.Kind
	}
	var held []mapi.PropValue // a row of another mailbox
	var holder uint64         // whose session saw it
	swallowing := func(op wire.Op) func(wire.Request) bool {
		return func(r wire.Request) bool { return r.Op() == op }
	}
	return map[string]lie{
		"drops a row": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			return slices.Delete(rows, 1, 2)
		})}, []truth.Kind{truth.Lost}},
		"doubles a row": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			return slices.Insert(rows, 1, rows[0])
		})}, []truth.Kind{truth.Doubled}},
		"mixes up subjects":  {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue { return swap(rows, mapi.PrSubject) })}, []truth.Kind{truth.Mixed}},
		"mixes up entry ids": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue { return swap(rows, mapi.PrEntryID) })}, []truth.Kind{truth.Mixed}},
		"reverses lists": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			slices.Reverse(rows)
			return rows
		})}, []truth.Kind{truth.Disordered}},
		"turns read flags": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			rows[0][mapi.Props(rows[0]).Index(mapi.PrMessageFlags.ID())].Num ^= uint64(mapi.MsgRead)
			return rows
		})}, []truth.Kind{truth.Stale}},
		"shows rows of others": {&liar{twist: func(req wire.Request, resp wire.Response) {
			inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
				if held == nil {
					held, holder = mapi.CloneProps(rows[0]), req.Session()
				}
				if holder != req.Session() {
					rows[0] = held
				}
				return rows
			})(req, resp)
		}}, []truth.Kind{truth.Foreign, truth.Disordered}}, // the other's row also has another time
		"opens another item": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.LoadObjectResponse); ok {
				if n := mapi.Props(r.SaveObject.ModProps).Index(mapi.PrInternetMessageID.ID()); n >= 0 {
					r.SaveObject.ModProps[n] = mapi.String(mapi.PrInternetMessageID, "<1.other.1@zload.invalid>")
				}
			}
		}}, []truth.Kind{truth.Mixed, truth.Foreign}},
		"loses notifications":   {&liar{twist: inEvents(func([]wire.Notification) []wire.Notification { return nil })}, []truth.Kind{truth.Lost}},
		"doubles notifications": {&liar{twist: inEvents(func(list []wire.Notification) []wire.Notification { return append(list, list...) })}, []truth.Kind{truth.Doubled}},
		"forgets messages":      {&liar{swallow: swallowing(wire.OpSaveObject)}, []truth.Kind{truth.Lost}},
		"forgets read flags":    {&liar{swallow: swallowing(wire.OpSetReadFlags)}, []truth.Kind{truth.Stale}},
		"forgets moves":         {&liar{swallow: swallowing(wire.OpCopyObjects)}, []truth.Kind{truth.Stale, truth.Lost, truth.Doubled}},
		"forgets deletions":     {&liar{swallow: swallowing(wire.OpDeleteObjects)}, []truth.Kind{truth.Stale, truth.Doubled}},
	}
}

func TestLiesAreFound(t *testing.T) {
	i := filled(t, config.EngineSQLite, 3, 60)
	for name, test := range liars() {
		t.Run(name, func(t *testing.T) {
			l := test.liar
			o := options(t, i, 3)
			o.URL = l.start(t, o.URL)
			o.AdminURL = "" // deliveries go through the liar
			o.Interval, o.NotifyGrace = 50*time.Millisecond, 500*time.Millisecond
			o.OnInterval = func(loadgen.Interval) { l.armed.Store(true) }
			result, err := loadgen.Run(t.Context(), o)
			switch {
			case err != nil:
				t.Error(err)
			case result.Violation == nil:
				t.Errorf("not found in %d operations (errors %v)", result.All.Count, result.All.Errors)
			case !slices.Contains(test.want, result.Violation.Kind):
				t.Errorf("found %v, want %v", result.Violation, test.want)
			default:
				t.Log(result.Violation)
			}
		})
	}
}

// TestHonestProxy shows that what the liar passes on unchanged is right.
func TestHonestProxy(t *testing.T) {
	i := filled(t, config.EngineSQLite, 3, 60)
	l := &liar{twist: func(wire.Request, wire.Response) {}}
	l.armed.Store(true)
	o := options(t, i, 3)
	o.URL, o.AdminURL = l.start(t, o.URL), ""
	result, err := loadgen.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	check(t, result)
}
