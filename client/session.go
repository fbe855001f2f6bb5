// Package client talks to a server of the protocol: it logs on, keeps the session alive across restarts of the server,
// and offers users, stores, folders, messages and tables as objects.
//
// A [Session] may be used by several goroutines; each call takes a connection of its own. If the server says that the session has
// ended, the client logs on again and repeats the call once. A [Table] has one cursor and belongs to one goroutine;
// it and subscriptions end with the session that they were made in. Everything that calls return is the
// caller's own: it refers to no buffer of a response.
//
// Of several servers that share their users each has some of the stores. Functions that find a store follow the server's word to
// where it is; what they return names the session there, through which alone the store can be used.
//
// It refuses to guess after a broken connection: whether a call was carried out is then unknown, so it is not
// repeated and the error is returned.
package client

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// Options say where to log on and as whom.
type Options struct {
	// Endpoint is http://host:port/, https://host:port/, file:///path/to.sock or default:.
	Endpoint string
	// Dial, if not nil, connects to a server in this process in place of Endpoint. Other servers that it sends us to are reached by their addresses.
	Dial     func(ctx context.Context) (net.Conn, error)
	User     string
	Password string // may be empty on a Unix socket
	// ClientAddress is for front ends that log on for somebody: the IP address that he comes from. Servers of this product count failed
	// log-ons by it, and keep it with the session, if they trust the program; others take no notice.
	ClientAddress string
	Impersonate   string // become this user; User must be an administrator
	App           string // name of the program, shown in the server's statistics
	AppVersion    string
	AppMisc       string
	TLS           *tls.Config
	// Group is the session group, 0 makes one. The sessions of a group get each other's events if they are of one user, or of one
	// administrator who becomes others; [SessionGroup] looks after that.
	Group uint64
	// NoUnixAuth has the password checked on Unix sockets too.
	NoUnixAuth bool
	// NoExtensions asks for nothing that only servers of this product have.
	NoExtensions bool
	// Buffers, if not nil, are shared with other sessions; programs with many sessions need that.
	Buffers *Buffers
	// Names, if not nil, are shared with other sessions, so that each named property is asked for once.
	Names *Names
	// OnCall, if not nil, is told the name of each operation before it is sent, by the goroutine that sends it.
	OnCall func(operation string)
	// SendTimeout and ReceiveTimeout bound a call's progress; 0 takes the defaults of package soaphttp.
	SendTimeout, ReceiveTimeout time.Duration
	checkOnly                   bool // make no session
}

// Capabilities this client has (wire.md section 8).
const (
	capabilities = mapi.CapMailboxOwner | mapi.CapLargeSessionID | mapi.CapMultiServer | mapi.CapEnhancedICS | mapi.CapUnicode |
		mapi.CapMsgLock | mapi.CapExtendedAnon | mapi.CapGIFN32 | mapi.CapDelivery | mapi.CapGateway
	capCompress = mapi.CapCompression
)

// Flags of logon.
const (
	logOnNoUnixAuth = 0x1
	logOnCheckOnly  = 0x2
)

// clientVersion is what the client says its version is.
const clientVersion = "11.0.2"

// Session is a log-on.
type Session struct {
	options Options
	http    *soaphttp.Client
	group   uint64
	shared  *Buffers
	names   *Names
	cluster *cluster

	renewing sync.Mutex // held while logging on again
	// renewed, if not nil, is called then, before anything else is done in the new session.
	renewed func(context.Context, *Session) error

	mu         sync.Mutex // protects what follows
	id         uint64
	granted    uint32 // capabilities
	version    string
	serverGUID mapi.GUID
}

// LogOn connects and logs on.
func LogOn(ctx context.Context, o Options) (*Session, error) {
	c := &cluster{others: make(map[string]*Session)}
	s, err := logOnIn(ctx, o, c)
	c.first = s
	return s, err
}

