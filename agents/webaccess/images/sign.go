package images

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
)

// Key is the secret of a session for signing addresses. It ends with the session, and so do the addresses.
type Key [32]byte

// NewKey draws a key.
func NewKey() Key {
	var k Key
	rand.Read(k[:]) // never fails
	return k
}

// Sign returns the address, relative to the server, under which the handler that is at path serves a picture. It has signs of a URI alone
// (RFC 3986) and is the same for the same picture, so that browsers keep what they have.
func (k Key) Sign(path, picture string) string {
	return path + "?u=" + base64.RawURLEncoding.EncodeToString([]byte(picture)) + "&s=" + base64.RawURLEncoding.EncodeToString(k.mac(picture))
}

// verify is the picture's address that a query was signed for.
func (k Key) verify(query url.Values) (picture string, ok bool) {
	address, err := base64.RawURLEncoding.DecodeString(query.Get("u"))
	if err != nil {
		return "", false
	}
	sum, err := base64.RawURLEncoding.DecodeString(query.Get("s"))
	if err != nil || !hmac.Equal(sum, k.mac(string(address))) {
		return "", false
	}
	return string(address), true
}

func (k Key) mac(picture string) []byte {
	m := hmac.New(sha256.New, k[:])
	m.Write([]byte("image\x00" + picture))
	return m.Sum(nil)
}
