package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"zarafa/agents/webaccess/push"
	"zarafa/agents/webaccess/uploads"
	"zarafa/agents/webaccess/windows"
	"zarafa/client"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// feature is what the administrator takes from users who must not use the program.
const feature = "webapp"

// Errors of LogOn.
var (
	// ErrFeature says that the administrator does not let the user use the program.
	ErrFeature = errors.New("the feature " + feature + " is disabled for this user")
	// ErrTooMany says that there are no more sessions to be had, for the user or at all.
	ErrTooMany = errors.New("there are too many sessions")
)

// Limits bound sessions. They may be changed while sessions last.
type Limits struct {
	Idle    time.Duration // without a request
	Longest time.Duration
	PerUser int // the one that was idle for longest ends when there would be more
	Total   int
}

// Settings are what a Manager needs.
type Settings struct {
	// Dial logs a user on at the server; the address is where the browser is.
	Dial func(ctx context.Context, user, password, address string) (*client.Session, error)
	// Follow publishes what happens in the user's mailbox until ctx ends.
	Follow func(ctx context.Context, s *Session)
	// Uploads make the place for the files of a session.
	Uploads uploads.Settings
	Limits  Limits
	Log     *slog.Logger
	Now     func() time.Time
}

// Manager keeps the sessions.
type Manager struct {
	settings Settings
	attempts *attempts

	mu     sync.Mutex
	limits Limits
	byHash map[[32]byte]*Session
}

// NewManager makes an empty one.
func NewManager(s Settings) *Manager {
	return &Manager{settings: s, limits: s.Limits, attempts: newAttempts(s.Now), byHash: make(map[[32]byte]*Session)}
}

// SetLimits takes over other limits.
func (m *Manager) SetLimits(l Limits) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limits = l
}

// Origin is where a log-on comes from.
type Origin struct{ Address, Browser string }

// LogOn logs a user on and returns his session and the secret for the cookie. Errors are those of the server, ErrFeature, ErrTooMany and [*Wait].
func (m *Manager) LogOn(ctx context.Context, user, password string, from Origin) (*Session, string, error) {
	if err := m.attempts.begin(user); err != nil {
		return nil, "", err
	}
	c, err := m.settings.Dial(ctx, user, password, from.Address)
	if err != nil {
		m.attempts.failed(user, err)
		return nil, "", err
	}
	m.attempts.succeeded(user)
	s, err := m.open(ctx, c, from)
	if err != nil {
		return nil, "", errors.Join(err, c.Close(context.WithoutCancel(ctx)))
	}
	var secret [32]byte
	rand.Read(secret[:]) // never fails (crypto/rand)
	token := base64.RawURLEncoding.EncodeToString(secret[:])
	s.hash = sha256.Sum256([]byte(token))
	closed, err := m.add(s)
	for _, old := range closed {
		m.close(ctx, old)
	}
	if err != nil {
		return nil, "", errors.Join(err, s.end(context.WithoutCancel(ctx)))
	}
	return s, token, nil
}

// open reads what is asked for all the time.
func (m *Manager) open(ctx context.Context, c *client.Session, from Origin) (*Session, error) {
	now := m.settings.Now()
	s := &Session{ID: newID(), Client: c, Began: now, used: now, Address: from.Address, Browser: from.Browser, Tables: windows.NewSet()}
	rand.Read(s.Secret[:]) // never fails (crypto/rand)
	var err error
	if s.User, err = c.CurrentUser(ctx); err != nil {
		return nil, err
	}
	if s.Entry, err = c.Entry(ctx, s.User.EntryID); err != nil {
		return nil, err
	}
	if slices.Contains(s.Entry.Disabled, feature) {
		return nil, ErrFeature
	}
	if s.Store, err = c.Store(ctx); err != nil {
		return nil, fmt.Errorf("opening the mailbox of %s: %w", s.User.Name, err)
	}
	if err := s.find(ctx); err != nil {
		return nil, err
	}
	s.Uploads = uploads.New(m.settings.Uploads)
	s.Events = push.NewHub(func(ctx context.Context, _ *push.Hub) { m.settings.Follow(ctx, s) })
	return s, nil
}

