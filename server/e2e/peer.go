package e2e

import (
	"testing"

	"zarafa/mapi"
	"zarafa/server/servertest"
	"zarafa/server/session"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// UsualCapabilities are those of an ordinary client.
const UsualCapabilities = mapi.CapMailboxOwner | mapi.CapLargeSessionID | mapi.CapMultiServer | mapi.CapEnhancedICS |
	mapi.CapUnicode | mapi.CapMsgLock | mapi.CapExtendedAnon | mapi.CapGIFN32

// Peer is one client program, which sends what a test gives it.
type Peer struct {
	*testing.T
	Http    *soaphttp.Client
	Session uint64
}

func connect(t *testing.T, endpoint string) *Peer {
	t.Helper()
	h, err := soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: endpoint})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return &Peer{T: t, Http: h}
}

// OverTCP connects to a server as other machines do.
func OverTCP(t *testing.T, i *servertest.Instance) *Peer { return connect(t, "http://"+i.TCPAddr+"/") }

// OverUnix connects to a server's socket, where the test's process is an administrator.
func OverUnix(t *testing.T, i *servertest.Instance) *Peer { return connect(t, i.Endpoint()) }

// Call makes one exchange and returns the result code; resp stays valid.
func (p *Peer) Call(req wire.Request, resp wire.Response) mapi.Code {
	p.Helper()
	answer, err := p.Http.Do(p.Context(), soaphttp.Request{Body: wire.AppendRequest(nil, req)})
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

// Want is Call with the code that must come.
func (p *Peer) Want(code mapi.Code, req wire.Request, resp wire.Response) {
	p.Helper()
	if got := p.Call(req, resp); got != code {
		p.Fatalf("%v: %v, want %v", req.Op(), got, code)
	}
}

// LogOn starts a session as a user.
func (p *Peer) LogOn(user, password string) *Peer {
	p.Helper()
	var resp wire.LogonResponse
	p.Want(mapi.OK, &wire.LogonRequest{
		Username: wire.Text(user), Password: wire.Text(password), Version: wire.Text("11.0.2"), Capabilities: UsualCapabilities,
		SessionGroup: session.RandomID(),
	}, &resp)
	p.Session = resp.SessionID
	return p
}

// NewUser makes a user with a password and no store; level is his administrator level.
func (p *Peer) NewUser(name string, class mapi.ObjectClass, level uint32) uint32 {
	p.Helper()
	var resp wire.CreateUserResponse
	p.Want(mapi.OK, &wire.CreateUserRequest{SessionID: p.Session, User: &wire.User{
		Username: wire.Text(name), FullName: wire.Text(name + " Example"), MailAddress: wire.Text(name + "@example.com"),
		Password: wire.Text("secret"), ObjClass: uint32(class), IsAdmin: level,
	}}, &resp)
	return resp.UlUserID
}
