package config

import (
	"fmt"
	"strings"

	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

// olderNetwork holds the spellings of 2007, in which an address, a port and a
// switch were settings of their own.
type olderNetwork struct {
	bind       string
	tcpEnabled bool
	tcpPort    int
	sslEnabled bool
	sslPort    int
}

func (o *olderNetwork) section() settings.Section {
	const plain, tls = "write server_listen", "write server_listen_tls"
	return settings.Section{Title: "Connections, in older spellings", Options: []settings.Option{
		{
			Name: "server_bind", Value: settings.Text(&o.bind), Deprecated: plain,
			Doc: "The address for server_tcp_port and server_ssl_port. Empty means every address.",
		},
		{
			Name: "server_tcp_enabled", Default: "yes", Value: settings.Bool(&o.tcpEnabled), Deprecated: plain,
			Doc: "Whether clients can connect without TLS.",
		},
		{
			Name: "server_tcp_port", Aliases: []string{"server_port"}, Default: "236", Value: settings.Int(&o.tcpPort, 1, 65535), Deprecated: plain,
			Doc: "The port for clients without TLS.",
		},
		{
			Name: "server_ssl_enabled", Default: "no", Value: settings.Bool(&o.sslEnabled), Deprecated: tls,
			Doc: "Whether clients can connect with TLS.",
		},
		{
			Name: "server_ssl_port", Default: "237", Value: settings.Int(&o.sslPort, 1, 65535), Deprecated: tls,
			Doc: "The port for clients with TLS.",
		},
	}}
}

// apply translates the older spellings where the file uses them. The later
// spelling wins where a file has both.
func (o *olderNetwork) apply(set *settings.Set, n *Network) error {
	bind := set.Given("server_bind")
	if bind || set.Given("server_tcp_enabled") || set.Given("server_tcp_port") {
		if err := o.translate(set, "server_listen", o.tcpEnabled, o.tcpPort, &n.Listen); err != nil {
			return err
		}
	}
	if set.Given("server_ssl_enabled") || set.Given("server_ssl_port") {
		return o.translate(set, "server_listen_tls", o.sslEnabled, o.sslPort, &n.ListenTLS)
	}
	return nil
}

func (o *olderNetwork) translate(set *settings.Set, name string, enabled bool, port int, field *[]listen.Spec) error {
	if set.Given(name) {
		set.Warnf("%s is set, so server_bind and the settings of ports have no effect; delete them", name)
		return nil
	}
	*field = nil
	if !enabled {
		return nil
	}
	host := o.bind
	switch {
	case host == "":
		host = "*"
	case strings.Contains(host, ":") && !strings.HasPrefix(host, "["):
		host = "[" + host + "]"
	}
	specs, err := listen.Parse(fmt.Sprintf("%s:%d", host, port))
	if err != nil {
		return set.Problem("server_bind", err.Error(), "or leave it empty and write "+name)
	}
	*field = specs
	set.Warnf("the older settings of ports mean %s = %s; write that", name, listen.Format(specs))
	return nil
}
