package server

import (
	"fmt"
	"log/slog"
	"time"

	"zarafa/daemon/settings"
	"zarafa/server/auth"
	"zarafa/server/auth/kerberos"
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
	switch cfg.Users.AuthMethod {
	case "pam":
		return pam.New(cfg.Users.PAMService)
	case "kerberos":
		acceptor, err := kerberos.Open(cfg.SSO.Keytab, cfg.SSO.Hostname)
		if err != nil {
			return nil, keytabError(err, "set auth_method = plugin")
		}
		passwords, err := kerberos.NewPasswords(acceptor, cfg.SSO.KerberosConfig)
		if err != nil {
			return nil, &settings.Error{Setting: "kerberos_config", Problem: err.Error(), Remedy: "name the krb5.conf of this machine, or set auth_method = plugin"}
		}
		return passwords, nil
	}
	return nil, nil
}

// keytabError says what to do about a keytab without a key for this server.
func keytabError(err error, otherwise string) error {
	return &settings.Error{Setting: "kerberos_keytab", Problem: err.Error(), Remedy: "export the key of kopano/HOST to that file, or " + otherwise}
}
