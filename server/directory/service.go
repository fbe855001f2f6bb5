package directory

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/server/session"
	"zarafa/storage"
)

// Settings are the server's settings that the directory depends on.
type Settings struct {
	ServerName       string // shown as home server of built-in objects; empty: "Unknown"
	Cluster          Cluster
	SystemEmail      string
	HideSystem       bool
	HideEveryone     bool
	EnableGAB        bool
	DisabledFeatures []string
	Hosted           bool          // several companies; it does not change while the server runs
	LoginNameFormat  string        // with companies: %u login name, %c company
	Quota            Quota         // default limits in bytes
	CompanyWarn      int64         // default for the public stores of companies, in bytes
	PasswordLifetime time.Duration // how long a verified password is remembered, 0: not
	PasswordWorkers  int           // slow hashes at a time
	SafeMode         bool          // users that come and go in the plugin are only logged
	Realtime         bool          // lists make the directory ask the plugin again
	Scripts          Scripts
}

// Service is the directory: that of the server's own database (the db plugin), or that of another plugin with a copy in
// the database.
type Service struct {
	inForce  atomic.Pointer[Settings]
	store    storage.Store
	log      *slog.Logger
	verifier *verifier
	now      func() time.Time
	plugin   plugin.Plugin // nil: db
	names    rowNames
	// endSessions ends a user's sessions, when the account or its password is gone, except those of the group of keep.
	endSessions func(user uint32, keep *session.Session)
	findServer  func(name string) (Server, error)

	current atomic.Pointer[snapshot]
	version atomic.Uint64 // of current
	write   sync.Mutex    // serialises changes
	source  source        // under write
	servers atomic.Pointer[[]Server]
	sync    synchroniser
	tenancy tenancy
	doubt   doubt
}

var _ Directory = (*Service)(nil)

// New reads the directory of the db plugin. Built-in objects exist from then on; the caller has seeded the database.
func New(ctx context.Context, store storage.Store, settings Settings, log *slog.Logger, now func() time.Time) (*Service, error) {
	return NewWith(ctx, nil, store, settings, log, now)
}

// NewWith is New with another plugin. The plugin is asked nothing yet: the service knows what it knew when the server stopped. [Service.Run]
// brings it up to date, [Service.Close] closes the plugin.
func NewWith(ctx context.Context, p plugin.Plugin, store storage.Store, settings Settings, log *slog.Logger, now func() time.Time) (*Service, error) {
	workers := max(settings.PasswordWorkers, 1)
	s := &Service{
		plugin: p, sync: newSynchroniser(),
		store: store, log: log, now: now,
		verifier:    newVerifier(settings.PasswordLifetime, workers, now),
		endSessions: func(uint32, *session.Session) {},
		findServer:  noServers,
		tenancy:     tenancy{hosted: settings.Hosted, format: parseLoginFormat(settings.LoginNameFormat)},
	}
	if p != nil {
		s.names.plugin = p.Name()
	}
	s.inForce.Store(&settings)
	s.write.Lock()
	defer s.write.Unlock()
	if err := s.reload(ctx); err != nil {
		return nil, fmt.Errorf("reading users and groups: %w", err)
	}
	return s, nil
}

func (s *Service) settings() *Settings { return s.inForce.Load() }

// Reconfigure puts other settings into force. How long passwords are remembered stays as it was at the start.
func (s *Service) Reconfigure(settings Settings) {
	s.inForce.Store(&settings)
	s.write.Lock()
	defer s.write.Unlock()
	s.publish() // the built-in objects show some of them
}

// OnAccountGone has f called with a user whose sessions must end, except those of the group of keep if that is not nil. Set it
// before the first request.
func (s *Service) OnAccountGone(f func(user uint32, keep *session.Session)) { s.endSessions = f }

// reload reads everything from the database; the caller holds write.
func (s *Service) reload(ctx context.Context) error {
	src, err := readSource(ctx, s.store, s.names)
	if err != nil {
		return err
	}
	if err := s.readServers(ctx); err != nil {
		return err
	}
	s.source = src
	s.publish()
	return nil
}

func (s *Service) publish() {
	s.current.Store(build(s.source, s.builtin(), s.tenancy, s.homes()))
	s.version.Add(1)
}

// Version implements Directory.
func (s *Service) Version() uint64 { return s.version.Load() }

// builtin are the objects every installation has.
func (s *Service) builtin() []*Object {
	return []*Object{
		{ID: mapi.UserEveryone, Class: mapi.ClassSecurityGroup, Name: "Everyone", BareName: "Everyone", FullName: "Everyone", Hidden: s.settings().HideEveryone},
		{ID: mapi.UserSystem, Class: mapi.ClassActiveUser, Name: "SYSTEM", BareName: "SYSTEM", FullName: "SYSTEM", Email: s.settings().SystemEmail,
			AdminLevel: 2, Hidden: s.settings().HideSystem, Server: s.serverName(), Quota: Quota{UseDefault: true}, MemberQuota: Quota{UseDefault: true, IsUserDefault: true}},
	}
}

func (s *Service) serverName() string {
	if s.settings().ServerName == "" {
		return "Unknown"
	}
	return s.settings().ServerName
}

// isBuiltin reports whether the object is not the plugin's.
func isBuiltin(o *Object) bool { return len(o.ExternalID) == 0 }

// newExternalID is the db plugin's name for a new object: 16 random bytes.
func newExternalID() []byte {
	b := make([]byte, 16)
	rand.Read(b) // never fails (crypto/rand)
	return b
}

