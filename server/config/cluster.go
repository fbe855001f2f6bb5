package config

import "zarafa/daemon/settings"

// Cluster says whether the server is one of several and where the others are.
type Cluster struct {
	Distributed bool
	ServerName  string // also the name that a server without others has
	ServersFile string // "" where user_plugin = ldap knows the servers
}

func (c *Cluster) section() settings.Section {
	return settings.Section{Title: "Several servers", Options: []settings.Option{
		{
			Name: "enable_distributed_zarafa", Aliases: []string{"enable_distributed_kopano"}, Default: "no", Value: settings.Bool(&c.Distributed),
			Doc: "Whether the server is one of several that know the same users and share out their stores.",
		},
		{
			Name: "server_name", Value: settings.Text(&c.ServerName),
			Doc: "The name of this server among several.",
		},
		{
			Name: "servers_config", Value: settings.Text(&c.ServersFile), Reloadable: true,
			Doc: "A file with the names and addresses of all servers, this one included. Empty asks the directory (user_plugin = ldap).",
		},
	}}
}

// check refuses a cluster whose members the server could not tell apart.
func (c *Cluster) check(set *settings.Set, plugin string) error {
	switch {
	case !c.Distributed:
		return nil
	case c.ServerName == "":
		return set.Problem("server_name", "with enable_distributed_zarafa the server needs a name",
			"write the name that the other servers know it by")
	case c.ServersFile == "" && plugin != "ldap":
		return set.Problem("servers_config", "with enable_distributed_zarafa the server needs a list of all servers",
			"name a file that has one, or use user_plugin = ldap, where the directory has it")
	}
	return nil
}
