package sessions_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jcmturner/gofork/encoding/asn1"
	"github.com/jcmturner/gokrb5/v8/spnego"
	"github.com/prometheus/client_golang/prometheus"

	"zarafa/mapi"
	"zarafa/server"
	"zarafa/server/auth/kerberos/kerberostest"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// token makes what a client sends: the prefix and an access token for an entry id.
func token(i *servertest.TokenIssuer, entryID []byte, lifetime time.Duration) []byte {
	return []byte("KCOIDC" + i.Token(entryID, lifetime))
}

// ssoLogon makes one leg of a log-on.
func ssoLogon(user string, leg uint64, input []byte) *wire.SSOLogonRequest {
	return &wire.SSOLogonRequest{
		SessionID: leg, Username: wire.Text(user), ImpersonateUser: wire.Text(""), Input: input, ClientVersion: wire.Text("11.0.2"), ClientCaps: e2e.UsualCapabilities,
	}
}

// TestSingleSignOn has clients log on with tickets and tokens, good and bad ones, over the wire.
func TestSingleSignOn(t *testing.T) {
	keys, issuer := kerberostest.NewKeytab(t, "kopano/mail.example.com", "secret"), servertest.NewTokenIssuer(t)
	dir, log := servertest.Folder(t), new(e2e.LogBuffer)
	kerberostest.WriteKeytab(t, filepath.Join(dir, "keytab"), keys)
	i := servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir)+"createuser_script =\nenable_sso = yes\nserver_hostname = mail.example.com\n"+
		"kerberos_keytab = "+filepath.Join(dir, "keytab")+"\nkcoidc_issuer_identifier = "+issuer.URL+"\n",
		servertest.WithLog(slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	admin.NewUser("alice", mapi.ClassActiveUser, 0)
	admin.NewUser("root2", mapi.ClassActiveUser, 2)
	admin.NewUser("room", mapi.ClassRoom, 0)
	entryID := func(name string) []byte {
		t.Helper()
		var resp wire.ResolveUserResponse
		admin.Want(mapi.OK, &wire.ResolveUsernameRequest{SessionID: admin.Session, Username: wire.Text(name)}, &resp)
		return bytes.Clone(resp.SUserID)
	}
	ticket := func(user string) []byte {
		k := kerberostest.Good(keys)
		k.User = user
		return kerberostest.Offer(t, k.Token(t), kerberostest.Kerberos)
	}
	late := kerberostest.Good(keys)
	late.Clock = -10 * time.Minute
	used := ticket("alice")
	if code := e2e.OverTCP(t, i).Call(ssoLogon("alice", 0, used), &wire.SSOLogonResponse{}); code != mapi.OK {
		t.Fatal(code)
	}
	secret := token(issuer, entryID("alice"), time.Hour)
	alice := base64.StdEncoding.EncodeToString(entryID("alice"))
	for name, tt := range map[string]struct {
		req  *wire.SSOLogonRequest
		want mapi.Code
		as   string
	}{
		"a ticket":                         {ssoLogon("Alice", 0, ticket("alice")), mapi.OK, "alice"},
		"a ticket once more":               {ssoLogon("alice", 0, used), mapi.LogonFailed, ""},
		"a ticket of a slow clock":         {ssoLogon("alice", 0, late.Token(t)), mapi.LogonFailed, ""},
		"a ticket of somebody else":        {ssoLogon("root2", 0, ticket("alice")), mapi.LogonFailed, ""},
		"a ticket of a room":               {ssoLogon("room", 0, ticket("room")), mapi.LogonFailed, ""},
		"a ticket of SYSTEM":               {ssoLogon("SYSTEM", 0, ticket("SYSTEM")), mapi.LogonFailed, ""},
		"NTLM":                             {ssoLogon("alice", 0, []byte("NTLMSSP\x00\x01")), mapi.LogonFailed, ""},
		"a token":                          {ssoLogon("", 0, secret), mapi.OK, "alice"},
		"a token and its user":             {ssoLogon(alice, 0, secret), mapi.OK, "alice"},
		"a token and another user":         {ssoLogon(base64.StdEncoding.EncodeToString(entryID("root2")), 0, secret), mapi.LogonFailed, ""},
		"a token that has expired":         {ssoLogon("", 0, token(issuer, entryID("alice"), -time.Minute)), mapi.LogonFailed, ""},
		"a token for a room":               {ssoLogon("", 0, token(issuer, entryID("room"), time.Hour)), mapi.LogonFailed, ""},
		"a token for SYSTEM":               {ssoLogon("", 0, token(issuer, entryID("SYSTEM"), time.Hour)), mapi.LogonFailed, ""},
		"a token for nobody":               {ssoLogon("", 0, token(issuer, []byte("nobody"), time.Hour)), mapi.LogonFailed, ""},
		"a token of another issuer":        {ssoLogon("", 0, token(servertest.NewTokenIssuer(t), entryID("alice"), time.Hour)), mapi.LogonFailed, ""},
		"a leg of no log-on":               {ssoLogon("alice", 4711, ticket("alice")), mapi.EndOfSession, ""},
		"an old client":                    {&wire.SSOLogonRequest{Username: wire.Text("alice"), Input: ticket("alice"), ClientVersion: wire.Text("0,5,0,1"), ClientCaps: e2e.UsualCapabilities}, mapi.InvalidVersion, ""},
		"an administrator's for somebody":  {&wire.SSOLogonRequest{Username: wire.Text("root2"), ImpersonateUser: wire.Text("alice"), Input: ticket("root2"), ClientVersion: wire.Text("x"), ClientCaps: e2e.UsualCapabilities}, mapi.OK, "alice"},
		"a user's for somebody":            {&wire.SSOLogonRequest{Username: wire.Text("alice"), ImpersonateUser: wire.Text("root2"), Input: ticket("alice"), ClientVersion: wire.Text("x"), ClientCaps: e2e.UsualCapabilities}, mapi.LogonFailed, ""},
		"an administrator's token":         {&wire.SSOLogonRequest{Username: wire.Text(""), ImpersonateUser: wire.Text("alice"), Input: token(issuer, entryID("root2"), time.Hour), ClientVersion: wire.Text("x"), ClientCaps: e2e.UsualCapabilities}, mapi.OK, "alice"},
		"nothing to check":                 {ssoLogon("alice", 0, nil), mapi.LogonFailed, "-"},
		"no user name":                     {&wire.SSOLogonRequest{Input: secret, ClientVersion: wire.Text("x"), ClientCaps: e2e.UsualCapabilities}, mapi.LogonFailed, "-"},
		"no version":                       {&wire.SSOLogonRequest{Username: wire.Text(""), Input: secret, ClientCaps: e2e.UsualCapabilities}, mapi.LogonFailed, "-"},
		"the token where the password was": {ssoLogon("alice", 0, []byte(strings.TrimPrefix(string(secret), "KCOIDC"))), mapi.LogonFailed, ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, resp := e2e.OverTCP(t, i), wire.SSOLogonResponse{}
			p.Want(tt.want, tt.req, &resp)
			if nothing := tt.as == "-" || tt.want == mapi.EndOfSession; resp.Version.Valid == nothing || (resp.Capabilities == 0) != nothing {
				t.Errorf("version %+v, capabilities %#x", resp.Version, resp.Capabilities)
			}
			if (resp.SessionID != 0) != (tt.want == mapi.OK) || resp.Output != nil || (len(resp.ServerGUID) == 16) != (tt.want == mapi.OK) {
				t.Errorf("%+v", resp)
			}
			if tt.want != mapi.OK {
				return
			}
			var user wire.GetUserResponse
			p.Want(mapi.OK, &wire.GetUserRequest{SessionID: resp.SessionID}, &user)
			if user.User.Username.String != tt.as {
				t.Errorf("the session is %q's", user.User.Username.String)
			}
		})
	}
	t.Run("two legs", func(t *testing.T) { twoLegs(t, i, kerberostest.Good(keys)) })
	t.Run("without Unicode", func(t *testing.T) {
		req := ssoLogon("", 0, secret)
		req.ClientCaps = 0
		if got, err := e2e.NewRawClient(t, "tcp", i.TCPAddr).Post(wire.AppendRequest(nil, req)); err != nil || !got.Fault || got.Problem() != nil {
			t.Errorf("%+v, %v", got, err)
		}
	})
	if text := log.String(); strings.Contains(text, strings.TrimPrefix(string(secret), "KCOIDC")) || !strings.Contains(text, "log-on refused") {
		t.Error("a token stands in the log, or nothing does")
	}
}

