package loadgen_test

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"zarafa/loadgen"
	"zarafa/loadgen/truth"
	"zarafa/mapi"
	"zarafa/profiles/users"
	"zarafa/server/config"
	"zarafa/server/servertest"
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
	// twistStreams changes the streams that come with an answer.
	twistStreams func(session uint64, streams [][]byte)

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
	sent := soaphttp.Request{Body: x.Body}
	if x.Attachment != nil {
		sent.Attachment = x.Attachment
	}
	answer, err := l.behind.Do(ctx, sent)
	if err != nil {
		x.ReplyFault(500, wire.AppendFault(nil, &wire.Fault{Code: wire.FaultClient, String: err.Error()}, d.Version()))
		return
	}
	defer answer.Close()
	body, parts := l.lie(req, answer, d.Version())
	if parts != nil {
		x.ReplyStreams(body, parts)
		return
	}
	x.Reply(body)
}

// lie passes an answer on, changed if the liar is armed.
func (l *liar) lie(req wire.Request, answer *soaphttp.Response, v wire.Version) (body []byte, parts []soaphttp.Part) {
	var names []string
	var streams [][]byte
	for {
		name, part, err := answer.NextPart()
		if err != nil {
			break
		}
		data, err := io.ReadAll(part)
		if err != nil {
			break
		}
		names, streams = append(names, name), append(streams, data)
	}
	if l.armed.Load() {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.twistStreams != nil {
			l.twistStreams(req.Session(), streams)
		}
	}
	for i, data := range streams {
		parts = append(parts, soaphttp.Part{ID: names[i], Write: func(w io.Writer) error { _, err := w.Write(data); return err }})
	}
	if !l.armed.Load() || l.twist == nil {
		return answer.Body, parts
	}
	resp := wire.NewResponse(req.Op())
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(slices.Clone(answer.Body))
	if err := wire.DecodeResponse(d, resp); err != nil || *resp.ResultCode() != mapi.OK {
		return answer.Body, parts
	}
	l.twist(req, resp)
	if r, ok := resp.(*wire.ExportMessageChangesAsStreamResponse); ok { // without the streams that are left out
		parts = slices.DeleteFunc(parts, func(p soaphttp.Part) bool {
			return !slices.ContainsFunc(r.MsgStreams, func(m wire.MessageStream) bool { return m.StreamData.Href == p.ID })
		})
	}
	return wire.AppendResponse(nil, resp, v), parts
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

// lie is a liar with what must be found.
type lie struct {
	liar *liar
	want []truth.Kind
	// often is what must be done for the lie to show.
	often []users.Action
}

// swallowing makes a liar that forgets all requests of an operation.
func swallowing(op wire.Op) func(wire.Request) bool {
	return func(r wire.Request) bool { return r.Op() == op }
}

// liars are the lies about what users see online, by name.
func liars() map[string]lie {
	var held []mapi.PropValue // a row of another mailbox
	var holder uint64         // whose session saw it
	var store []byte
	schedules := map[string]mapi.PropValue{}
	return map[string]lie{
		"drops a row": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			return slices.Delete(rows, 1, 2)
		})}, []truth.Kind{truth.Lost}, nil},
		"doubles a row": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			return slices.Insert(rows, 1, rows[0])
		})}, []truth.Kind{truth.Doubled}, nil},
		"mixes up subjects":  {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue { return swap(rows, mapi.PrSubject) })}, []truth.Kind{truth.Mixed}, nil},
		"mixes up entry ids": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue { return swap(rows, mapi.PrEntryID) })}, []truth.Kind{truth.Mixed}, nil},
		"reverses lists": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			slices.Reverse(rows)
			return rows
		})}, []truth.Kind{truth.Disordered}, nil},
		"says a search is done late": {&liar{twist: inEvents(func(list []wire.Notification) []wire.Notification {
			return slices.DeleteFunc(list, func(n wire.Notification) bool { return n.EventType == mapi.EventSearchComplete })
		})}, []truth.Kind{truth.Lost}, []users.Action{users.SearchFolder}},
		"opens another's calendar": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.ResolveUserStoreResponse); ok {
				if store == nil {
					store = slices.Clone(r.StoreID)
				}
				r.StoreID = store
			}
		}}, []truth.Kind{truth.Mixed}, []users.Action{users.OtherCalendar}},
		"shows old free and busy times": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			r, ok := resp.(*wire.LoadObjectResponse)
			if !ok {
				return
			}
			props := mapi.Props(r.SaveObject.ModProps)
			if n := props.Index(mapi.PrFreebusyBusyEvents.ID()); n >= 0 {
				login := props.Str(mapi.PrFreebusyEmailAddress)
				if old, ok := schedules[login]; ok {
					props[n] = old
				}
				schedules[login] = props[n].Clone()
			}
		}}, []truth.Kind{truth.Stale}, []users.Action{users.Appointment, users.FreeBusy}},
		"turns read flags": {&liar{twist: inLists(func(rows [][]mapi.PropValue) [][]mapi.PropValue {
			rows[0][mapi.Props(rows[0]).Index(mapi.PrMessageFlags.ID())].Num ^= uint64(mapi.MsgRead)
			return rows
		})}, []truth.Kind{truth.Stale}, nil},
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
		}}, []truth.Kind{truth.Foreign, truth.Disordered}, nil}, // the other's row also has another time
		"opens another item": {&liar{twist: func(_ wire.Request, resp wire.Response) {
			if r, ok := resp.(*wire.LoadObjectResponse); ok {
				if n := mapi.Props(r.SaveObject.ModProps).Index(mapi.PrInternetMessageID.ID()); n >= 0 {
					r.SaveObject.ModProps[n] = mapi.String(mapi.PrInternetMessageID, "<1.other.1@zload.invalid>")
				}
			}
		}}, []truth.Kind{truth.Mixed, truth.Foreign}, nil},
		"loses notifications":   {&liar{twist: inEvents(func([]wire.Notification) []wire.Notification { return nil })}, []truth.Kind{truth.Lost}, nil},
		"doubles notifications": {&liar{twist: inEvents(func(list []wire.Notification) []wire.Notification { return append(list, list...) })}, []truth.Kind{truth.Doubled}, nil},
		"forgets messages":      {&liar{swallow: swallowing(wire.OpSaveObject)}, []truth.Kind{truth.Lost}, nil},
		"forgets read flags":    {&liar{swallow: swallowing(wire.OpSetReadFlags)}, []truth.Kind{truth.Stale, truth.Lost}, nil}, // a search for unread ones does not show it
		"forgets moves":         {&liar{swallow: swallowing(wire.OpCopyObjects)}, []truth.Kind{truth.Stale, truth.Lost, truth.Doubled}, nil},
		"forgets deletions":     {&liar{swallow: swallowing(wire.OpDeleteObjects)}, []truth.Kind{truth.Stale, truth.Doubled}, []users.Action{users.Delete}},
	}
}

