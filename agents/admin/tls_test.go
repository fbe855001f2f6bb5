package admin

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/server/config"
	"zarafa/server/servertest"
)

// writeKey writes a new key with its own certificate, and the public key alone, to files.
func writeKey(t *testing.T, pair, public string) {
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
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	encode := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	writeFile(t, pair, encode("PRIVATE KEY", private)+encode("CERTIFICATE", certificate))
	writeFile(t, public, encode("PUBLIC KEY", der))
}

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// By https the tool administers with a key that the server knows, and with no other.
func TestClientCertificate(t *testing.T) {
	dir := t.TempDir()
	server, known, other := filepath.Join(dir, "server.pem"), filepath.Join(dir, "known.pem"), filepath.Join(dir, "other.pem")
	writeKey(t, server, filepath.Join(dir, "public", "server.pem"))
	writeKey(t, known, filepath.Join(dir, "keys", "admin.pem"))
	writeKey(t, other, filepath.Join(dir, "public", "other.pem"))
	all := ""
	for _, path := range []string{server, known, other} {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
	}
	ca := filepath.Join(dir, "ca.pem")
	writeFile(t, ca, all)
	instance := servertest.Start(t, config.EngineSQLite, "server_listen_tls = 127.0.0.1:0\nserver_ssl_key_file = "+server+
		"\nserver_ssl_ca_file = "+ca+"\nsslkeys_path = "+filepath.Join(dir, "keys")+"\n")
	endpoint := "https://" + instance.Config.Sockets.TLS[0].Addr().String() + "/"
	for _, tt := range []struct {
		name, lines string
		status      int
		want        string
	}{
		{"known key", "sslkey_file = " + known + "\nssl_ca_file = " + ca, 0, "User list for Default(1):"},
		{"other key", "sslkey_file = " + other + "\nssl_ca_file = " + ca, 1, "refuses administration"},
		{"no key", "ssl_ca_file = " + ca, 1, "refuses administration"},
		{"server not trusted", "sslkey_file = " + known, 1, "certificate"},
		{"key with a password", "sslkey_file = " + known + "\nsslkey_pass = x", 1, "sslkey_pass: keys with a password"},
		{"key missing", "sslkey_file = /nonexistent", 1, "sslkey_file: "},
		{"no authorities", "ssl_ca_file = " + filepath.Join(dir, "keys", "admin.pem"), 1, "no certificate in PEM form"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "admin.cfg")
			writeFile(t, file, tt.lines+"\n")
			var out strings.Builder
			tool := Tool{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &out, ConfigFile: file, LookupEnv: noEnv}
			if status := tool.Run(t.Context(), []string{"-h", endpoint, "-l"}); status != tt.status || !strings.Contains(out.String(), tt.want) {
				t.Errorf("status %d, want %q in %q", status, tt.want, out.String())
			}
		})
	}
}
