package attacks_test

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/internal/testseed"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// attacker sends requests and looks at what the server makes of them.
type attacker struct {
	t      *testing.T
	server *servertest.Instance
	raw    *e2e.RawClient
	stream []byte // a message, for imports
	sent   int
	codes  map[mapi.Code]int
}

func newAttacker(t *testing.T, i *servertest.Instance) *attacker {
	return &attacker{t: t, server: i, raw: e2e.NewRawClient(t, "unix", i.UnixPath), stream: messageStream(t), codes: map[mapi.Code]int{}}
}

// try sends a request; every answer but a fault or a result code that blames the client is an error.
func (a *attacker) try(op *operation, v variant) e2e.Answer {
	a.t.Helper()
	a.sent++
	got, err := a.post(op, v)
	if err == nil && !(op.Name == streamed && got.Code == mapi.CallFailed) { // so the protocol calls a stream that is cut off
		err = got.Problem()
	}
	if err != nil {
		a.t.Errorf("%s, %s: %v", op.Name, v.what, err)
	}
	for _, failure := range a.server.Failures.Take() {
		a.t.Errorf("%s, %s: the server logged: %s", op.Name, v.what, failure)
	}
	if !got.Fault {
		a.codes[got.Code]++
	}
	return got
}

// streamed is the operation that brings a stream along.
const streamed = "importMessageFromStream"

func (a *attacker) post(op *operation, v variant) (e2e.Answer, error) {
	if op.Name != streamed {
		return a.raw.Post(v.body)
	}
	envelope := strings.Replace(string(v.body), "<sStreamData></sStreamData>", `<sStreamData><xop:Include href="cid:stream"/></sStreamData>`, 1)
	return a.raw.PostStream([]byte(envelope), a.stream)
}

// hostileOperations is hostileSession for some operations, of which the least number must do what a good request asks for.
func hostileOperations(t *testing.T, instance *servertest.Instance, role string, own, other *mailbox, session func() uint64, about func(*operation) bool, least int) {
	t.Run(role, func(t *testing.T) {
		d, rng, a := loadDescription(t), testseed.New(t), newAttacker(t, instance)
		good := 0
		for _, op := range d.Operations {
			if op.Name == "notifyGetItems" || !about(op) {
				continue // it waits; see hostilePolls
			}
			own.mend(t, instance)
			other.mend(t, instance)
			marks, now := own.marks(session()), strings.NewReplacer()
			values := valuesAbout(2, own, other)
			variants(d.request(op, own.value(session())), values, rng, func(v variant) {
				v.body = []byte(now.Replace(string(v.body)))
				got := a.try(op, v)
				if v.what == "nothing" && got.Code == mapi.OK {
					good++
				}
				if got.Fault || got.Code != mapi.OK || !destructive[op.Name] {
					return
				}
				own.mend(t, instance)
				other.mend(t, instance)
				own.Fresh = mapi.NewEntryID(own.Store.GUID, mapi.TypeMessage)
				now = replacer(marks, own.marks(session()), op, a.sent)
			})
			if op.Name == "SetQuota" {
				dropQuotas(t, instance, own, other)
			}
		}
		t.Logf("%d requests: %v", a.sent, a.codes)
		if good < least {
			t.Errorf("only %d operations did what a good request asks for; the others were tested badly", good)
		}
	})
}

// dropQuotas brings back mailboxes that requests have made too small.
func dropQuotas(t *testing.T, instance *servertest.Instance, boxes ...*mailbox) {
	t.Helper()
	admin := e2e.LogOn(t, instance.Endpoint(), "SYSTEM")
	defer admin.Close(t.Context())
	for _, m := range boxes {
		if err := admin.SetQuota(t.Context(), m.User, client.Quota{UseDefault: true}); err != nil {
			t.Error(err)
		}
	}
}

// destructive are the operations after which the next request may find nothing to be about.
var destructive = map[string]bool{
	"logoff": true, "deleteObjects": true, "emptyFolder": true, "deleteFolder": true, "copyObjects": true, "copyFolder": true, "tableClose": true,
	"deleteUser": true, "setUser": true, "groupDelete": true, "removeStore": true, "unhookStore": true, "hookStore": true,
	"createUser": true, "createGroup": true, "createCompany": true, "setRights": true, streamed: true,
}

// replacer makes requests about what was there before into requests about what is there now, and gives
// new users and groups names that nobody has.
func replacer(before, now []string, op *operation, n int) *strings.Replacer {
	pairs := []string{op.Name + " of ", fmt.Sprintf("%s %d of ", op.Name, n)}
	for i := range before {
		pairs = append(pairs, before[i], now[i])
	}
	return strings.NewReplacer(pairs...)
}

// checkUsable logs on with a password over TCP, delivers a message, and finds it.
func checkUsable(t *testing.T, instance *servertest.Instance, m *mailbox) {
	t.Helper()
	ctx := t.Context()
	s, err := client.LogOn(ctx, client.Options{Endpoint: "http://" + instance.TCPAddr + "/", User: m.User.Name, Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(ctx)
	id, err := s.CreateMessage(ctx, m.Inbox, e2e.Letter(7))
	if err != nil {
		t.Fatal(err)
	}
	if err := e2e.CheckLetter(ctx, s, e2e.Delivered{ID: id, Number: 7}); err != nil {
		t.Error(err)
	}
}
