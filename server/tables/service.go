package tables

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/mapi/collation"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
)

// Parts are what the engine is connected to. Stats, Locks and Notifier may be nil.
type Parts struct {
	Store       storage.Store
	Views       *cache.Views
	Cells       *cache.Cells
	Locales     *collation.Locales
	Tree        Tree
	Rights      Rights
	Directory   Directory
	AddressBook AddressBook
	Stats       Stats
	Locks       Locks
	Notifier    Notifier
	Cluster     Cluster // nil: there is one server
	Log         *slog.Logger
}

// Cluster tells who has his stores on this server, of several that know the same users.
type Cluster interface {
	Here(owner *directory.Object) bool
}

// Service has the table operations of the protocol as methods and is a sink of the change feed. All methods may be
// called from any goroutine.
type Service struct {
	Parts
	settings Settings
	watchers watchers

	// gate is held for reading while a batch is applied. A goroutine that has registered a view that is to be loaded takes it
	// for a moment: the batches that did not see the view are through then.
	gate sync.RWMutex
	// changes counts batches per folder (hashed), so that a scan of a folder does not put rows into the
	// cell cache that a batch has outdated meanwhile.
	changes [256]atomic.Uint64

	serial atomic.Uint64
	pages  sync.Pool // of *page

	layouts layouts

	perUser *session.Quota

	mu       sync.Mutex
	sessions map[*session.Session]*sessionTables
}

// sessionTables are the open tables of one session.
type sessionTables struct {
	mu     sync.Mutex
	last   uint32 // ids are not reused inside a session
	tables map[uint32]*table
}

// New makes an engine without tables.
func New(parts Parts, settings Settings) *Service {
	s := &Service{
		Parts: parts, settings: settings, perUser: session.NewQuota(settings.TablesPerUser), sessions: make(map[*session.Session]*sessionTables),
	}
	s.watchers.init()
	s.pages.New = func() any { return new(page) }
	return s
}

// of finds or makes the tables of a session.
func (s *Service) of(sess *session.Session) *sessionTables {
	s.mu.Lock()
	st := s.sessions[sess]
	if st != nil {
		s.mu.Unlock()
		return st
	}
	st = &sessionTables{tables: make(map[uint32]*table)}
	s.sessions[sess] = st
	s.mu.Unlock()
	sess.OnEnd(func() { s.endSession(sess, st) })
	return st
}

func (s *Service) endSession(sess *session.Session, st *sessionTables) {
	s.mu.Lock()
	delete(s.sessions, sess)
	s.mu.Unlock()
	st.mu.Lock()
	open := st.tables
	st.tables = nil
	st.mu.Unlock()
	s.perUser.Give(sess.UserID, len(open))
	for _, t := range open {
		t.close()
	}
}

// add gives a table its id.
func (s *Service) add(sess *session.Session, t *table) error {
	st := s.of(sess)
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.tables == nil {
		return mapi.EndOfSession
	}
	if limit := s.settings.TablesPerSession; limit > 0 && len(st.tables) >= limit {
		return mapi.Errorf(mapi.NotEnoughMemory, "tableOpen", "the session has %d open tables; see max_tables_per_session", limit)
	}
	if !s.perUser.Take(sess.UserID) {
		return mapi.Errorf(mapi.NotEnoughMemory, "tableOpen", "user %d has %d open tables; see max_tables_per_user", sess.UserID, s.perUser.Most())
	}
	st.last++
	t.id = st.last
	st.tables[t.id] = t
	return nil
}

// find is the table with this id; NOT_FOUND if there is none.
func (s *Service) find(sess *session.Session, id uint32) (*table, error) {
	s.mu.Lock()
	st := s.sessions[sess]
	s.mu.Unlock()
	if st != nil {
		st.mu.Lock()
		t := st.tables[id]
		st.mu.Unlock()
		if t != nil {
			return t, nil
		}
	}
	return nil, mapi.NotFound
}

// remove takes a table out of its session; nil if it is not there.
func (s *Service) remove(sess *session.Session, id uint32) *table {
	s.mu.Lock()
	st := s.sessions[sess]
	s.mu.Unlock()
	if st == nil {
		return nil
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	t := st.tables[id]
	if t != nil {
		delete(st.tables, id)
		s.perUser.Give(sess.UserID, 1)
	}
	return t
}

// Count is the number of open tables of a session, for statistics.
func (s *Service) Count(sess *session.Session) int {
	s.mu.Lock()
	st := s.sessions[sess]
	s.mu.Unlock()
	if st == nil {
		return 0
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return len(st.tables)
}

// with runs an operation on a table while no other one runs on it.
func (s *Service) with(c *session.Call, id uint32, f func(ctx context.Context, t *table) error) error {
	t, err := s.find(c.Session, id)
	if err != nil {
		return err
	}
	t.op.Lock()
	defer t.op.Unlock()
	if t.closed {
		return mapi.NotFound
	}
	t.scratch = s.pages.Get().(*page)
	defer func() {
		t.scratch.end()
		s.pages.Put(t.scratch)
		t.scratch = nil
	}()
	if err := t.regrant(c.Context); err != nil {
		return err
	}
	return f(c.Context, t)
}
