// Package clientupdate gives Windows clients newer versions of themselves and keeps what they report of the installation
// (operations.md: getClientUpdate, setClientUpdateStatus, getUserClientUpdateStatus).
//
// It owns the choice of the installer, the folder of reports and what is remembered of each user's last update. Clients ask before
// they log on, so whoever reaches the server can ask, too: the answer names no user, the folder of installers is all that can
// be read, reports are taken only from an address that has asked for an update, and their number, their size and the size of their folder are
// bounded. All methods may be called from any goroutine.
//
// Unless it is switched on it answers "no support", as the newer servers of the family always do.
package clientupdate

import (
	"context"
	"log/slog"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
	"zarafa/storage"
)

// Settings are those of server.cfg that begin with client_update.
type Settings struct {
	Enabled  bool
	Path     string // folder of installers
	LogLevel uint32 // that clients are asked to log with
	LogPath  string // folder of their reports
}

// Directory knows the users.
type Directory interface {
	ByName(ctx context.Context, name string, kind mapi.ObjectClass) (*directory.Object, error)
	Resolve(ctx context.Context, caller, id uint32, entryID []byte) (*directory.Object, error)
	IsAdminOver(ctx context.Context, caller, target uint32) (bool, error)
}

// Service has the operations.
type Service struct {
	settings Settings
	users    Directory
	store    storage.Store
	log      *slog.Logger
	asked    *updates
	reports  reports
	sending  chan struct{} // has room for as many installers as may be sent at a time
}

// sendingMax is how many installers are sent at a time.
const sendingMax = 16

// New makes the service.
func New(settings Settings, users Directory, store storage.Store, log *slog.Logger) *Service {
	return &Service{
		settings: settings, users: users, store: store, log: log, asked: newUpdates(), reports: reports{folder: settings.LogPath},
		sending: make(chan struct{}, sendingMax),
	}
}

// UpdatesClients reports whether clients are updated.
func (s *Service) UpdatesClients() bool { return s.settings.Enabled }

func (s *Service) requireEnabled(op string) error {
	if !s.settings.Enabled {
		return mapi.Errorf(mapi.NoSupport, op, "client_update_enabled is off")
	}
	return nil
}

// Limits of what is asked without a log-on.
const (
	askedPerSource = 20 // updates, in askedFor
	askedInAll     = 10_000
	askedFor       = time.Hour // how long a client may report on an update
)

var errTooMany = mapi.Errorf(mapi.Busy, "getClientUpdate", "too many updates were asked for; try again in an hour")

// user is the user of a name that a client gives; 0 if there is none.
func (s *Service) user(c *session.Call, name string) uint32 {
	if name == "" {
		return 0
	}
	o, err := s.users.ByName(c.Context, name, mapi.ClassActiveUser)
	if err != nil {
		return 0
	}
	return o.ID
}
