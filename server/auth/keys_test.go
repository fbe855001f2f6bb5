package auth

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/session"
)

// publicKey makes the DER form of a new public key.
func publicKey(t *testing.T) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestClientKeys(t *testing.T) {
	dir := t.TempDir()
	known, other := publicKey(t), publicKey(t)
	file := filepath.Join(dir, "spooler.pub")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: known}), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := ReadClientKeys(dir)
	if err != nil || len(keys) != 1 {
		t.Fatalf("%d keys, %v", len(keys), err)
	}
	a := New(Settings{ClientKeys: keys}, users{}, time.Now)
	check := func(key []byte, name string) error {
		_, err := a.Check(context.Background(), Request{
			Peer: session.Peer{Network: "tls", PublicKeys: [][]byte{key}}, Username: name, Flags: FlagNoUnixAuth,
		})
		return err
	}
	if err := check(known, "SYSTEM"); err != nil {
		t.Errorf("a known key was refused: %v", err)
	}
	if err := check(known, "nobody"); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("a known key for an unknown user: %v", err)
	}
	if err := check(other, "SYSTEM"); mapi.CodeOf(err) != mapi.LogonFailed {
		t.Errorf("an unknown key: %v", err)
	}
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadClientKeys(dir); err == nil {
		t.Error("a file without a key was accepted")
	}
	if keys, err := ReadClientKeys(filepath.Join(dir, "missing")); err != nil || keys != nil {
		t.Errorf("a folder that is not there: %v, %v", keys, err)
	}
}
