package config

import "zarafa/daemon/settings"

// ClientUpdate says how Windows clients get newer versions of themselves.
type ClientUpdate struct {
	Enabled  bool
	Path     string
	LogLevel int
	LogPath  string
}

func (c *ClientUpdate) section() settings.Section {
	return settings.Section{Title: "Client updates", Options: []settings.Option{
		{
			Name: "client_update_enabled", Default: "no", Value: settings.Bool(&c.Enabled),
			Doc: "Whether Windows clients are offered newer versions of themselves. They ask before they log on, so whoever reaches the server can " +
				"fetch the installers.",
		},
		{
			Name: "client_update_path", Default: "/var/lib/zarafa/client", Value: settings.Text(&c.Path),
			Doc: "The folder of the installers. Their names end in the version, as in zarafaclient-7.1.2-34567.msi; the newest is offered to clients that are older.",
		},
		{
			Name: "client_update_log_level", Default: "1", Value: settings.Int(&c.LogLevel, 0, 6),
			Doc: "What clients log of the installation.",
		},
		{
			Name: "client_update_log_path", Default: "/var/log/zarafa/autoupdate", Value: settings.Text(&c.LogPath),
			Doc: "The folder for the logs that clients send. It takes 64 MiB; then no more are taken until you remove some.",
		},
	}}
}
