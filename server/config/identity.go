package config

import (
	"zarafa/daemon/settings"
)

// identity holds the settings of several companies on one server and of outside
// authorities on passwords, which this server does not have yet.
type identity struct {
	hosted     bool
	hostname   string
	pamService string
}

func (i *identity) section() settings.Section {
	return settings.Section{Title: "Several companies", Options: []settings.Option{
		{
			Name: "enable_hosted_zarafa", Aliases: []string{"enable_hosted_kopano"}, Default: "no", Value: settings.Bool(&i.hosted),
			Doc: "Whether the server serves several companies.",
		},
		{
			Name: "server_hostname", Value: settings.Text(&i.hostname),
			Doc: "The host name in Kerberos tickets.",
		},
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
		{c.identity.hosted, "enable_hosted_zarafa", "set it to no"},
		{c.Users.Plugin != "db", "user_plugin", "set it to db"},
		{c.Users.AuthMethod != "plugin", "auth_method", "set it to plugin"},
		{c.Sessions.EnableSSO, "enable_sso", "set it to no"},
	} {
		if u.asked {
			return set.Problem(u.name, "this version of the server does not have what the setting asks for", u.remedy)
		}
	}
	return nil
}
