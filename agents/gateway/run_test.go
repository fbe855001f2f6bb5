package gateway

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

const mailText = "Subject: hello\r\nFrom: bob@example.com\r\n\r\n.body\r\n"

// A mail that comes in by IMAP is read by POP3 under its entry id, and deleted there; who lacks the feature is told so by both.
func TestGateway(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	admin := administrator(t, i)
	newUser(t, admin, "alice", "imap", "pop3")
	newUser(t, admin, "bob")
	g := start(t, "server_socket = "+i.Endpoint()+"\nserver_hostname = mail.example.com\nserver_hostname_greeting = yes\n")
	g.awaitServer()

	imap := g.connect(protocolIMAP, false)
	imap.say("", "* OK [CAPABILITY IMAP4rev1 ")
	imap.say("a1 LOGIN bob secret", "a1 NO [AUTHORIZATIONFAILED]")
	imap.say("a2 LOGIN alice wrong", "a2 NO [AUTHENTICATIONFAILED]")
	if caps := imap.say("a3 CAPABILITY", "a3 OK"); strings.Contains(caps, "OAUTH") || strings.Contains(caps, "STARTTLS") {
		t.Errorf("what is not there is offered: %s", caps)
	}
	imap.say("a4 LOGIN alice secret", "a4 OK")
	documented(t, imap.say("a4 CAPABILITY", "a4 OK"))
	imap.say(fmt.Sprintf("a5 APPEND INBOX {%d+}\r\n%s", len(mailText), mailText), "a5 OK [APPENDUID")
	if selected := imap.say("a6 SELECT INBOX", "a6 OK"); !strings.Contains(selected, "* 1 EXISTS") {
		t.Errorf("the inbox: %s", selected)
	}

	pop3 := g.connect(protocolPOP3, false)
	pop3.say("", "+OK POP3 gateway ready on mail.example.com\r\n")
	pop3.say("USER bob", "+OK")
	pop3.say("PASS secret", "-ERR [AUTH]")
	pop3.say("USER alice", "+OK")
	pop3.say("PASS secret", fmt.Sprintf("+OK alice has 1 messages (%d octets)", len(mailText)))
	pop3.say("UIDL 1", "+OK 1 "+entryID(t, i)+"\r\n")
	if got, want := pop3.say("RETR 1", ".\r\n"), strings.Replace(mailText, ".body", "..body", 1); !strings.HasSuffix(got, "octets\r\n"+want+".\r\n") {
		t.Errorf("the mail came as %q", got)
	}
	pop3.say("DELE 1", "+OK")
	pop3.say("QUIT", "+OK")
	imap.say("a7 NOOP", "a7 OK")
	if selected := imap.say("a8 SELECT INBOX", "a8 OK"); !strings.Contains(selected, "* 0 EXISTS") {
		t.Errorf("after the deletion: %s", selected)
	}

	// The program ends in good order: who is connected is told.
	go func() { _ = g.stop() }()
	imap.say("", "* BYE")
}

// Who has a token of the server's issuer needs no password, if he may use the protocol; a token that is somebody else's lets nobody in.
func TestTokens(t *testing.T) {
	issuer := servertest.NewTokenIssuer(t)
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\nenable_sso = yes\nkcoidc_issuer_identifier = "+issuer.URL+"\n")
	admin := administrator(t, i)
	alice, bob := newUser(t, admin, "alice", "imap", "pop3"), newUser(t, admin, "bob")
	response := func(user string, of client.User) string {
		text := fmt.Sprintf("user=%s\x01auth=Bearer %s\x01\x01", user, issuer.Token(of.EntryID, time.Hour))
		return base64.StdEncoding.EncodeToString([]byte(text))
	}
	g := start(t, "enable_sso = yes\nserver_socket = "+i.Endpoint()+"\n")
	g.awaitServer()
	imap := g.connect(protocolIMAP, false)
	if greeting := imap.say("", "* OK"); !strings.Contains(greeting, "AUTH=XOAUTH2") {
		t.Errorf("tokens are not offered: %s", greeting)
	}
	pop3 := g.connect(protocolPOP3, false)
	if capa := pop3.say("CAPA", "."); !strings.Contains(capa, "SASL PLAIN LOGIN OAUTHBEARER XOAUTH2\r\n") {
		t.Errorf("tokens are not offered: %s", capa)
	}
	imap.say("a1 AUTHENTICATE XOAUTH2 "+response("bob", alice), "+ ")
	imap.say("AQ==", "a1 NO [AUTHENTICATIONFAILED]")
	pop3.say("AUTH XOAUTH2 "+response("bob", alice), "+ ")
	pop3.say("AQ==", "-ERR [AUTH] The token is another user's")
	imap.say("a2 AUTHENTICATE XOAUTH2 "+response("bob", bob), "a2 NO [AUTHORIZATIONFAILED]")
	pop3.say("AUTH XOAUTH2 "+response("bob", bob), "-ERR [AUTH]")
	imap.say("a3 AUTHENTICATE XOAUTH2 "+response("Alice@example.com", alice), "a3 OK")
	pop3.say("AUTH XOAUTH2 "+response("alice", alice), "+OK alice has 0 messages")

	// Where they are switched off they are refused, though the server would take them.
	g = start(t, "server_socket = "+i.Endpoint()+"\n")
	g.awaitServer()
	imap = g.connect(protocolIMAP, false)
	imap.say("a1 AUTHENTICATE XOAUTH2 "+response("alice", alice), "a1 NO [CANNOT]")
	pop3 = g.connect(protocolPOP3, false)
	pop3.say("", "+OK")
	pop3.say("AUTH XOAUTH2 "+response("alice", alice), "-ERR This mechanism is not known")
}

