package directory

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id (RFC 9106; the second recommended option scaled to what a log-on may cost here).
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
	argonForm   = "$argon2id$" // how the stored form begins
)

// hashPassword makes the stored form: $argon2id$v=19$m=…,t=…,p=…$salt$hash (PHC string format).
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// checkPassword compares in constant time. legacy is true if the stored form is the original's
// salted MD5 (8 hex digits of salt, hex MD5 of salt and password), which ought to be replaced.
func checkPassword(stored, password string) (ok, legacy bool) {
	if strings.HasPrefix(stored, argonForm) {
		return checkArgon(stored, password), false
	}
	if len(stored) != 8+2*md5.Size {
		return false, false
	}
	sum := md5.Sum([]byte(stored[:8] + password))
	want := strings.ToLower(stored[8:])
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(want)) == 1, true
}

func checkArgon(stored, password string) bool {
	var version, memory, rounds int
	var lanes uint8
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return false
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &memory, &rounds, &lanes); err != nil {
		return false
	}
	// A row written by somebody else must not be able to take all the memory.
	if memory <= 0 || memory > 1<<20 || rounds <= 0 || rounds > 64 || lanes == 0 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) < 16 || len(want) > 128 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(rounds), uint32(memory), lanes, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}

// verifier checks passwords and remembers the right ones for a short while, so that a client
// that logs on for every job does not pay for the slow hash each time. It keeps no password:
// only an HMAC under a key that lives as long as the process.
type verifier struct {
	key      [32]byte
	lifetime time.Duration
	now      func() time.Time
	slots    chan struct{} // how many slow hashes may run at a time
	compare  func(stored, password string) (ok, legacy bool)

	mu    sync.Mutex
	known map[[32]byte]time.Time
}

// maxRemembered bounds the memory of the verifier.
const maxRemembered = 65536

func newVerifier(lifetime time.Duration, parallel int, now func() time.Time) *verifier {
	v := &verifier{lifetime: lifetime, now: now, slots: make(chan struct{}, parallel), compare: checkPassword, known: make(map[[32]byte]time.Time)}
	rand.Read(v.key[:])
	return v
}

// check compares a password with the stored form. A changed stored form makes what was remembered worthless,
// since it is part of the mark. Clients log on with several sessions at once: who has waited for his turn looks first
// whether somebody has found the password right meanwhile.
func (v *verifier) check(stored, password string) (ok, legacy bool) {
	mark := v.mark(stored, password)
	if v.remembers(mark) {
		return true, false
	}
	v.slots <- struct{}{}
	defer func() { <-v.slots }()
	if v.remembers(mark) {
		return true, false
	}
	ok, legacy = v.compare(stored, password)
	if ok && !legacy && v.lifetime > 0 {
		v.remember(mark)
	}
	return ok, legacy
}

func (v *verifier) remembers(mark [32]byte) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	until, known := v.known[mark]
	return known && v.now().Before(until)
}

func (v *verifier) mark(stored, password string) (m [32]byte) {
	h := hmac.New(sha256.New, v.key[:])
	fmt.Fprintf(h, "%d:%s", len(stored), stored)
	h.Write([]byte(password))
	h.Sum(m[:0])
	return m
}

func (v *verifier) remember(mark [32]byte) {
	now := v.now()
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.known) >= maxRemembered {
		for k, until := range v.known {
			if now.After(until) || len(v.known) >= maxRemembered {
				delete(v.known, k)
			}
		}
	}
	v.known[mark] = now.Add(v.lifetime)
}
