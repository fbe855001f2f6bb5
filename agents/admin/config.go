package admin

import (
	"zarafa/agents/connection"
	"zarafa/daemon/settings"
)

// configuration is what the settings file says.
type configuration struct {
	connection    connection.Settings
	defaultLocale string
}

// readConfig reads the default file if there is one, or the given file, which may be any daemon's: its other settings
// are passed over.
func (t *Tool) readConfig(o *options) (*configuration, error) {
	path := o.configFile
	if path == "" {
		path = t.ConfigFile
	}
	cfg := &configuration{connection: connection.Settings{Host: o.host, File: path, LookupEnv: t.LookupEnv}}
	set, err := settings.New([]settings.Section{cfg.connection.Section(), {Title: "Stores", Options: []settings.Option{
		{Name: "default_store_locale", Value: settings.Text(&cfg.defaultLocale), Doc: "Language of the folders of new stores."},
	}}})
	if err != nil {
		return nil, err
	}
	err = set.ReadFile(path, settings.Source{LookupEnv: t.LookupEnv, IgnoreUnknown: o.configFile != ""})
	if err != nil && (o.configFile != "" || !settings.Missing(err)) {
		return nil, err
	}
	return cfg, set.Apply()
}
