// Package connection is how agents reach the server: the settings that say where it is and how the program proves who it is, and the
// log-on as SYSTEM with errors that an operator can act on.
//
// A [Settings] is filled once, by a settings.Set, and may then be used by several goroutines.
//
// It refuses keys with a password, and a server that does not take the program for SYSTEM: waiting changes neither.
package connection

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os"

	"github.com/spf13/pflag"

	"zarafa/client"
	"zarafa/daemon/settings"
)

// Settings say where the server is and how the program proves who it is. Host, File, LookupEnv and Dial are the caller's to set, the rest
// comes from the settings file.
type Settings struct {
	Host      string                           // -h of the command line, before everything else; may be empty
	File      string                           // the settings file, for errors that name it
	LookupEnv func(name string) (string, bool) // nil is the process's environment
	// Dial, if not nil, connects to the server in this process, and what says where the server is has no meaning.
	Dial func(ctx context.Context) (net.Conn, error)

	serverSocket string
	sslKeyFile   string
	sslKeyPass   settings.Secret
	sslCAFile    string
}

// Section is the table of the settings.
func (s *Settings) Section() settings.Section {
	return settings.Section{Title: "Connection", Options: []settings.Option{
		{
			Name: "server_socket", Default: "default:", Value: settings.Text(&s.serverSocket),
			Doc: "Where the server is: default:, file:///path/of/socket, http://host:236/ or https://host:237/. default: is " + client.DefaultEndpoint + ". " +
				"The environment variable ZARAFA_SOCKET goes before the setting, and -h before both.",
		},
		{
			Name: "sslkey_file", Value: settings.Text(&s.sslKeyFile),
			Doc: "Key and certificate (PEM) that this program logs on with by https; the server has the public key in its sslkeys_path.",
		},
		{Name: "sslkey_pass", Value: settings.SecretText(&s.sslKeyPass), Doc: "Password of the key. Keys with a password are not supported: leave it empty."},
		{
			Name: "ssl_ca_file", Value: settings.Text(&s.sslCAFile),
			Doc: "Certificates of the authorities (PEM) that the server's certificate is checked with; empty means the system's.",
		},
	}}
}

// Names are the names of the settings.
func Names() (names []string) {
	for _, o := range new(Settings).Section().Options {
		names = append(names, o.Name)
	}
	return names
}

// HostFlag adds the option -h, --host. Whoever uses it has --help, but not -h, print the options.
func HostFlag(fs *pflag.FlagSet, host *string) {
	fs.StringVarP(host, "host", "h", "", "connect to this server, e.g. file:///var/run/zarafa, in place of server_socket")
}

// Endpoint is where the server is.
func (s *Settings) Endpoint() string {
	if s.Dial != nil {
		return client.MemoryEndpoint
	}
	lookup := s.LookupEnv
	if lookup == nil {
		lookup = os.LookupEnv
	}
	return client.FindEndpoint(s.Host, s.serverSocket, lookup)
}

// TLS is the configuration of https connections. Errors name the setting.
func (s *Settings) TLS() (*tls.Config, error) {
	if s.Dial != nil {
		return nil, nil
	}
	if s.sslKeyFile != "" && s.sslKeyPass.Reveal() != "" {
		return nil, fmt.Errorf("sslkey_pass: keys with a password are not supported; remove the key's password and make %s readable for its user only", s.sslKeyFile)
	}
	return client.TLSFiles{Key: s.sslKeyFile, CA: s.sslCAFile}.Config()
}