// twoLegs is the log-on of a client that prefers another mechanism.
func twoLegs(t *testing.T, i *servertest.Instance, k kerberostest.Ticket) {
	p, hello := e2e.OverTCP(t, i), kerberostest.Offer(t, []byte("x"), kerberostest.Unknown, kerberostest.Kerberos)
	for _, second := range []struct {
		token []byte
		want  mapi.Code
	}{{k.Token(t), mapi.OK}, {[]byte("guess"), mapi.LogonFailed}} {
		var first, last wire.SSOLogonResponse
		p.Want(mapi.SsoContinue, ssoLogon("alice", 0, hello), &first)
		if first.SessionID == 0 || len(first.Output) == 0 || len(first.ServerGUID) != 0 {
			t.Errorf("the first leg: %+v", first)
		}
		p.Want(mapi.EndOfSession, &wire.GetUserRequest{SessionID: first.SessionID}, &wire.GetUserResponse{})
		resp := spnego.NegTokenResp{NegState: asn1.Enumerated(spnego.NegStateAcceptIncomplete), SupportedMech: kerberostest.Kerberos, ResponseToken: second.token}
		b, err := resp.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		p.Want(second.want, ssoLogon("alice", first.SessionID, b), &last)
		if last.SessionID == first.SessionID || (last.SessionID != 0) != (second.want == mapi.OK) {
			t.Errorf("session %d after leg %d", last.SessionID, first.SessionID)
		}
		p.Want(mapi.EndOfSession, ssoLogon("alice", first.SessionID, k.Token(t)), &last)
	}
}

