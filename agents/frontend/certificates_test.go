package frontend

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/daemon/settings"
)

// writeCertificate makes a certificate of a serial number, in the files that settings have by default.
func writeCertificate(t *testing.T, dir string, serial int64) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), DNSNames: []string{"mail.example.com"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	certificate, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{
		"cert.pem": {Type: "CERTIFICATE", Bytes: certificate}, "privkey.pem": {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func load(t *testing.T, dir, text string, needed bool) (*tls.Config, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "agent.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var names TLS
	set, err := settings.New([]settings.Section{names.Section(dir)})
	if err == nil {
		err = errors.Join(set.ReadFile(file, settings.Source{}), set.Apply())
	}
	if err != nil {
		t.Fatal(err)
	}
	names.Finish(set)
	return names.Load(needed)
}

func TestLoadCertificates(t *testing.T) {
	dir, empty := t.TempDir(), t.TempDir()
	writeCertificate(t, dir, 1)
	ca := "ssl_verify_client = yes\nssl_verify_file = " + filepath.Join(dir, "cert.pem") + "\n"
	for _, tt := range []struct {
		name, dir, text string
		needed          bool
		want            string // part of the error, or - for none and no certificate
	}{
		{"there", dir, "", true, ""},
		{"newest version alone", dir, "tls_min_proto = tls1.3\n", true, ""},
		{"not there", empty, "", false, "-"},
		{"not there, but needed", empty, "", true, "ssl_certificate_file"},
		{"named, and not there", empty, "ssl_certificate_file = /nonexistent\n", false, "ssl_certificate_file"},
		{"clients' certificates", dir, ca, true, ""},
		{"no authority", dir, "ssl_verify_client = yes\n", true, "ssl_verify_client"},
		{"authority not there", dir, "ssl_verify_client = yes\nssl_verify_file = /nonexistent\n", true, "ssl_verify_file"},
		{"authority is a key", dir, "ssl_verify_client = yes\nssl_verify_path = " + dir + "\n", true, "no certificate in PEM"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config, err := load(t, tt.dir, tt.text, tt.needed)
			if tt.want == "" || tt.want == "-" {
				if err != nil || (config == nil) != (tt.want == "-") {
					t.Fatalf("%v, %v", config, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("want %q: %v", tt.want, err)
			}
			if config == nil {
				return
			}
			if strict := tt.text == ca; strict != (config.ClientAuth == tls.RequireAndVerifyClientCert) {
				t.Errorf("clients' certificates: %v", config.ClientAuth)
			}
			if newest := strings.Contains(tt.text, "tls1.3"); newest != (config.MinVersion == tls.VersionTLS13) {
				t.Errorf("version %#x", config.MinVersion)
			}
		})
	}
}

// startTLS is a protocol whose only command is STARTTLS.
func startTLS(ctx context.Context, c *Conn) {
	in := bufio.NewReader(c)
	if _, err := in.ReadString('\n'); err != nil || !c.CanStartTLS() {
		return
	}
	_, _ = io.WriteString(c, "begin\n")
	if c.StartTLS(ctx) != nil {
		return
	}
	if c.CanStartTLS() || !errors.Is(c.StartTLS(ctx), ErrNoTLS) {
		_, _ = io.WriteString(c, "twice\n")
	}
	_, _ = io.WriteString(c, "encrypted\n")
}

// New connections get the newest certificate, whether they begin with TLS or change to it.
func TestCertificatesAreReplaced(t *testing.T) {
	dir := t.TempDir()
	s := newServer(prometheus.NewRegistry())
	open := func() net.Listener {
		l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	plain, encrypted := open(), open()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, []Service{
			{Protocol: "echo", Listeners: []net.Listener{plain}, Serve: startTLS},
			{Protocol: "echo", Listeners: []net.Listener{encrypted}, Serve: echo, TLS: true},
		})
	}()
	client := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}
	read := func(c net.Conn, want string) int64 {
		t.Helper()
		secured := tls.Client(c, client)
		defer secured.Close()
		text, err := bufio.NewReader(secured).ReadString('\n')
		if err != nil || text != want {
			t.Errorf("%q, %v, want %q", text, err, want)
			return 0
		}
		return secured.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	dial := func(l net.Listener) net.Conn {
		t.Helper()
		c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for serial := range int64(2) {
		writeCertificate(t, dir, serial+1)
		config, err := load(t, dir, "", true)
		if err != nil {
			t.Fatal(err)
		}
		s.Certificates.Set(config)
		if got := read(dial(encrypted), "hello 127.0.0.1 secure=true plaintext=true\n"); got != serial+1 {
			t.Errorf("certificate %v, want %d", got, serial+1)
		}
		c := dial(plain)
		_, _ = io.WriteString(c, "STARTTLS\n")
		if _, err := io.ReadFull(c, make([]byte, len("begin\n"))); err != nil {
			t.Fatal(err)
		}
		if got := read(c, "encrypted\n"); got != serial+1 {
			t.Errorf("certificate %v after STARTTLS, want %d", got, serial+1)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
