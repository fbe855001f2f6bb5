package daemon

import (
	"zarafa/daemon/listen"
	"zarafa/daemon/logging"
	"zarafa/daemon/settings"
)

// Common holds the settings that every daemon has.
type Common struct {
	Log          logging.Config
	RunAsUser    string // user to become after opening the sockets; "" stays
	RunAsGroup   string // group to become; "" is the user's own
	StatusListen []listen.Spec
}

// Sections is the table of the common settings.
func (c *Common) Sections() []settings.Section {
	return []settings.Section{
		{Title: "Logging", Options: c.Log.Options()},
		{Title: "Process", Options: []settings.Option{
			{
				Name: "run_as_user", Value: settings.Text(&c.RunAsUser),
				Doc: "The user that the daemon becomes after opening its sockets, if root starts it. Empty stays what it is.",
			},
			{
				Name: "run_as_group", Value: settings.Text(&c.RunAsGroup),
				Doc: "The group that the daemon becomes. Empty means the group of run_as_user.",
			},
			{
				Name: "status_listen", Value: listen.Value(&c.StatusListen),
				Doc: "Where /healthz and the Prometheus metrics at /metrics are served, e.g. 127.0.0.1:2237. Empty serves them nowhere.",
			},
			{Name: "pid_file", Obsolete: "the service manager knows the process"},
			{Name: "running_path", Obsolete: "the service manager sets the working directory"},
			{Name: "coredump_enabled", Obsolete: "the service manager sets the limit on core dumps"},
			{Name: "allocator_library", Obsolete: "the program has its own memory management"},
		}},
	}
}
