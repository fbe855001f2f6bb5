// Package auth decides who is at the other end: log-on by the peer of a Unix socket or in the server's own process, by client certificate, by password,
// and for somebody else (wire.md section 8).
//
// It owns the rules of log-on and the count of failures; users and passwords are the directory's, sessions
// the session manager's. It refuses with one and the same code, LOGON_FAILED, whatever the
// cause; the cause goes to the log.
package auth

import (
	"bytes"
	"context"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
)

// Flags of logon.
const (
	FlagNoUnixAuth uint32 = 0x1 // the password must be checked
	FlagCheckOnly  uint32 = 0x2 // make no session
)

// Local says which users of this machine need no password.
type Local struct {
	AllowUsers bool     // a Unix user may log on as the user of the same name
	Admins     []string // Unix users, names or numbers, who may log on as anybody
}

// Settings are the server's settings on peers.
type Settings struct {
	Local Local
	// ClientKeys are the public keys (DER, PKIX) whose owners may log on as anybody over TLS.
	ClientKeys [][]byte
	// Passwords checks passwords in place of the user directory, if it is not nil.
	Passwords PasswordChecker
	// MaxFailures bounds the failed log-ons of one account from one address within ten minutes, 0: no bound.
	MaxFailures int
}

// Directory is what log-on needs of the user directory.
type Directory interface {
	ByName(ctx context.Context, name string, kind mapi.ObjectClass) (*directory.Object, error)
	Authenticate(ctx context.Context, name, password string) (*directory.Object, error)
	IsAdminOver(ctx context.Context, caller, target uint32) (bool, error)
	Resolve(ctx context.Context, caller, id uint32, abEntryID []byte) (*directory.Object, error)
}

// Authenticator checks log-ons.
type Authenticator struct {
	settings Settings
	local    atomic.Pointer[Local]    // the rules in force
	keys     atomic.Pointer[[][]byte] // the client keys in force
	users    Directory
	throttle *throttle
	uid      int // the server's own
	// unixName gives the name of a Unix user; "" if it has none.
	unixName func(uid int) string
}

// New makes an authenticator for this process.
func New(settings Settings, users Directory, now func() time.Time) *Authenticator {
	a := &Authenticator{
		settings: settings, users: users, throttle: newThrottle(settings.MaxFailures, now), uid: os.Geteuid(), unixName: lookupUID,
	}
	a.SetLocal(settings.Local)
	a.SetClientKeys(settings.ClientKeys)
	return a
}

// SetLocal replaces the rules for users of this machine. Sessions that they have opened stay.
func (a *Authenticator) SetLocal(rules Local) { a.local.Store(&rules) }

// SetClientKeys replaces the keys whose owners may log on as anybody. Sessions that they have opened stay.
func (a *Authenticator) SetClientKeys(keys [][]byte) { a.keys.Store(&keys) }

func lookupUID(uid int) string {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		return ""
	}
	return u.Username
}

// Request is what a client presents.
type Request struct {
	Peer        session.Peer
	Username    string
	Password    string
	Impersonate string // the user to become, "" for nobody else
	Flags       uint32
	// ClientAddress is where the user comes from whom a front end logs on, as it says; "" if it says nothing.
	ClientAddress string
}

// Check authenticates and gives the user of the session. Every refusal is LOGON_FAILED.
func (a *Authenticator) Check(ctx context.Context, r Request) (*directory.Object, error) {
	who, err := a.authenticate(ctx, r)
	if err != nil {
		return nil, refuse(err, r)
	}
	return a.become(ctx, who, r)
}

// become gives the user of the session: who has logged on, or the other one whom he wants to be and administers.
func (a *Authenticator) become(ctx context.Context, who *directory.Object, r Request) (*directory.Object, error) {
	if r.Impersonate == "" {
		return who, nil
	}
	if who.AdminLevel == 0 {
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "%s is no administrator and may not become %s", who.Name, r.Impersonate)
	}
	other, err := a.users.ByName(ctx, r.Impersonate, mapi.ClassActiveUser.Kind())
	if err == nil && other.Class == mapi.ClassContact {
		err = mapi.Errorf(mapi.LogonFailed, "logon", "%s is a contact", other.Name)
	}
	if err != nil {
		return nil, refuse(err, r)
	}
	admin, err := a.users.IsAdminOver(ctx, who.ID, other.ID)
	if err == nil && (!admin || !who.AdministersSystem() && who.Company != other.Company) {
		err = mapi.Errorf(mapi.LogonFailed, "logon", "%s does not administer the company of %s", who.Name, other.Name)
	}
	if err != nil {
		return nil, refuse(err, r)
	}
	return other, nil
}

func refuse(err error, r Request) error {
	from := r.Peer.Address
	if r.ClientAddress != "" {
		from += ", for " + r.ClientAddress
	}
	return mapi.Errorf(mapi.LogonFailed, "logon", "user %q from %s: %w", r.Username, from, err)
}

func (a *Authenticator) authenticate(ctx context.Context, r Request) (*directory.Object, error) {
	if a.knowsKey(r.Peer) {
		who, err := a.users.ByName(ctx, r.Username, mapi.ClassActiveUser.Kind())
		if err == nil && who.Class != mapi.ClassContact {
			return who, nil
		}
	}
	if r.Flags&FlagNoUnixAuth == 0 && a.believesPeer(r) {
		who, err := a.users.ByName(ctx, r.Username, mapi.ClassActiveUser.Kind())
		if err == nil && who.Class != mapi.ClassContact {
			return who, nil
		}
	}
	attempt, err := a.throttle.begin(a.Origin(r.Peer, r.ClientAddress), r.Username)
	if err != nil {
		return nil, err
	}
	who, err := a.checkPassword(ctx, r.Username, r.Password)
	if err == nil {
		attempt.succeeded()
	}
	return who, err
}

// knowsKey tells whether the client proved on this connection that it has one of the keys that open every door. The TLS
// handshake has verified the certificate and that the client holds its key.
func (a *Authenticator) knowsKey(p session.Peer) bool {
	return slices.ContainsFunc(p.PublicKeys, func(key []byte) bool {
		return slices.ContainsFunc(*a.keys.Load(), func(known []byte) bool { return bytes.Equal(key, known) })
	})
}

// believesPeer tells whether the program at the other end needs no password for the name that it gives. One in the server's own process could
// read the database as well.
func (a *Authenticator) believesPeer(r Request) bool {
	switch r.Peer.Network {
	case "memory":
		return true
	case "unix":
		return a.peerMayBe(r.Peer.UID, r.Username)
	}
	return false
}

// peerMayBe tells whether the process behind a Unix socket needs no password for a name: it runs as the server's own user,
// as one of the local administrators, or as the Unix user of that name.
func (a *Authenticator) peerMayBe(uid int, name string) bool {
	local := a.local.Load()
	if uid == a.uid || slices.Contains(local.Admins, strconv.Itoa(uid)) {
		return true
	}
	unixName := a.unixName(uid)
	if unixName == "" {
		return false
	}
	return slices.Contains(local.Admins, unixName) ||
		local.AllowUsers && strings.EqualFold(unixName, name)
}