// logOnIn is LogOn for a session that belongs together with others.
func logOnIn(ctx context.Context, o Options, c *cluster) (*Session, error) {
	shared := o.Buffers
	if shared == nil {
		shared = NewBuffers()
	}
	if o.Names == nil {
		o.Names = NewNames() // of this session and those that belong to it
	}
	h, err := soaphttp.NewClient(soaphttp.ClientConfig{
		Endpoint: o.Endpoint, Dial: o.Dial, TLS: o.TLS, SendTimeout: o.SendTimeout, ReceiveTimeout: o.ReceiveTimeout, Buffers: shared.http,
	})
	if err != nil {
		return nil, err
	}
	if o.Group == 0 {
		o.Group = randomGroup()
	}
	s := &Session{options: o, http: h, shared: shared, names: o.Names, cluster: c, group: o.Group}
	if err := s.logOn(ctx); err != nil {
		h.Close()
		return nil, err
	}
	return s, nil
}

// randomGroup makes the number of a session group. It is never 0, which is no group.
func randomGroup() uint64 {
	var random [8]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	return max(binary.LittleEndian.Uint64(random[:]), 1)
}

func (s *Session) logOn(ctx context.Context) error {
	caps := uint32(capabilities)
	if !s.http.Local() {
		caps |= capCompress
	}
	if s.options.NoExtensions {
		caps &^= mapi.CapDelivery | mapi.CapGateway
	}
	req := &wire.LogonRequest{
		Username: wire.Text(s.options.User), Password: wire.Text(s.options.Password), ImpersonateUser: wire.Text(s.options.Impersonate),
		Version: wire.Text(clientVersion), Capabilities: caps, SessionGroup: s.group, LicenseReq: []byte{},
		ClientApp: wire.Text(s.options.App), ClientAppVersion: wire.Text(s.options.AppVersion), ClientAppMisc: wire.Text(s.options.AppMisc),
		ClientAddress: wire.NullString{String: s.options.ClientAddress, Valid: s.options.ClientAddress != ""},
	}
	if s.options.NoUnixAuth {
		req.Flags |= logOnNoUnixAuth
	}
	if s.options.checkOnly {
		req.Flags |= logOnCheckOnly
	}
	var resp wire.LogonResponse
	err := s.exchange(ctx, req, &resp, func() error {
		guid, _ := mapi.GUIDOf(resp.ServerGUID)
		s.http.SetCompression(resp.Capabilities&capCompress != 0)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.id, s.granted, s.serverGUID, s.version = resp.SessionID, resp.Capabilities, guid, copyText(resp.Version)
		return nil
	})
	if err != nil {
		return fmt.Errorf("logging on as %s: %w", s.options.User, err)
	}
	return nil
}

// ID is the id of the session now; it changes when the client has to log on again.
func (s *Session) ID() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.id
}

// has reports whether the server granted a capability at the last log-on.
func (s *Session) has(capability uint32) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.granted&capability != 0
}

// SessionGroup is the session group, which the sessions of one program share to get its notifications.
func (s *Session) SessionGroup() uint64 { return s.group }

// ServerGUID identifies the installation.
func (s *Session) ServerGUID() mapi.GUID {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serverGUID
}

// ServerVersion is the version of the protocol's server software that the server says it is.
func (s *Session) ServerVersion() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.version
}

// Do makes a call: request is built for the session's id of the moment, since a call may be repeated after a new
// log-on. read sees the response while what it refers to is valid; what it keeps it must copy. A result code other
// than 0 becomes a *mapi.Error.
func (s *Session) Do(ctx context.Context, request func(id uint64) wire.Request, resp wire.Response, read func() error) error {
	return s.do(ctx, request, resp, nil, plain(read))
}

// plain makes a reader of a response without parts.
func plain(read func() error) func(*soaphttp.Response) error {
	return func(*soaphttp.Response) error {
		if read == nil {
			return nil
		}
		return read()
	}
}

// do is Do for a request that may have a stream beside it, which is made anew when the call is repeated.
func (s *Session) do(ctx context.Context, request func(id uint64) wire.Request, resp wire.Response, stream func() *source, read func(*soaphttp.Response) error) error {
	id := s.ID()
	err := s.send(ctx, request(id), resp, stream, read)
	if mapi.CodeOf(err) != mapi.EndOfSession {
		return err
	}
	if err := s.renew(ctx, id); err != nil {
		return err
	}
	return s.send(ctx, request(s.ID()), resp, stream, read)
}

