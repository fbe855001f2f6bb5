package admin

import "zarafa/daemon/settings"

// configuration is what the settings file says.
type configuration struct {
	serverSocket  string
	sslKeyFile    string
	sslKeyPass    settings.Secret
	sslCAFile     string
	defaultLocale string
}

// readConfig reads the default file if there is one, or the given file, which may be any daemon's: its other settings
// are passed over.
func (t *Tool) readConfig(file string) (cfg configuration, err error) {
	set, err := settings.New([]settings.Section{{Title: "Connection", Options: []settings.Option{
		{Name: "server_socket", Default: "default:", Value: settings.Text(&cfg.serverSocket), Doc: "Where the server is."},
		{Name: "sslkey_file", Value: settings.Text(&cfg.sslKeyFile), Doc: "Key and certificate (PEM) that this program logs on with by https."},
		{Name: "sslkey_pass", Value: settings.SecretText(&cfg.sslKeyPass), Doc: "Password of the key."},
		{Name: "ssl_ca_file", Value: settings.Text(&cfg.sslCAFile), Doc: "Certificates of the authorities that the server's is checked with; empty means the system's."},
		{Name: "default_store_locale", Value: settings.Text(&cfg.defaultLocale), Doc: "Language of the folders of new stores."},
	}}})
	if err != nil {
		return cfg, err
	}
	path := file
	if path == "" {
		path = t.ConfigFile
	}
	err = set.ReadFile(path, settings.Source{LookupEnv: t.LookupEnv, IgnoreUnknown: file != ""})
	if err != nil && (file != "" || !settings.Missing(err)) {
		return cfg, err
	}
	err = set.Apply()
	return cfg, err
}