func TestLiesAreFound(t *testing.T) {
	t.Parallel()
	i := filled(t, config.EngineSQLite, 3, mailboxItems)
	for _, profile := range []string{"heavy", "cached-heavy"} {
		t.Run("none, "+profile, func(t *testing.T) { findNone(t, i, profile) })
	}
	for name, test := range liars() {
		t.Run(name, func(t *testing.T) { findLie(t, i, test, "heavy") })
	}
	for name, test := range syncLiars() {
		t.Run(name, func(t *testing.T) { findLie(t, i, test, "cached-heavy") })
	}
}

// findLie plays users of a profile, of whom one must find the lie.
func findLie(t *testing.T, i *servertest.Instance, test lie, profile string) {
	t.Helper()
	l := test.liar
	o := optionsOf(t, i, 3, profile)
	for _, a := range test.often {
		o.Profile.PerDay[a] = 300
	}
	o.URL = l.start(t, o.URL)
	o.AdminURL = "" // deliveries go through the liar
	o.Interval, o.NotifyGrace = 50*time.Millisecond, 2*time.Second
	o.OnInterval = func(loadgen.Interval) { l.armed.Store(true) }
	operations := int64(0)
	for range 5 { // on a slow machine a run may end before somebody looks at what is wrong
		l.armed.Store(false)
		result, err := loadgen.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if v := result.Violation; v != nil {
			if !slices.Contains(test.want, v.Kind) {
				t.Errorf("found %v, want %v", v, test.want)
			}
			t.Log(v)
			return
		}
		operations += int64(result.All.Count)
		o.Seed++
	}
	t.Errorf("not found in %d operations", operations)
}

// findNone shows that what the liar passes on unchanged is right.
func findNone(t *testing.T, i *servertest.Instance, profile string) {
	t.Helper()
	l := &liar{twist: func(wire.Request, wire.Response) {}}
	l.armed.Store(true)
	o := optionsOf(t, i, 3, profile)
	o.URL, o.AdminURL = l.start(t, o.URL), ""
	o.Compress /= 2 // TestProfiles does everything
	result, err := loadgen.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	check(t, result)
}