// renew logs on again unless another goroutine has done so since the session with the given id was lost.
func (s *Session) renew(ctx context.Context, lost uint64) error {
	s.renewing.Lock()
	defer s.renewing.Unlock()
	if s.ID() != lost {
		return nil
	}
	if err := s.logOn(ctx); err != nil || s.renewed == nil {
		return err
	}
	return s.renewed(ctx, s)
}

// exchange makes a call once, in the session that the request names.
func (s *Session) exchange(ctx context.Context, req wire.Request, resp wire.Response, read func() error) error {
	return s.send(ctx, req, resp, nil, plain(read))
}

// send does one exchange and hands the response to read if its result code is 0.
func (s *Session) send(ctx context.Context, req wire.Request, resp wire.Response, stream func() *source, read func(*soaphttp.Response) error) error {
	answer, err := s.transmit(ctx, req, stream)
	if err != nil {
		return err
	}
	return s.decode(answer, req.Op(), resp, read)
}

// transmit sends a request and waits for the answer. It is apart from what comes after the wait, so that a poll waits with a small stack.
func (s *Session) transmit(ctx context.Context, req wire.Request, stream func() *source) (*soaphttp.Response, error) {
	if s.options.OnCall != nil {
		s.options.OnCall(req.Op().String())
	}
	buffer := s.shared.request(req.Op())
	defer s.shared.putRequest(buffer, req.Op())
	*buffer = wire.AppendRequest((*buffer)[:0], req)
	if stream != nil {
		return s.transmitStream(ctx, req.Op(), *buffer, stream())
	}
	answer, err := s.http.Do(ctx, soaphttp.Request{Body: *buffer})
	return answer, unsent(req.Op(), err)
}

// transmitStream sends a request with a stream beside it.
func (s *Session) transmitStream(ctx context.Context, op wire.Op, body []byte, stream *source) (*soaphttp.Response, error) {
	defer stream.Close()
	answer, err := s.http.Do(ctx, soaphttp.Request{Body: body, Attachment: stream})
	if err != nil && stream.failed != nil {
		return nil, stream.failed // the server is not to blame
	}
	return answer, unsent(op, err)
}

// unsent is the error of a call without an answer.
func unsent(op wire.Op, err error) error {
	if err == nil {
		return nil
	}
	return &mapi.Error{Op: op.String(), Code: mapi.NetworkError, Err: err}
}

// decode reads the envelope of an answer, hands the response to read, and closes the answer.
func (s *Session) decode(answer *soaphttp.Response, op wire.Op, resp wire.Response, read func(*soaphttp.Response) error) error {
	defer answer.Close()
	d := s.shared.decoder()
	defer s.shared.putDecoder(d)
	d.Reset(answer.Body)
	if err := wire.DecodeResponse(d, resp); err != nil {
		return &mapi.Error{Op: op.String(), Code: mapi.NetworkError, Err: err}
	}
	if code := *resp.ResultCode(); code != mapi.OK {
		return &mapi.Error{Op: op.String(), Code: code, Err: redirectionIn(resp)}
	}
	return read(answer)
}

// Close logs off and closes the connections. Sessions on other servers that this one was sent to end with it; they
// cannot be closed alone.
func (s *Session) Close(ctx context.Context) error {
	if s.cluster.first != s {
		return nil
	}
	return errors.Join(s.cluster.endOthers(ctx), s.end(ctx))
}

// end is Close for one server.
func (s *Session) end(ctx context.Context) error {
	defer s.http.Close()
	var resp wire.LogoffResponse
	err := s.exchange(ctx, &wire.LogoffRequest{SessionID: s.ID()}, &resp, nil)
	if code := mapi.CodeOf(err); code == mapi.EndOfSession {
		return nil // it has ended already
	}
	return err
}

// IsNotFound reports whether the server has no such thing.
func IsNotFound(err error) bool { return mapi.CodeOf(err) == mapi.NotFound }

// errIncomplete is returned when the server leaves out what it must not.
var errIncomplete = errors.New("the server's answer is incomplete")
