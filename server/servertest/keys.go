package servertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// Key is a key with its own certificate for the loopback interface, in files.
type Key struct {
	Pair   string // path of private key and certificate, in PEM
	Public string // path of the public key
	cert   *x509.Certificate
	tls    tls.Certificate
}

// NewKey makes a key. The public one lies alone in its folder, as sslkeys_path wants it.
func NewKey(t testing.TB, dir, name string) Key {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	template := x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	must(err)
	private, err := x509.MarshalPKCS8PrivateKey(key)
	must(err)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	must(err)
	k := Key{Pair: filepath.Join(dir, name+".pem"), Public: filepath.Join(dir, name, "public.pem")}
	k.cert, err = x509.ParseCertificate(der)
	must(err)
	text := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	must(os.WriteFile(k.Pair, text, 0o600))
	must(os.Mkdir(filepath.Dir(k.Public), 0o700))
	must(os.WriteFile(k.Public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}), 0o600))
	k.tls, err = tls.LoadX509KeyPair(k.Pair, k.Pair)
	must(err)
	return k
}
