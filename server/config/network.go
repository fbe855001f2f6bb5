package config

import (
	"net/netip"
	"time"

	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

// Network says where clients connect and how long they may take.
type Network struct {
	Listen       []listen.Spec
	ListenTLS    []listen.Spec
	PipeEnabled  bool
	PipeName     string        // path of the unix socket
	PipePriority string        // path of the socket for prioritised tools; "" for none
	RecvTimeout  time.Duration // idle time between requests
	ReadTimeout  time.Duration // time for reading one request
	SendTimeout  time.Duration // time for writing one response
	ProxyHeader  string
	// TrustedProxies are the networks from where proxy_header is believed.
	TrustedProxies []netip.Prefix
}

func (n *Network) section() settings.Section {
	return settings.Section{Title: "Connections", Options: []settings.Option{
		{
			Name: "server_listen", Default: "*%lo:236", Value: listen.Value(&n.Listen),
			Doc: "Where clients connect without TLS. The default accepts this machine only; *:236 accepts every network.",
		},
		{
			Name: "server_listen_tls", Value: listen.Value(&n.ListenTLS),
			Doc: "Where clients connect with TLS, usually *:237.",
		},
		{
			Name: "server_pipe_enabled", Default: "yes", Value: settings.Bool(&n.PipeEnabled),
			Doc: "Whether programs on this machine can connect through a unix socket.",
		},
		{
			Name: "server_pipe_name", Aliases: []string{"unix_socket"}, Default: "/var/run/zarafa", Value: settings.Text(&n.PipeName),
			Doc: "The path of the unix socket, or several paths separated by spaces.",
		},
		{
			Name: "server_pipe_priority", Default: "", Value: settings.Text(&n.PipePriority),
			Doc: "The path of a second unix socket, for administrative tools that must get through when the server is busy. Empty opens none.",
		},
		{
			Name: "server_recv_timeout", Default: "5", Value: seconds(&n.RecvTimeout, 1),
			Doc: "How long a connection may be idle between two requests.",
		},
		{
			Name: "server_read_timeout", Default: "60", Value: seconds(&n.ReadTimeout, 1),
			Doc: "How long a client may take to send a request.",
		},
		{
			Name: "server_send_timeout", Default: "60", Value: seconds(&n.SendTimeout, 1),
			Doc: "How long a client may take to receive a response.",
		},
		{
			Name: "proxy_header", Value: settings.Text(&n.ProxyHeader),
			Doc: "A header that the reverse proxy adds to requests. Where it is present, X-Forwarded-For gives the client's address; * believes it always. Connections from elsewhere than trusted_proxies are never believed.",
		},
		{
			Name: "trusted_proxies", Default: "127.0.0.0/8 ::1/128 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7", Value: listen.Prefixes(&n.TrustedProxies),
			Doc: "The addresses and networks of reverse proxies. The default is this machine and private networks. Proxies that connect through the unix socket are always trusted.",
		},
	}}
}

// Peers says who may log on without a password through the unix socket.
type Peers struct {
	AllowLocalUsers    bool
	LocalAdminUsers    []string // names or numeric uids
	SystemEmailAddress string
}

func (p *Peers) section() settings.Section {
	return settings.Section{Title: "Users of this machine", Options: []settings.Option{
		{
			Name: "allow_local_users", Default: "yes", Value: settings.Bool(&p.AllowLocalUsers), Reloadable: true,
			Doc: "Whether a user of this machine may log on through the unix socket, without a password, as the server's user of the same name.",
		},
		{
			Name: "local_admin_users", Default: "root", Value: settings.Words(&p.LocalAdminUsers), Reloadable: true,
			Doc: "The users of this machine, by name or number, who are administrators when they connect through the unix socket.",
		},
		{
			Name: "system_email_address", Default: "postmaster@localhost", Value: settings.Text(&p.SystemEmailAddress), Reloadable: true,
			Doc: "The sender of mail that the system itself writes.",
		},
	}}
}
