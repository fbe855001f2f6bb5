package repository

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
)

// ID names a blob: HMAC-SHA-256 of its kind and bytes, with a key that only the repository's owner has.
type ID [sha256.Size]byte

// String is the id in hexadecimal.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// Kind is who can read a blob.
type Kind byte

// Kinds of blobs.
const (
	Meta Kind = 1 // the host that writes backups
	Body Kind = 2 // who has the identity
)

const keySize = chacha20poly1305.KeySize

// HostKey is the secret of the host that writes backups. It makes ids, and reads everything but bodies.
type HostKey [keySize]byte

// hostKeyPrefix begins the text of a key, so that nobody takes it for something else.
const hostKeyPrefix = "ZARAFA-BACKUP-HOST-KEY-1 "

// NewHostKey makes a key.
func NewHostKey() (k HostKey) {
	rand.Read(k[:])
	return k
}

// Text is the form in which a key is kept in a file.
func (k HostKey) Text() string { return hostKeyPrefix + base64.StdEncoding.EncodeToString(k[:]) + "\n" }

// ParseHostKey reads the text of a key.
func ParseHostKey(text string) (k HostKey, err error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), strings.TrimSpace(hostKeyPrefix))
	if !ok {
		return k, fmt.Errorf("it does not begin with %q", strings.TrimSpace(hostKeyPrefix))
	}
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil || len(data) != len(k) {
		return k, errors.New("what follows the prefix is not a key of 32 bytes in base64")
	}
	return HostKey(data), nil
}

// secrets are the keys that come of a host key.
type secrets struct {
	id   []byte
	meta cipher.AEAD
	body cipher.AEAD // of symmetric repositories
	mac  []byte      // of config
}

func (k HostKey) secrets() (*secrets, error) {
	derive := func(use string) ([]byte, error) {
		return hkdf.Key(sha256.New, k[:], nil, "zarafa-backup 1 "+use, keySize)
	}
	var s secrets
	var meta, body []byte
	var err error
	for _, d := range []struct {
		into *[]byte
		use  string
	}{{&s.id, "id"}, {&meta, "meta"}, {&body, "body"}, {&s.mac, "config"}} {
		if *d.into, err = derive(d.use); err != nil {
			return nil, err
		}
	}
	if s.meta, err = chacha20poly1305.NewX(meta); err != nil {
		return nil, err
	}
	s.body, err = chacha20poly1305.NewX(body)
	return &s, err
}

// idOf is the id of a blob.
func (s *secrets) idOf(kind Kind, data []byte) (id ID) {
	h := hmac.New(sha256.New, s.id)
	h.Write([]byte{byte(kind)})
	h.Write(data)
	h.Sum(id[:0])
	return id
}

// seal encrypts; bound is authenticated with it, so that what was written as one thing is not taken for another.
func seal(a cipher.AEAD, plain, bound []byte) []byte {
	nonce := make([]byte, a.NonceSize(), a.NonceSize()+len(plain)+a.Overhead())
	rand.Read(nonce)
	return a.Seal(nonce, nonce, plain, bound)
}

// errSealed is the error of what does not open: it was changed, or was written with another key.
var errSealed = errors.New("it does not decrypt: it is damaged, or was written with another key")

func open(a cipher.AEAD, sealed, bound []byte) ([]byte, error) {
	if len(sealed) < a.NonceSize()+a.Overhead() {
		return nil, errSealed
	}
	plain, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], bound)
	if err != nil {
		return nil, errSealed
	}
	return plain, nil
}

// keyRef is the beginning of the name of a file in keys/. All 0 is the key that comes of the host's.
type keyRef [8]byte

// bodyKey is a key that bodies are encrypted with.
type bodyKey struct {
	ref  keyRef
	aead cipher.AEAD
}

// newBodyKey makes a key, and its form sealed for a recipient.
func newBodyKey(to age.Recipient) (aead cipher.AEAD, sealed []byte, err error) {
	key := make([]byte, keySize)
	rand.Read(key)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, nil, err
	}
	if _, err = w.Write(key); err != nil {
		return nil, nil, err
	}
	if err = w.Close(); err != nil {
		return nil, nil, err
	}
	aead, err = chacha20poly1305.NewX(key)
	return aead, out.Bytes(), err
}

// openBodyKey opens what newBodyKey has sealed.
func openBodyKey(sealed []byte, identities []age.Identity) (cipher.AEAD, error) {
	r, err := age.Decrypt(bytes.NewReader(sealed), identities...)
	if err != nil {
		return nil, err
	}
	key, err := io.ReadAll(io.LimitReader(r, keySize+1))
	if err != nil {
		return nil, err
	}
	return chacha20poly1305.NewX(key)
}
