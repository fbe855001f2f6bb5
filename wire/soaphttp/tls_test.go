package soaphttp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"
)

// authority is a certificate authority of one test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{pool: x509.NewCertPool()}
	c := a.issue(t, "ca")
	a.cert, a.key = c.Leaf, c.PrivateKey.(*ecdsa.PrivateKey)
	a.pool.AddCert(a.cert)
	return a
}

// issue makes a certificate; the first one signs itself and is the authority's own.
func (a *authority) issue(t *testing.T, name string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), DNSNames: []string{name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: a.cert == nil, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}}
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = template, key
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

func startTLS(t *testing.T, ca *authority, h handlerFunc) net.Addr {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(Config{}, h)
	go s.ServeTLS(ln, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "server")}, ClientCAs: ca.pool,
		ClientAuth: tls.VerifyClientCertIfGiven})
	t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		s.Shutdown(ctx)
	})
	return ln.Addr()
}

// A verified client certificate is shown to the handler; one of a stranger ends the handshake.
func TestTLS(t *testing.T) {
	ca, stranger := newAuthority(t), newAuthority(t)
	addr := startTLS(t, ca, func(ctx context.Context, x *Exchange) {
		if len(x.Peer.Certs) > 0 && x.Peer.Certs[0].Subject.CommonName != "alice" {
			t.Errorf("certificate of %v", x.Peer.Certs[0].Subject)
		}
		whoami(ctx, x)
	})
	for _, c := range []struct {
		name  string
		certs []tls.Certificate
		want  string
	}{
		{"no certificate", nil, "tls 127.0.0.1 local=true proxied=false uid=4294967295 gid=4294967295 pid=-1 certs=0"},
		{"certificate", []tls.Certificate{ca.issue(t, "alice")}, "tls 127.0.0.1 local=true proxied=false uid=4294967295 gid=4294967295 pid=-1 certs=2"},
		{"stranger", []tls.Certificate{stranger.issue(t, "alice")}, ""},
	} {
		client := newTestClient(t, ClientConfig{Endpoint: "https://" + addr.String() + "/",
			TLS: &tls.Config{RootCAs: ca.pool, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
				if len(c.certs) == 0 {
					return new(tls.Certificate), nil
				}
				return &c.certs[0], nil
			}}})
		for range 2 {
			resp, err := client.Do(context.Background(), Request{Body: []byte(envelope)})
			if err != nil {
				if c.want != "" {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			if !strings.HasPrefix(string(resp.Body), c.want) || c.want == "" {
				t.Errorf("%s: %s", c.name, resp.Body)
			}
			resp.Close()
		}
		if c.want != "" && len(client.idle) != 1 {
			t.Errorf("%s: %d connections in the pool", c.name, len(client.idle))
		}
	}
}

// Large answers and parts pass through TLS, whose connections cannot be waited on without a buffer.
func TestTLSStreams(t *testing.T) {
	ca := newAuthority(t)
	data := strings.Repeat("0123456789", 100_000)
	addr := startTLS(t, ca, func(_ context.Context, x *Exchange) {
		x.ReplyStreams(x.Body, []Part{{ID: "emcas-0", Write: func(w io.Writer) error {
			_, err := io.Copy(w, x.Attachment)
			return err
		}}})
	})
	c := newTestClient(t, ClientConfig{Endpoint: "https://" + addr.String(), TLS: &tls.Config{RootCAs: ca.pool}})
	resp, err := c.Do(context.Background(), Request{Body: []byte(envelope), Attachment: strings.NewReader(data)})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Close()
	_, part, err := resp.NextPart()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(part); err != nil || string(got) != data {
		t.Errorf("%d bytes %v", len(got), err)
	}
}

// A peer that does not complete the handshake is closed and does not hold up others.
func TestStalledHandshake(t *testing.T) {
	ca := newAuthority(t)
	inBubble(t, Config{}, echo, func(l *pipeListener) {
		client, server := net.Pipe()
		start := time.Now()
		l.conns <- tls.Server(server, &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "server")}})
		if _, err := client.Read(make([]byte, 1)); err != io.EOF || time.Since(start) != handshakeTimeout {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}
