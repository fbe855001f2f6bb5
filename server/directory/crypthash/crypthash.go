// Package crypthash compares passwords with the stored forms of other systems: crypt(3) as in /etc/shadow, and userPassword
// of LDAP directories (RFC 2307, RFC 3112 and OpenLDAP's additions).
//
// It owns no state; all functions may be called by many goroutines. Each call takes as long as the stored form wants, up to a
// limit: forms that ask for more than about a second or 128 MiB are refused, since users can write their own in some directories.
package crypthash

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"github.com/go-crypt/crypt/algorithm"
	"github.com/go-crypt/crypt/algorithm/bcrypt"
	"github.com/go-crypt/crypt/algorithm/md5crypt"
	"github.com/go-crypt/crypt/algorithm/scrypt"
	"github.com/go-crypt/crypt/algorithm/shacrypt"
	"github.com/go-crypt/x/yescrypt"
)

// Limits of what a stored form may cost.
const (
	maxRounds   = 1_000_000 // of SHA crypt; 5000 is usual
	maxCost     = 15        // of bcrypt; 10 to 12 is usual
	maxMemory   = 128 << 20 // of yescrypt, in bytes; 16 MiB is usual
	maxPassword = 4096      // bytes
)

// ErrUnknown means that a stored form cannot be checked here.
var ErrUnknown = errors.New("the password is stored in a form that is not supported")

// Locked reports whether a field of /etc/shadow lets nobody log on by password: "!" or "*" in front, or nothing at all.
func Locked(stored string) bool {
	return stored == "" || stored[0] == '!' || stored[0] == '*'
}

// Crypt compares a password with a form of crypt(3): MD5 ($1$), bcrypt ($2b$), SHA-256 ($5$), SHA-512 ($6$) and yescrypt ($y$).
func Crypt(stored, password string) (bool, error) {
	if Locked(stored) || len(password) > maxPassword || strings.ContainsRune(password, 0) {
		return false, nil
	}
	decode, err := decoderOf(stored)
	if err != nil {
		return false, err
	}
	digest, err := decode(stored)
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	return digest.MatchAdvanced(password)
}

// decoderOf finds who understands a stored form, and refuses those that cost too much.
func decoderOf(stored string) (func(string) (algorithm.Digest, error), error) {
	parts := strings.Split(stored, "$")
	if len(parts) < 4 || parts[0] != "" {
		return nil, ErrUnknown
	}
	switch parts[1] {
	case "1":
		return md5crypt.Decode, nil
	case "2a", "2b", "2y":
		if cost, err := strconv.Atoi(parts[2]); err != nil || cost > maxCost {
			return nil, fmt.Errorf("%w: bcrypt of cost %q", ErrUnknown, parts[2])
		}
		return bcrypt.Decode, nil
	case "5", "6":
		if rounds, ok := strings.CutPrefix(parts[2], "rounds="); ok {
			if n, err := strconv.Atoi(rounds); err != nil || n > maxRounds {
				return nil, fmt.Errorf("%w: %q rounds", ErrUnknown, rounds)
			}
		}
		return shacrypt.Decode, nil
	case "y":
		_, ln, r, err := yescrypt.DecodeSetting([]byte(parts[2]))
		if err != nil || ln < 1 || ln > 24 || r < 1 || r > maxMemory>>(7+ln) {
			return nil, fmt.Errorf("%w: yescrypt %q", ErrUnknown, parts[2])
		}
		return scrypt.Decode, nil
	}
	return nil, ErrUnknown
}

// scheme is a form of userPassword: a digest, after which salt follows if it is salted.
type scheme struct {
	new    func() hash.Hash
	salted bool
}

func schemes() map[string]scheme {
	return map[string]scheme{
		"MD5": {md5.New, false}, "SMD5": {md5.New, true}, "SHA": {sha1.New, false}, "SSHA": {sha1.New, true},
		"SHA256": {sha256.New, false}, "SSHA256": {sha256.New, true}, "SHA384": {sha512.New384, false}, "SSHA384": {sha512.New384, true},
		"SHA512": {sha512.New, false}, "SSHA512": {sha512.New, true},
	}
}

// UserPassword compares a password with a value of userPassword. One without a scheme in braces is the password itself.
func UserPassword(stored, password string) (bool, error) {
	name, rest, ok := strings.Cut(strings.TrimPrefix(stored, "{"), "}")
	if !strings.HasPrefix(stored, "{") || !ok {
		return stored != "" && equal([]byte(stored), []byte(password)), nil
	}
	name = strings.ToUpper(name)
	switch name {
	case "CRYPT":
		return Crypt(rest, password)
	case "CLEARTEXT":
		return rest != "" && equal([]byte(rest), []byte(password)), nil
	}
	s, ok := schemes()[name]
	if !ok {
		return false, fmt.Errorf("%w: {%s}", ErrUnknown, name)
	}
	value, err := base64.StdEncoding.DecodeString(rest)
	if err != nil {
		return false, fmt.Errorf("%w: {%s}", ErrUnknown, name)
	}
	h := s.new()
	if len(value) < h.Size() || !s.salted && len(value) != h.Size() {
		return false, fmt.Errorf("%w: {%s}", ErrUnknown, name)
	}
	h.Write([]byte(password))
	h.Write(value[h.Size():])
	return equal(h.Sum(nil), value[:h.Size()]), nil
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }
