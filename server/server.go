// Package server is the groupware server: it puts the operations of its subpackages together, listens, and
// keeps house.
//
// It owns the life cycle and the order in which parts learn of changes; what an operation does is the business of the
// subpackage that has it (objects, tables, directory, notify, ics, search …), each with the protocol's operations as
// methods of its service.
//
// Requests run on a goroutine each. The order of the change feed is: cached references and rights, then tables (which
// keep the shared views), then subscriptions, then the full-text index and search folders. So whoever is told of a
// change finds it when he asks.
//
// It refuses to start on a database it cannot read or that another kind of server wrote.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/cache"
	"zarafa/mapi/collation"
	"zarafa/server/auth"
	"zarafa/server/auth/oidc"
	"zarafa/server/change"
	"zarafa/server/clientupdate"
	"zarafa/server/cluster"
	"zarafa/server/config"
	"zarafa/server/directory"
	"zarafa/server/feed"
	"zarafa/server/fulltext"
	"zarafa/server/ics"
	"zarafa/server/internal/contain"
	"zarafa/server/notify"
	"zarafa/server/objects"
	"zarafa/server/rights"
	"zarafa/server/search"
	"zarafa/server/session"
	"zarafa/server/tables"
	"zarafa/storage"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// The operations come from these services. Aliases, because embedded fields need names of their own.
type (
	objectOperations    = objects.Service
	tableOperations     = tables.Service
	directoryOperations = directory.Service
	notifyOperations    = notify.Hub
	rightsOperations    = rights.Service
	icsOperations       = ics.Service
	searchOperations    = search.Service
	updateOperations    = clientupdate.Service
	clusterOperations   = cluster.Service
)

// missing answers the operations that no service has; it lies one level deeper than the services, so that theirs win.
type missing struct {
	wire.Unimplemented[*session.Call]
}

// Server is a running server.
type Server struct {
	missing
	*objectOperations
	*tableOperations
	*directoryOperations
	*notifyOperations
	*rightsOperations
	*icsOperations
	*searchOperations
	*updateOperations
	*clusterOperations

	panics   *contain.Reporter
	text     *fulltext.Service
	live     atomic.Pointer[config.Config] // as of the last reload; see settings
	sockets  *config.Sockets               // those of the start: a reload opens none
	health   *health
	log      *slog.Logger
	now      func() time.Time
	store    storage.Store
	sessions *session.Manager
	auth     *auth.Authenticator
	sso      *auth.SingleSignOn // nil unless enable_sso
	tokens   *oidc.Verifier     // nil without an issuer
	cells    *cache.Cells
	views    *cache.Views
	metrics  *metrics
	http     *soaphttp.Server
	logons   logonTimes
	memory   memory
	values   *session.Values // large values that are becoming answers
	records  *records
	tree     *change.Tree
	checker  *rights.Checker
}

var _ wire.Service[*session.Call] = (*Server)(nil)

// Limits that are not settings: far above what clients do, low enough that none can fill the memory.
const (
	eventsPerGroup = 50_000
	pollTimeout    = 60 * time.Second
)

// settings are those in effect. Nobody keeps them: the next reload has others.
func (s *Server) settings() *config.Config { return s.live.Load() }

// Open reads the database, seeds it if it is empty, and puts the server together. Nothing listens yet.
func Open(ctx context.Context, cfg *config.Config, log *slog.Logger, reg prometheus.Registerer) (*Server, error) {
	store, err := openStore(ctx, cfg, log)
	if err != nil {
		return nil, err
	}
	records, err := openRecords(&cfg.Audit)
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	s, err := assemble(ctx, cfg, log, reg, store)
	if err != nil {
		return nil, errors.Join(err, records.close(), store.Close())
	}
	s.records = records
	return s, nil
}

