package server

import (
	"context"
	"errors"
	"log/slog"
	"runtime"

	"zarafa/server/auth"
	"zarafa/server/clientupdate"
	"zarafa/server/config"
	"zarafa/server/directory"
	"zarafa/server/fulltext"
	"zarafa/server/objects"
	"zarafa/server/session"
	"zarafa/server/tables"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/sqlite"
)

const megabyte = 1 << 20

// passwordWorkers bounds how many passwords are checked at a time: each takes 19 MiB, and four at a time are a hundred
// a second.
const passwordWorkers = 4

// openStore opens the database the settings name. The errors of the engines name the settings.
func openStore(ctx context.Context, cfg *config.Config, log *slog.Logger) (storage.Store, error) {
	db := &cfg.Database
	if db.Engine == config.EngineMySQL {
		return mysql.Open(ctx, mysql.Config{
			Host: db.MySQLHost, Port: db.MySQLPort, Socket: db.MySQLSocket,
			User: db.MySQLUser, Password: db.MySQLPassword.Reveal(), Database: db.MySQLDatabase,
		}, mysql.Options{Log: log})
	}
	return sqlite.Open(ctx, db.SQLitePath, sqlite.Options{Reserve: sqlite.Reserve, Log: log})
}

// userScripts are where programs for the setting "internal" are looked for (agents.md section 1.2).
func userScripts() []string {
	return []string{"/usr/lib/zarafa/userscripts", "/etc/zarafa/userscripts"}
}

func sessionLimits(cfg *config.Config) session.Limits {
	return session.Limits{Timeout: cfg.Sessions.Timeout, PerUser: cfg.PerUser.Sessions, SourceCheck: cfg.Sessions.CheckIP}
}

func localUsers(cfg *config.Config) auth.Local {
	return auth.Local{AllowUsers: cfg.Peers.AllowLocalUsers, Admins: cfg.Peers.LocalAdminUsers}
}

func directorySettings(cfg *config.Config) directory.Settings {
	u := &cfg.Users
	return directory.Settings{
		ServerName: cfg.Cluster.ServerName, Cluster: directoryCluster(cfg), SystemEmail: cfg.Peers.SystemEmailAddress,
		HideSystem: u.HideSystem, HideEveryone: u.HideEveryone, EnableGAB: u.EnableGAB, DisabledFeatures: u.DisabledFeatures,
		Quota: directory.Quota{
			Warn: int64(cfg.Quota.Warn) * megabyte, Soft: int64(cfg.Quota.Soft) * megabyte, Hard: int64(cfg.Quota.Hard) * megabyte,
		},
		SafeMode: u.SafeMode, Realtime: u.SyncGABRealtime,
		Hosted: cfg.Companies.Hosted, LoginNameFormat: u.LoginNameFormat, CompanyWarn: int64(cfg.Quota.CompanyWarn) * megabyte,
		PasswordLifetime: cfg.Sessions.PasswordCacheLifetime, PasswordWorkers: min(runtime.GOMAXPROCS(0), passwordWorkers),
		Scripts: directory.Scripts{
			CreateUser: u.Scripts.CreateUser, DeleteUser: u.Scripts.DeleteUser,
			CreateGroup: u.Scripts.CreateGroup, DeleteGroup: u.Scripts.DeleteGroup,
			CreateCompany: u.Scripts.CreateCompany, DeleteCompany: u.Scripts.DeleteCompany,
			Directories: userScripts(),
		},
	}
}

func objectSettings(cfg *config.Config) objects.Settings {
	s := objects.DefaultSettings()
	s.StoreNameFormat = cfg.Users.StoreNameFormat
	s.MaxEmbedded = cfg.Database.EmbeddedAttachmentLimit
	s.SoftDeleteDays = int(cfg.Life.SoftDelete.Hours() / 24)
	s.MaxNamesPerUser = cfg.PerUser.Names
	s.HideReminders = !cfg.Tables.SharedReminders
	return s
}

func tableSettings(cfg *config.Config) tables.Settings {
	return tables.Settings{
		TablesPerSession: cfg.PerUser.TablesPerSession, TablesPerUser: cfg.PerUser.Tables, FolderMaxItems: cfg.Tables.FolderMaxItems, ABInitiallyEmpty: cfg.Users.ABTableInitiallyEmpty,
	}
}

func textSettings(cfg *config.Config) fulltext.Settings {
	c := &cfg.Search
	return fulltext.Settings{Exclude: c.Exclude, Attachments: c.Attachments, Suggestions: c.Suggestions, Timeout: c.Timeout}
}

func updateSettings(cfg *config.Config) clientupdate.Settings {
	c := &cfg.ClientUpdate
	return clientupdate.Settings{Enabled: c.Enabled, Path: c.Path, LogLevel: uint32(c.LogLevel), LogPath: c.LogPath}
}

// refuseUnfinished refuses a database that a migration has begun to fill: what clients would change there, it would not know of.
func refuseUnfinished(ctx context.Context, store storage.Store) error {
	state, ok, err := store.Setting(ctx, storage.SettingAdopting)
	if err == nil && ok && len(state) > 0 {
		err = errors.New("a migration into this database has not ended (zarafa-migrate adopt); run it again until it has, or name another database")
	}
	return err
}
