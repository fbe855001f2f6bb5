package server_test

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/server/session"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// usualCapabilities are those of an ordinary client.
const usualCapabilities = mapi.CapMailboxOwner | mapi.CapLargeSessionID | mapi.CapMultiServer | mapi.CapEnhancedICS |
	mapi.CapUnicode | mapi.CapMsgLock | mapi.CapExtendedAnon | mapi.CapGIFN32

// peer is one client program, which sends what a test gives it.
type peer struct {
	*testing.T
	http    *soaphttp.Client
	session uint64
}

func connect(t *testing.T, endpoint string) *peer {
	t.Helper()
	h, err := soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return &peer{T: t, http: h}
}

// overTCP and overUnix connect to a server.
func overTCP(t *testing.T, i *servertest.Instance) *peer  { return connect(t, "http://"+i.TCPAddr+"/") }
func overUnix(t *testing.T, i *servertest.Instance) *peer { return connect(t, i.Endpoint()) }

// call makes one exchange and returns the result code; resp stays valid.
func (p *peer) call(req wire.Request, resp wire.Response) mapi.Code {
	p.Helper()
	answer, err := p.http.Do(p.Context(), soaphttp.Request{Body: wire.AppendRequest(nil, req)})
	if err != nil {
		p.Fatalf("%v: %v", req.Op(), err)
	}
	defer answer.Close()
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(append([]byte(nil), answer.Body...))
	if err := wire.DecodeResponse(d, resp); err != nil {
		p.Fatalf("%v: %v", req.Op(), err)
	}
	return *resp.ResultCode()
}

// want is call with the code that must come.
func (p *peer) want(code mapi.Code, req wire.Request, resp wire.Response) {
	p.Helper()
	if got := p.call(req, resp); got != code {
		p.Fatalf("%v: %v, want %v", req.Op(), got, code)
	}
}

// logOn starts a session as a user.
func (p *peer) logOn(user, password string) *peer {
	p.Helper()
	var resp wire.LogonResponse
	p.want(mapi.OK, &wire.LogonRequest{
		Username: wire.Text(user), Password: wire.Text(password), Version: wire.Text("11.0.2"), Capabilities: usualCapabilities,
		SessionGroup: session.RandomID(),
	}, &resp)
	p.session = resp.SessionID
	return p
}

// newUser makes a user with a password and no store; level is his administrator level.
func (p *peer) newUser(name string, class mapi.ObjectClass, level uint32) uint32 {
	p.Helper()
	var resp wire.CreateUserResponse
	p.want(mapi.OK, &wire.CreateUserRequest{SessionID: p.session, User: &wire.User{
		Username: wire.Text(name), FullName: wire.Text(name + " Example"), MailAddress: wire.Text(name + "@example.com"),
		Password: wire.Text("secret"), ObjClass: uint32(class), IsAdmin: level,
	}}, &resp)
	return resp.UlUserID
}
