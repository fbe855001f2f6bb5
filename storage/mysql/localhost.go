package mysql

import "os"

// defaultPort is what the database listens on if nobody has said otherwise.
const defaultPort = 3306

// localSockets is where distributions have the database listen on this machine: Debian and Ubuntu, Fedora and SUSE, Arch, the sources.
func localSockets() []string {
	return []string{
		"/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/run/mysql/mysql.sock", "/tmp/mysql.sock",
	}
}

// LocalSocket returns the unix socket that a connection uses, "" if it uses TCP: the one that is set, or the one that "localhost" means.
// isSocket reports whether there is a socket at a path.
func LocalSocket(cfg Config, isSocket func(path string) bool) string {
	return findLocal(cfg, localSockets(), isSocket).Socket
}

// isSocket reports whether there is a socket at a path of this machine.
func isSocket(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Type() == os.ModeSocket
}

// findLocal gives cfg the unix socket that "localhost" means to the database's own programs, if one of the paths is a socket. Users
// that a distribution has made (root with the plugin unix_socket, say) can log on through it alone. A port other than the usual one is an
// instance of its own, whose socket is not among the paths.
func findLocal(cfg Config, paths []string, isSocket func(string) bool) Config {
	if cfg.Socket != "" || cfg.Host != "localhost" || cfg.Port != 0 && cfg.Port != defaultPort {
		return cfg
	}
	for _, path := range paths {
		if isSocket(path) {
			cfg.Socket = path
			break
		}
	}
	return cfg
}
