package sessions_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// issuer is a certificate authority.
type issuer struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// issue makes a certificate for a name; a nil issuer makes one that signs itself, an authority's.
func (a *issuer) issue(t *testing.T, name string, from time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(from.UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: from.Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: a == nil, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	parent, signer := template, key
	if a != nil {
		parent, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func newIssuer(t *testing.T) *issuer {
	c := (*issuer)(nil).issue(t, "an authority", time.Now().Add(-time.Hour))
	return &issuer{c.Leaf, c.PrivateKey.(*ecdsa.PrivateKey)}
}

// writePEM writes blocks of certificates, keys and public keys.
func writePEM(t *testing.T, path string, blocks ...pem.Block) {
	t.Helper()
	var text []byte
	for i := range blocks {
		text = append(text, pem.EncodeToMemory(&blocks[i])...)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

func publicPEM(c tls.Certificate) pem.Block {
	return pem.Block{Type: "PUBLIC KEY", Bytes: c.Leaf.RawSubjectPublicKeyInfo}
}

// startTLS runs a server that speaks TLS and knows the public keys in the folder dir/sslkeys.
func startTLS(t *testing.T, dir string, a *issuer) (i *servertest.Instance, address string) {
	t.Helper()
	own := a.issue(t, "server", time.Now().Add(-time.Hour))
	private, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	writePEM(t, filepath.Join(dir, "server.pem"), pem.Block{Type: "PRIVATE KEY", Bytes: private}, pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]})
	writePEM(t, filepath.Join(dir, "ca.pem"), pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw})
	i = servertest.StartIn(t, dir, servertest.Settings(t, config.EngineSQLite, dir)+"createuser_script =\nserver_listen_tls = 127.0.0.1:0\nserver_ssl_key_file = "+
		filepath.Join(dir, "server.pem")+"\nserver_ssl_ca_file = "+filepath.Join(dir, "ca.pem")+"\nsslkeys_path = "+filepath.Join(dir, "sslkeys")+"\n")
	return i, i.Config.Sockets.TLS[0].Addr().String()
}

// TestClientCertificates: a certificate of an accepted authority opens nothing by itself, whatever name it carries. Its key must be one of
// those that the operator has put into sslkeys_path, until he takes it away.
func TestClientCertificates(t *testing.T) {
	dir := servertest.Folder(t)
	a, foreign := newIssuer(t), newIssuer(t)
	recent := time.Now().Add(-time.Hour)
	known, unknown, expired := a.issue(t, "spooler", recent), a.issue(t, "SYSTEM", recent), a.issue(t, "old", time.Now().Add(-48*time.Hour))
	stranger := foreign.issue(t, "SYSTEM", recent)
	keys := filepath.Join(dir, "sslkeys")
	if err := os.Mkdir(keys, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]tls.Certificate{"spooler.pub": known, "old.pub": expired, "stranger.pub": stranger} {
		writePEM(t, filepath.Join(keys, name), publicPEM(c))
	}
	i, address := startTLS(t, dir, a)
	roots := x509.NewCertPool()
	roots.AddCert(a.certificate)
	// logOn gives the code of a log-on as SYSTEM without a password; NETWORK_ERROR if there is not even a connection.
	logOn := func(c *tls.Certificate, flags uint32) mapi.Code {
		t.Helper()
		h, err := soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: "https://" + address + "/", TLS: &tls.Config{RootCAs: roots,
			GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if c == nil {
					return new(tls.Certificate), nil
				}
				return c, nil
			}}})
		if err != nil {
			t.Fatal(err)
		}
		defer h.Close()
		answer, err := h.Do(t.Context(), soaphttp.Request{Body: wire.AppendRequest(nil, &wire.LogonRequest{
			Username: wire.Text("SYSTEM"), Password: wire.Text(""), Capabilities: e2e.UsualCapabilities, Flags: flags | 2})})
		if err != nil {
			return mapi.NetworkError
		}
		defer answer.Close()
		return e2e.ParseAnswer(200, answer.Body).Code
	}
	for name, tt := range map[string]struct {
		certificate *tls.Certificate
		want        mapi.Code
	}{
		"a key that is known":                      {&known, mapi.OK},
		"the name of SYSTEM on another key":        {&unknown, mapi.LogonFailed},
		"no certificate":                           {nil, mapi.LogonFailed},
		"a known key, signed by another authority": {&stranger, mapi.NetworkError},
		"a known key that has expired":             {&expired, mapi.NetworkError},
		"a certificate of a known key, but not the key": {&tls.Certificate{Certificate: known.Certificate, PrivateKey: unknown.PrivateKey},
			mapi.NetworkError},
	} {
		if got := logOn(tt.certificate, 1); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	if err := os.Remove(filepath.Join(keys, "spooler.pub")); err != nil {
		t.Fatal(err)
	}
	i.Reload(i.Config)
	if got := logOn(&known, 0); got != mapi.LogonFailed {
		t.Errorf("a key that was taken away: %v", got)
	}
	writePEM(t, filepath.Join(keys, "spooler.pub"), publicPEM(known))
	if err := os.WriteFile(filepath.Join(keys, "damaged.pub"), []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	i.Reload(i.Config)
	if got := logOn(&known, 0); got != mapi.LogonFailed {
		t.Errorf("keys are read from a folder that holds something else: %v", got)
	}
	if len(i.Failures.Take()) == 0 {
		t.Error("nobody is told that the folder cannot be read")
	}
}

// TestPlainTextToTLS sends a log-on without TLS to where TLS is spoken. Nothing of it is answered, and what a client sends before the
// handshake is not taken for the first request after it.
func TestPlainTextToTLS(t *testing.T) {
	dir := servertest.Folder(t)
	_, address := startTLS(t, dir, newIssuer(t))
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body := wire.AppendRequest(nil, &wire.LogonRequest{Username: wire.Text("alice"), Password: wire.Text("secret"), Capabilities: e2e.UsualCapabilities})
	if _, err := c.Write(append([]byte(e2e.RequestLine+"Content-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"), body...)); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(c) // the server resets the connection, since it has read no more than the first bytes
	if len(answer) > 0 && answer[0] != 0x15 {
		t.Errorf("answered without TLS: %q", answer)
	}
	if parsed := e2e.ParseAnswer(200, answer); parsed.Code == mapi.OK {
		t.Error("logged on without TLS")
	}
}
