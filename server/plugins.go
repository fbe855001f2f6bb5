package server

import (
	"fmt"
	"log/slog"
	"time"

	"zarafa/server/auth"
	"zarafa/server/auth/pam"
	"zarafa/server/config"
	"zarafa/server/directory/ldap"
	"zarafa/server/directory/plugin"
	"zarafa/server/directory/unix"
)

// openPlugin makes the plugin that users come from; nil for the server's own database. It asks nobody yet: the server starts
// without the LDAP server.
func openPlugin(cfg *config.Config, log *slog.Logger, now func() time.Time) (plugin.Plugin, error) {
	var p plugin.Plugin
	var warnings []string
	var err error
	switch cfg.Users.Plugin {
	case "ldap":
		var s ldap.Settings
		if s, warnings, err = ldap.ReadSettings(cfg.Users.PluginConfig); err == nil {
			p, err = ldap.New(s, cfg.Companies.Hosted, log, now)
		}
	case "unix":
		var s unix.Settings
		if s, warnings, err = unix.ReadSettings(cfg.Users.PluginConfig); err == nil {
			p, err = unix.New(s, "/", now)
		}
	default:
		return nil, nil
	}
	for _, w := range warnings {
		log.Warn(w)
	}
	if err != nil {
		return nil, fmt.Errorf("user_plugin = %s: %w", cfg.Users.Plugin, err)
	}
	return p, nil
}

// passwordChecker is who checks passwords in place of the user directory; nil if nobody does.
func passwordChecker(cfg *config.Config) (auth.PasswordChecker, error) {
	if cfg.Users.AuthMethod != "pam" {
		return nil, nil
	}
	return pam.New(cfg.Users.PAMService)
}