// find finds the folders of the mailbox.
func (s *Session) find(ctx context.Context) (err error) {
	server := s.Store.Session
	if s.Folders, err = server.DefaultFolders(ctx, s.Store); err != nil {
		return err
	}
	o, err := server.LoadObject(ctx, s.Store.EntryID)
	if err != nil {
		return err
	}
	s.Tree = o.Props.Bytes(mapi.PrIPMSubtreeEntryID)
	s.Keywords, err = server.PropTag(ctx, convert.Keywords(), mapi.PtUnicode|mapi.MVFlag, true)
	return err
}

// add makes room for a session and keeps it; those that had to go for it are returned.
func (m *Manager) add(s *Session) (closed []*Session, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mine := m.of(s.User.Name)
	for len(mine) >= m.limits.PerUser {
		oldest := slices.MinFunc(mine, func(a, b *Session) int { return a.Used().Compare(b.Used()) })
		delete(m.byHash, oldest.hash)
		closed, mine = append(closed, oldest), m.of(s.User.Name)
	}
	if len(m.byHash) >= m.limits.Total {
		return closed, ErrTooMany
	}
	m.byHash[s.hash] = s
	return closed, nil
}

func (m *Manager) of(user string) (list []*Session) {
	for _, s := range m.byHash {
		if strings.EqualFold(s.User.Name, user) {
			list = append(list, s)
		}
	}
	return list
}

// Find is the session of a cookie, which is in use with that.
func (m *Manager) Find(token string) (*Session, bool) {
	now := m.settings.Now()
	m.mu.Lock()
	s, ok := m.byHash[sha256.Sum256([]byte(token))]
	limits := m.limits
	m.mu.Unlock()
	if !ok || limits.over(s, now) {
		return nil, false
	}
	s.touch(now)
	return s, true
}

func (l Limits) over(s *Session, now time.Time) bool {
	return now.Sub(s.Used()) >= l.Idle || now.Sub(s.Began) >= l.Longest
}

// List are the sessions of a user, the oldest first.
func (m *Manager) List(user string) []*Session {
	m.mu.Lock()
	list := m.of(user)
	m.mu.Unlock()
	slices.SortFunc(list, func(a, b *Session) int { return a.Began.Compare(b.Began) })
	return list
}

// Count is how many sessions there are.
func (m *Manager) Count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.byHash)
}

// End logs a session off.
func (m *Manager) End(ctx context.Context, s *Session) {
	m.mu.Lock()
	delete(m.byHash, s.hash)
	m.mu.Unlock()
	m.close(ctx, s)
}

func (m *Manager) close(ctx context.Context, s *Session) {
	if err := s.end(context.WithoutCancel(ctx)); err != nil {
		m.settings.Log.Debug("logging off", "user", s.User.Name, "error", err) // the server ends the session by itself
	}
}

// Sweep ends the sessions that are over, and forgets old attempts and uploads.
func (m *Manager) Sweep(ctx context.Context) {
	now := m.settings.Now()
	m.attempts.sweep()
	m.mu.Lock()
	var over []*Session
	for hash, s := range m.byHash {
		if m.limits.over(s, now) {
			over = append(over, s)
			delete(m.byHash, hash)
		} else {
			s.Uploads.Sweep(now)
		}
	}
	m.mu.Unlock()
	for _, s := range over {
		m.close(ctx, s)
	}
}

// sweepEvery is how often Run looks for sessions that are over.
const sweepEvery = time.Minute

// Run sweeps until ctx ends, and ends all sessions then.
func (m *Manager) Run(ctx context.Context) {
	ticker := time.NewTicker(sweepEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			m.CloseAll(ctx)
			return
		case <-ticker.C:
			m.Sweep(ctx)
		}
	}
}

// CloseAll ends all sessions.
func (m *Manager) CloseAll(ctx context.Context) {
	m.mu.Lock()
	all := m.byHash
	m.byHash = make(map[[32]byte]*Session)
	m.mu.Unlock()
	var wait sync.WaitGroup
	for _, s := range all {
		wait.Go(func() { m.close(ctx, s) })
	}
	wait.Wait()
}

func newID() string {
	var random [12]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(random[:])
}