func assemble(ctx context.Context, cfg *config.Config, log *slog.Logger, reg prometheus.Registerer, store storage.Store) (*Server, error) {
	s := &Server{
		sockets: cfg.Sockets, log: log, panics: contain.NewReporter(log), now: time.Now, store: store,
		sessions: session.NewManager(sessionLimits(cfg), time.Now),
		cells:    cache.NewCells(cfg.Cache.Cell),
		views:    cache.NewViews(cfg.Cache.SortKey),
		values:   session.NewValues(messageBudget(cfg.Cache.Memory)),
		health:   newHealth(store, time.Now),
	}
	s.live.Store(cfg)
	if err := refuseUnfinished(ctx, store); err != nil {
		return nil, err
	}
	if err := objects.Seed(ctx, store); err != nil {
		return nil, fmt.Errorf("seeding the database: %w", err)
	}
	from, err := openPlugin(cfg, log, s.now)
	if err != nil {
		return nil, err
	}
	users, err := directory.NewWith(ctx, from, store, directorySettings(cfg), log, s.now)
	if err != nil {
		return nil, err
	}
	users.OnAccountGone(s.sessions.EndUser)
	s.directoryOperations = users
	if s.clusterOperations, err = openCluster(cfg, users); err != nil {
		return nil, err
	}
	users.UseServers(s.clusterOperations.Find)
	keys, err := auth.ReadClientKeys(cfg.TLS.ClientKeyPath)
	if err != nil {
		return nil, err
	}
	passwords, err := passwordChecker(cfg)
	if err != nil {
		return nil, err
	}
	s.auth = auth.New(auth.Settings{
		Local: localUsers(cfg), ClientKeys: keys,
		Passwords: passwords, MaxFailures: cfg.Sessions.MaxFailures,
	}, users, s.now)
	if err := s.openSingleSignOn(&cfg.SSO); err != nil {
		return nil, err
	}
	locales, err := collation.NewLocales(cfg.Tables.SortLocale)
	if err != nil {
		return nil, fmt.Errorf("default_sort_locale_id: %w; use a name such as en_US", err)
	}
	s.connect(users, locales)
	s.metrics = newMetrics(reg, s)
	s.text.Start()
	if err := s.searchOperations.Start(ctx); err != nil {
		return nil, fmt.Errorf("bringing back search folders: %w", err)
	}
	return s, nil
}

// connect makes the services that work on objects and lets them hear of changes, in the order the package promises.
func (s *Server) connect(users *directory.Service, locales *collation.Locales) {
	bus := &feed.Bus{Panics: s.panics}
	tree := change.NewTreeBeside(s.store, s.settings().Cache.Cell)
	s.tree = tree
	checker := rights.NewChecker(rights.Config{
		OwnerAutoFullAccess: s.settings().Users.OwnerAutoFullAccess, RestrictAdmin: s.settings().Users.RestrictAdmin,
		Cells: s.settings().Cache.Cell,
	}, tree, users, s.store)
	s.checker = checker
	hub := notify.New(notify.Settings{
		PollTimeout: pollTimeout, QueueLimit: eventsPerGroup, SubscriptionsMax: s.settings().PerUser.SubscriptionsPerSession,
		SubscriptionsPerUser: s.settings().PerUser.Subscriptions,
	}, s.store, objects.Finder{Tree: tree, Rights: checker}, s.sessions)
	hub.Panics, s.sessions.Panics = s.panics, s.panics
	s.notifyOperations = hub
	locks := objects.NewLocks()
	s.rightsOperations = rights.NewService(checker, tree, users, s.store, bus)
	s.objectOperations = objects.New(objects.Options{
		Store: s.store, Cells: s.cells, Tree: tree, Rights: checker, Directory: users, Bus: bus, Subscribe: hub, Locks: locks,
		Cluster:  s.clusterOperations,
		Settings: objectSettings(s.settings()), Log: s.log,
	})
	s.tableOperations = tables.New(tables.Parts{
		Store: s.store, Views: s.views, Cells: s.cells, Locales: locales, Tree: tree, Rights: tables.CheckedRights{Checker: checker},
		Directory: users, AddressBook: users, Stats: s.statistics(users), Locks: locks, Notifier: hub,
		Cluster: s.clusterOperations, Log: s.log,
	}, tableSettings(s.settings()))
	hub.UseTables(s.tableOperations)
	s.icsOperations = ics.New(s.store, s.objectOperations, checker, users, locales, s.log)
	s.text = fulltext.New(fulltext.Options{Store: s.store, Path: s.settings().Search.Path, Settings: textSettings(s.settings()), Log: s.log, Panics: s.panics})
	s.searchOperations = search.New(search.Options{
		Store: s.store, Tree: tree, Writer: s.objectOperations.Writer(), Rights: checker, Locales: locales, Text: s.text, Log: s.log, Panics: s.panics,
		Restart: s.settings().Start.RestartSearches,
	})
	s.searchOperations.UseText(s.settings().Search.Enabled)
	s.updateOperations = clientupdate.New(updateSettings(s.settings()), users, s.store, s.log)
	for _, sink := range []feed.Sink{tree, checker, s.tableOperations, hub, s.text, s.searchOperations} {
		bus.Add(sink)
	}
	s.store.OnDoubt(func(lane uint32) {
		users.Amend(lane)
		if lane == storage.LaneDirectory {
			s.objectOperations.Names().Forget()
		}
		bus.Amend(lane)
	})
}
