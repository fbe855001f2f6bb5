package server

import (
	"zarafa/server/auth"
	"zarafa/server/config"
)

// reloading is how some settings are taken over while the server runs.
type reloading struct {
	settings []string
	// view is what of the configuration is looked at; apply takes it over.
	view  func(*config.Config) any
	apply func(*Server, *config.Config)
}

// reloadings covers every setting that the table calls reloadable, except those of the log, which package daemon takes over. A test
// holds the two together.
func reloadings() []reloading {
	return []reloading{
		{
			settings: []string{
				"quota_warn", "quota_soft", "quota_hard", "companyquota_warn", "user_safe_mode", "hide_everyone", "hide_system", "enable_gab",
				"sync_gab_realtime", "disabled_features", "password_cache_lifetime", "system_email_address",
				"createuser_script", "deleteuser_script", "creategroup_script", "deletegroup_script", "createcompany_script", "deletecompany_script",
			},
			view:  func(cfg *config.Config) any { return directorySettings(cfg) },
			apply: func(s *Server, cfg *config.Config) { s.directoryOperations.Reconfigure(directorySettings(cfg)) },
		},
		{
			settings: []string{"enable_enhanced_ics", "sync_lifetime", "request_timeout"},
			view: func(cfg *config.Config) any {
				return []any{cfg.Tables.EnhancedICS, cfg.Life.Sync, cfg.Limits.RequestTimeout}
			},
			apply: func(*Server, *config.Config) {}, // they are looked up at each use, see settings
		},
		{
			settings: []string{"session_timeout", "session_ip_check"},
			view:     func(cfg *config.Config) any { return sessionLimits(cfg) },
			apply:    func(s *Server, cfg *config.Config) { s.sessions.SetLimits(sessionLimits(cfg)) },
		},
		{
			settings: []string{"allow_local_users", "local_admin_users"},
			view:     func(cfg *config.Config) any { return localUsers(cfg) },
			apply:    func(s *Server, cfg *config.Config) { s.auth.SetLocal(localUsers(cfg)) },
		},
		{
			settings: []string{"sslkeys_path"},
			view:     func(cfg *config.Config) any { return cfg.TLS.ClientKeyPath },
			apply:    (*Server).reloadClientKeys,
		},
		{
			settings: []string{"search_enabled"},
			view:     func(cfg *config.Config) any { return cfg.Search.Enabled },
			apply:    func(s *Server, cfg *config.Config) { s.searchOperations.UseText(cfg.Search.Enabled) },
		},
		{
			settings: []string{"servers_config"},
			view:     func(cfg *config.Config) any { return cfg.Cluster.ServersFile },
			apply:    (*Server).reloadCluster,
		},
		{
			settings: []string{
				"request_log_method", "request_log_file", "audit_log_enabled", "audit_log_method", "audit_log_file", "audit_log_level", "audit_log_timestamp",
			},
			view:  func(cfg *config.Config) any { return cfg.Audit },
			apply: (*Server).reloadRecords,
		},
	}
}

// Reload takes over the settings that may change while the server runs.
func (s *Server) Reload(cfg *config.Config) {
	s.live.Store(cfg)
	s.cells.SetBudget(cfg.Cache.Cell)
	s.views.SetBudget(cfg.Cache.SortKey)
	s.memory.configure(&cfg.Cache)
	for _, r := range reloadings() {
		r.apply(s, cfg)
	}
}

// reloadClientKeys takes over what is in sslkeys_path now: to take a key away is how its owner is locked out. If the folder cannot be
// read the keys of before stay in force.
func (s *Server) reloadClientKeys(cfg *config.Config) {
	keys, err := auth.ReadClientKeys(cfg.TLS.ClientKeyPath)
	if err != nil {
		s.log.Error("the keys in sslkeys_path stay as they were; correct the folder and send HUP again", "error", err)
		return
	}
	s.auth.SetClientKeys(keys)
}

// reloadRecords takes over where records go, and opens their files again. A destination that cannot be opened leaves the one of before.
func (s *Server) reloadRecords(cfg *config.Config) {
	if err := s.records.configure(&cfg.Audit); err != nil {
		s.log.Error("the records of requests and of access go where they went; correct the setting and send HUP again", "error", err)
	}
}
