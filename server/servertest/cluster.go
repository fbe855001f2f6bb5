package servertest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/server/config"
)

// Cluster are several servers that know of each other, each on an SQLite database of its own. The first one is where the
// public store belongs.
type Cluster struct {
	Servers []*Instance
	// TLS has the key of an administrator, whom all servers know, and trusts their certificates. Administrators need it to get
	// from one server to another.
	TLS *tls.Config
	// KeyFile and CAFile are the same in files.
	KeyFile, CAFile string
}

// StartCluster runs a server for each name, with further lines of server.cfg.
func StartCluster(t testing.TB, lines string, names ...string) *Cluster {
	t.Helper()
	dir := Folder(t)
	server, admin := NewKey(t, dir, "server"), NewKey(t, dir, "admin")
	c := &Cluster{KeyFile: admin.Pair, CAFile: filepath.Join(dir, "ca.pem")}
	pool := x509.NewCertPool()
	pool.AddCert(server.cert)
	c.TLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool, Certificates: []tls.Certificate{admin.tls}}
	join(t, c.CAFile, server.Pair, admin.Pair)
	list := filepath.Join(dir, "servers.cfg")
	write := func(address func(i int) (http, ssl, file string)) {
		t.Helper()
		var b strings.Builder
		for i, name := range names {
			http, ssl, file := address(i)
			fmt.Fprintf(&b, "%s = address=127.0.0.1 http_port=%s ssl_port=%s file_path=%s proxy_url=%s contains_public=%s\n", name, http, ssl, file, ProxyURL(name),
				map[bool]string{true: "yes", false: "no"}[i == 0])
		}
		if err := os.WriteFile(list, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Ports are known when all servers run: they read the list again then.
	write(func(int) (string, string, string) { return "1", "1", "/none" })
	for _, name := range names {
		own := filepath.Join(dir, name)
		if err := os.Mkdir(own, 0o700); err != nil {
			t.Fatal(err)
		}
		c.Servers = append(c.Servers, StartIn(t, own, Settings(t, config.EngineSQLite, own)+lines+
			"enable_distributed_zarafa = yes\nserver_name = "+name+"\nservers_config = "+list+"\n"+
			"server_listen_tls = 127.0.0.1:0\nserver_ssl_key_file = "+server.Pair+"\nserver_ssl_ca_file = "+c.CAFile+
			"\nsslkeys_path = "+filepath.Dir(admin.Public)+"\n"))
	}
	write(func(i int) (string, string, string) {
		s := c.Servers[i]
		return portOf(s.TCPAddr), portOf(s.Config.Sockets.TLS[0].Addr().String()), s.UnixPath
	})
	for _, s := range c.Servers {
		s.Reload(s.Config)
	}
	return c
}

// ProxyURL is where the list says that clients find a server behind a proxy. Nothing is there.
func ProxyURL(name string) string { return "https://proxy.invalid/" + name }

func portOf(address string) string { return address[strings.LastIndex(address, ":")+1:] }

// join writes files one behind the other.
func join(t testing.TB, to string, from ...string) {
	t.Helper()
	var all []byte
	for _, path := range from {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	if err := os.WriteFile(to, all, 0o600); err != nil {
		t.Fatal(err)
	}
}