// ByID implements [Directory].
func (s *Service) ByID(_ context.Context, id uint32) (*Object, error) {
	if o := s.known().byID[id]; o != nil {
		return o, nil
	}
	return nil, mapi.Errorf(mapi.NotFound, "directory", "no object %d", id)
}

// ByName implements [Directory].
func (s *Service) ByName(ctx context.Context, name string, kind mapi.ObjectClass) (*Object, error) {
	o := s.lookUp(ctx, name, kind.Kind(), func(snap *snapshot) *Object { return snap.loginNamed(name, kind) })
	if o == nil || kind != kind.Kind() && o.Class != kind {
		return nil, mapi.Errorf(mapi.NotFound, "directory", "no object %q", name)
	}
	return o, nil
}

// Resolve implements [Directory].
func (s *Service) Resolve(ctx context.Context, caller, id uint32, abEntryID []byte) (*Object, error) {
	if len(abEntryID) == 0 {
		if id == 0 {
			id = caller
		}
		o, err := s.ByID(ctx, id)
		if err == nil && !s.known().reaches(caller, o) {
			err = mapi.Errorf(mapi.NotFound, "directory", "no object %d in a company that user %d sees", id, caller)
		}
		return o, err
	}
	ab, ok := mapi.ParseABEntryID(abEntryID)
	if !ok {
		return nil, mapi.Errorf(mapi.InvalidEntryID, "directory", "not an address-book entry id: %x", abEntryID)
	}
	snap := s.known()
	if o := snap.byEntryID(ab); o != nil && snap.reaches(caller, o) {
		return o, nil
	}
	return nil, mapi.Errorf(mapi.NotFound, "directory", "no object for entry id %x", abEntryID)
}

// byEntryID finds an object by external id within its type, or, in version 0, by its number.
func (s *snapshot) byEntryID(ab mapi.ABEntryID) *Object {
	if ab.Version == 1 {
		return s.byExternal[externalKey{ab.Type, string(ab.ExternalID)}]
	}
	if o := s.byID[ab.ID]; o != nil && o.Class.ABType() == ab.Type {
		return o
	}
	return nil
}

// List implements [Directory].
func (s *Service) List(_ context.Context, caller uint32, kind mapi.ObjectClass) ([]*Object, error) {
	s.refresh()
	snap := s.known()
	var out []*Object
	for _, id := range snap.ids {
		o := snap.byID[id]
		if (kind == 0 || o.Class.Kind() == kind.Kind()) && snap.visible(caller, o) {
			out = append(out, o)
		}
	}
	return out, nil
}

// Count is how many objects have one of the classes; the built-in ones are not counted.
func (s *Service) Count(classes ...mapi.ObjectClass) int {
	n := 0
	for _, o := range s.known().byID {
		if !isBuiltin(o) && slices.Contains(classes, o.Class) {
			n++
		}
	}
	return n
}

// GroupsOf implements [Directory].
func (s *Service) GroupsOf(_ context.Context, user uint32) ([]uint32, error) {
	snap := s.known()
	return slices.DeleteFunc(snap.groupsOf(user), func(id uint32) bool {
		o := snap.byID[id]
		return o == nil || o.Class != mapi.ClassSecurityGroup || !snap.reaches(user, o)
	}), nil
}

// Members implements [Directory].
func (s *Service) Members(_ context.Context, group uint32) ([]*Object, error) {
	return s.known().members(group), nil
}

// EffectiveQuota implements [Directory].
func (s *Service) EffectiveQuota(ctx context.Context, user uint32) (Quota, error) {
	o, err := s.ByID(ctx, user)
	if err != nil {
		return Quota{}, err
	}
	return s.inForceFor(o), nil
}

// EntryID implements [Directory]: built-in objects, and everything for clients without the
// multi-server capability, have the short form.
func (s *Service) EntryID(o *Object, capabilities uint32) []byte {
	ab := mapi.ABEntryID{Type: o.Class.ABType(), ID: o.ID}
	if !isBuiltin(o) && capabilities&mapi.CapMultiServer != 0 {
		ab.Version, ab.ExternalID = 1, o.ExternalID
	}
	return ab.Encode()
}

// requireAdmin refuses callers that are no administrators.
func (s *Service) requireAdmin(caller uint32, op string) error {
	if o := s.known().byID[caller]; o == nil || o.AdminLevel == 0 {
		return mapi.Errorf(mapi.NoAccess, op, "user %d is no administrator", caller)
	}
	return nil
}

// Authenticate checks a name and password. Any failure is LOGON_FAILED, and takes as long for an
// unknown name as for a wrong password.
func (s *Service) Authenticate(ctx context.Context, name, password string) (*Object, error) {
	if s.plugin != nil {
		return s.authenticateForeign(ctx, name, password)
	}
	snap := s.known()
	o := snap.loginNamed(name, mapi.ClassActiveUser)
	if o == nil || o.Class != mapi.ClassActiveUser || o.ID == mapi.UserSystem || snap.hashes[o.ID] == "" || password == "" {
		s.verifier.check(decoyHash, password)
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "no user %q that may log on by password", name)
	}
	ok, legacy := s.verifier.check(snap.hashes[o.ID], password)
	if !ok {
		if !strings.HasPrefix(snap.hashes[o.ID], argonForm) { // others are quick, which would tell who has not logged on for long
			s.verifier.check(decoyHash, password)
		}
		return nil, mapi.Errorf(mapi.LogonFailed, "logon", "wrong password for user %q", name)
	}
	if legacy {
		if err := s.storePassword(ctx, o, password); err != nil {
			s.log.Warn("the password of a user keeps its old MD5 form", "user", o.Name, "error", err)
		}
	}
	return o, nil
}

// decoyHash belongs to no password that anybody knows.
const decoyHash = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