// documented checks that docs/gateway.md has all capabilities of an answer.
func documented(t *testing.T, answer string) {
	t.Helper()
	text, err := os.ReadFile("../../docs/gateway.md")
	if err != nil {
		t.Fatal(err)
	}
	line, ok := strings.CutPrefix(answer, "* CAPABILITY IMAP4rev1 IMAP4rev2 ")
	line, _, _ = strings.Cut(line, "\r\n")
	for _, capability := range strings.Fields(line) {
		name, value, _ := strings.Cut(capability, "=")
		if name == "APPENDLIMIT" || name == "QUOTA" || name == "RIGHTS" { // values that say more of what the name says
			value = ""
		}
		if value != "" {
			name += "=" + value
		}
		if name != "RIGHTS" && !strings.Contains(string(text), "`"+name+"`") {
			t.Errorf("docs/gateway.md does not say %s", name)
		}
	}
	if !ok || len(strings.Fields(line)) < 10 {
		t.Errorf("capabilities: %q", answer)
	}
}

// awaitServer waits until users can log on.
func (g *gateway) awaitServer() {
	g.log.await("the server has answered", 1)
}

// entryID is that of the only message of alice's inbox, as POP3 shows it.
func entryID(t *testing.T, i *servertest.Instance) string {
	t.Helper()
	ctx := t.Context()
	s, err := client.LogOn(ctx, client.Options{Endpoint: i.Endpoint(), User: "SYSTEM", Impersonate: "alice"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(context.WithoutCancel(ctx))
	store, err := s.Store(ctx)
	if err != nil {
		t.Fatal(err)
	}
	inbox, err := s.ReceiveFolder(ctx, store.EntryID, "")
	if err != nil {
		t.Fatal(err)
	}
	table, err := s.OpenTable(ctx, client.TableQuery{
		Kind: mapi.TableMS, EntryID: inbox, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrEntryID},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close(context.WithoutCancel(ctx))
	rows, err := table.Rows(ctx, 10)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	id := strings.ToUpper(hex.EncodeToString(rows[0].Bytes(mapi.PrEntryID)))
	if len(id) != 96 {
		t.Errorf("an id of %d digits", len(id))
	}
	return id
}

// writeCertificate makes a certificate of a serial number, with its key in the same file.
func writeCertificate(t *testing.T, file string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), DNSNames: []string{"mail.example.com"}, NotAfter: time.Now().Add(time.Hour)}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// All ways to TLS show the certificate, and the new one after HUP; one that cannot be read leaves the old one. The server is away meanwhile: clients are
// told so, and not that their password is wrong.
func TestCertificatesAndAbsence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "both.pem")
	writeCertificate(t, file, 1)
	g := start(t, "imaps_listen = 127.0.0.1:0\npop3s_listen = 127.0.0.1:0\nserver_socket = file:///nonexistent/socket\nssl_certificate_file = "+file+
		"\nssl_private_key_file = "+file+"\n")
	g.log.await("started", 1)
	check := func(want int64) {
		t.Helper()
		imap := g.connect(protocolIMAP, false)
		imap.say("", "* OK")
		imap.say("a1 STARTTLS", "a1 OK")
		pop3 := g.connect(protocolPOP3, false)
		pop3.say("", "+OK")
		pop3.say("STLS", "+OK")
		for _, p := range []*peer{imap, pop3} {
			if got := p.encrypt(); got != want {
				t.Errorf("certificate %d, want %d", got, want)
			}
		}
		imap.say("a2 LOGIN alice secret", "a2 NO [UNAVAILABLE]")
		pop3.say("USER alice", "+OK")
		pop3.say("PASS secret", "-ERR [SYS/TEMP]")
		for _, protocol := range []string{protocolIMAP, protocolPOP3} {
			p := g.connect(protocol, true)
			got := p.Conn.(*tls.Conn).ConnectionState().PeerCertificates[0].SerialNumber.Int64()
			if got != want {
				t.Errorf("certificate %d, want %d", got, want)
			}
			p.say("", map[string]string{protocolIMAP: "* OK", protocolPOP3: "+OK"}[protocol])
		}
	}
	check(1)
	writeCertificate(t, file, 2)
	g.signals <- syscall.SIGHUP
	g.log.await("settings reloaded", 1)
	check(2)
	if err := os.WriteFile(file, []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.signals <- syscall.SIGHUP
	g.log.await("the certificate was not reloaded", 1)
	check(2)
}

// A server that refuses administration ends the program, with a reason.
func TestServerRefuses(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "")
	g := start(t, "server_socket = http://"+i.TCPAddr+"/\n")
	g.log.await("refuses administration: use its unix socket", 1)
	if status := g.stop(); status != 1 {
		t.Errorf("ended with status %d", status)
	}
	g.stop = func() int { return 0 }
}
