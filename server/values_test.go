package server

import (
	"runtime"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// A large value is read only when there is memory for it, and what it took is free when its answer is made.
func TestLargeValuesWait(t *testing.T) {
	const size = 1 << 20
	o := newOperations(t)
	req, id := o.saveRequest(1)
	body := strings.Repeat("b", size)
	props := &req.SaveObj.ModProps
	kept := (*props)[:0]
	for _, p := range *props {
		if p.Tag.ID() != mapi.PrBody.ID() {
			kept = append(kept, p)
		}
	}
	*props = append(kept, mapi.String(mapi.PrBody, body))
	o.do(req, &wire.LoadObjectResponse{})

	values := session.NewValues(4 * size)
	o.server.values = values
	other := &session.Call{Context: t.Context(), Values: values}
	o.ok(other.TakeValue(size))
	load := &wire.LoadPropRequest{SessionID: o.session, EntryID: id, PropTag: uint32(mapi.PrBody)}
	done := make(chan struct{})
	var got []byte
	go func() {
		defer close(done)
		o.send(encode(load))
		got = o.answer()
	}()
	for waiting := 0; waiting == 0; _, waiting = values.Stats() {
		select {
		case <-done:
			t.Fatal("the value was read although there is no memory for it")
		default:
			runtime.Gosched()
		}
	}
	other.GiveValues()
	<-done
	if !strings.Contains(string(got), body) {
		t.Errorf("an answer of %d bytes without the value", len(got))
	}
	if held, waiting := values.Stats(); held != 0 || waiting != 0 {
		t.Errorf("%d bytes stay taken, %d calls wait", held, waiting)
	}
}