// TestKerberosSettings: so it is with passwords that the KDC is to check.
func TestKerberosSettings(t *testing.T) {
	dir := t.TempDir()
	keytab, conf, missing := filepath.Join(dir, "keytab"), filepath.Join(dir, "krb5.conf"), filepath.Join(dir, "missing")
	kerberostest.WriteKeytab(t, keytab, kerberostest.NewKeytab(t, "kopano/mail.example.com", "x"))
	if err := os.WriteFile(conf, []byte("[libdefaults]\n default_realm = EXAMPLE.COM\n dns_lookup_kdc = false\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ keytab, conf, want string }{
		{missing, conf, "kerberos_keytab"}, {keytab, missing, "kerberos_config"}, {keytab, conf, ""},
	} {
		cfg := servertest.Load(t, "sqlite_path = "+filepath.Join(t.TempDir(), "db")+"\nserver_listen =\nserver_pipe_name = "+filepath.Join(dir, "sock")+
			"\ncreateuser_script =\nauth_method = kerberos\nkerberos_keytab = "+tt.keytab+"\nkerberos_config = "+tt.conf+"\n")
		s, err := server.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
		if err == nil {
			ended, end := context.WithCancel(t.Context())
			end()
			if err := s.Serve(ended); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestKerberosDown: without its KDC nobody logs on by password, and the password in the database does not count instead.
func TestKerberosDown(t *testing.T) {
	dir := servertest.Folder(t)
	conf := filepath.Join(dir, "krb5.conf")
	kerberostest.WriteKeytab(t, filepath.Join(dir, "keytab"), kerberostest.NewKeytab(t, "kopano/mail.example.com", "x"))
	if err := os.WriteFile(conf, []byte("[libdefaults]\n default_realm = EXAMPLE.COM\n dns_lookup_kdc = false\n[realms]\n EXAMPLE.COM = {\n  kdc = 127.0.0.1:1\n }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	i := servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir)+"createuser_script =\nauth_method = kerberos\nkerberos_keytab = "+
		filepath.Join(dir, "keytab")+"\nkerberos_config = "+conf+"\n")
	admin := e2e.OverUnix(t, i).LogOn("SYSTEM", "")
	admin.NewUser("alice", mapi.ClassActiveUser, 0)
	e2e.OverTCP(t, i).Want(mapi.LogonFailed, &wire.LogonRequest{Username: wire.Text("alice"), Password: wire.Text("secret"), Capabilities: e2e.UsualCapabilities}, &wire.LogonResponse{})
}

// TestSingleSignOnSettings: a server that cannot check what it is to check does not start, and says which setting is wrong.
func TestSingleSignOnSettings(t *testing.T) {
	dir := t.TempDir()
	kerberostest.WriteKeytab(t, filepath.Join(dir, "foreign"), kerberostest.NewKeytab(t, "HTTP/mail.example.com", "x"))
	missing, foreign := filepath.Join(dir, "missing"), filepath.Join(dir, "foreign")
	for _, tt := range []struct{ keytab, issuer, want string }{
		{missing, "", "kerberos_keytab"},
		{foreign, "", "kerberos_keytab"},
		{foreign, "https://login.example.com", "kerberos_keytab"},
		{missing, "login.example.com", "kcoidc_issuer_identifier"},
		{missing, "https://login.example.com", ""}, // which may come later
	} {
		cfg := servertest.Load(t, "sqlite_path = "+filepath.Join(t.TempDir(), "db")+"\nserver_listen =\nserver_pipe_enabled = no\nenable_sso = yes\nkerberos_keytab = "+tt.keytab+"\nkcoidc_issuer_identifier = "+tt.issuer+"\n")
		s, err := server.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), prometheus.NewRegistry())
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v", tt, err)
		}
		if err == nil {
			ended, end := context.WithCancel(t.Context())
			end()
			if err := s.Serve(ended); err != nil {
				t.Error(err)
			}
		}
	}
}
