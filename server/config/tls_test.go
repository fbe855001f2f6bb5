package config

import (
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
	"testing"
	"time"

	"zarafa/daemon/settings"
)

// writeKey writes a new key and its own certificate to a file.
func writeKey(t *testing.T, path string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	certificate, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// greet serves one connection, which gets "hello" if the handshake succeeds.
func greet(l net.Listener) {
	c, err := l.Accept()
	if err != nil {
		return
	}
	defer c.Close()
	_, _ = io.WriteString(c, "hello")
}

func TestTLS(t *testing.T) {
	folder := t.TempDir()
	server, known, stranger := filepath.Join(folder, "server.pem"), filepath.Join(folder, "known.pem"), filepath.Join(folder, "stranger.pem")
	for _, path := range []string{server, known, stranger} {
		writeKey(t, path)
	}
	c, _, err := load(t, "server_listen =\nserver_pipe_enabled = no\nserver_listen_tls = 127.0.0.1:0\nserver_ssl_key_file = "+server+"\nserver_ssl_ca_file = "+known)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Bind(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer c.Sockets.Close()
	tests := []struct {
		name        string
		certificate string
		max         uint16
		ok          bool
	}{
		{"no client certificate", "", 0, true},
		{"known authority", known, 0, true},
		{"unknown authority", stranger, 0, false},
		{"old protocol", "", tls.VersionTLS11, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			go greet(c.Sockets.TLS[0])
			client := tls.Config{InsecureSkipVerify: true, MaxVersion: tt.max, MinVersion: tls.VersionTLS10}
			if tt.certificate != "" {
				pair, err := tls.LoadX509KeyPair(tt.certificate, tt.certificate)
				if err != nil {
					t.Fatal(err)
				}
				client.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
			}
			if got := read(t, c.Sockets.TLS[0].Addr().String(), &client); (got == "hello") != tt.ok {
				t.Errorf("got %q", got)
			}
		})
	}
}

// read returns what the server says, or "" if it refuses.
func read(t *testing.T, address string, client *tls.Config) string {
	t.Helper()
	conn, err := tls.Dial("tcp", address, client)
	if err != nil {
		return ""
	}
	defer conn.Close()
	text, err := io.ReadAll(conn)
	if err != nil {
		return ""
	}
	return string(text)
}

func TestTLSMistakes(t *testing.T) {
	folder := t.TempDir()
	key, empty := filepath.Join(folder, "key.pem"), filepath.Join(folder, "empty.pem")
	writeKey(t, key)
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for setting, keys := range map[string]TLS{
		"server_ssl_key_file": {KeyFile: empty},
		"server_ssl_ca_file":  {KeyFile: key, CAFile: empty},
	} {
		_, err := keys.Load()
		var mistake *settings.Error
		if !errors.As(err, &mistake) || mistake.Setting != setting || mistake.Remedy == "" {
			t.Errorf("%s: got %v", setting, err)
		}
	}
}
