package config

import (
	"zarafa/daemon/settings"
)

// identity holds the settings of outside authorities on passwords, which this server does not have yet.
type identity struct {
	pamService string
}

func (i *identity) section() settings.Section {
	return settings.Section{Title: "Outside authorities", Options: []settings.Option{
		{
			Name: "pam_service", Default: "passwd", Value: settings.Text(&i.pamService),
			Doc: "The PAM service that checks passwords with auth_method = pam.",
		},
	}}
}

// unsupported refuses settings that ask for what the server does not have. To start
// without it would be another server than the operator wrote down.
func (c *Config) unsupported(set *settings.Set) error {
	for _, u := range []struct {
		asked        bool
		name, remedy string
	}{
		{c.Users.Plugin != "db", "user_plugin", "set it to db"},
		{c.Users.AuthMethod != "plugin", "auth_method", "set it to plugin"},
	} {
		if u.asked {
			return set.Problem(u.name, "this version of the server does not have what the setting asks for", u.remedy)
		}
	}
	return nil
}
