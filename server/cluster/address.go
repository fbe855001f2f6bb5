package cluster

import (
	"net"
	"strconv"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/session"
)

// Addresses are the URLs under which clients reach a server; "" where it does not listen, or is not known to.
type Addresses struct{ HTTP, SSL, File string }

// AddressesOf makes a server's URLs.
func AddressesOf(s directory.Server) Addresses {
	return Addresses{HTTP: networkURL("http", s.Address, s.HTTPPort), SSL: networkURL("https", s.Address, s.SSLPort), File: fileURL(s.FilePath)}
}

func networkURL(scheme, host string, port int) string {
	if host == "" || port == 0 {
		return ""
	}
	return scheme + "://" + net.JoinHostPort(host, strconv.Itoa(port)) + "/"
}

// fileURL is a Unix socket, of which directories have the path or the URL.
func fileURL(path string) string {
	if path == "" || strings.HasPrefix(path, "file://") {
		return path
	}
	return "file://" + path
}

// address is the best way to a server for somebody on a kind of connection: who came through a proxy stays behind it, who
// came encrypted stays so, and a Unix socket leads to this server only, as what is inside its process does. self says that the server is this one.
func address(s directory.Server, self bool, peer session.Peer) (string, error) {
	at := AddressesOf(s)
	var choices []string
	if peer.Proxied {
		choices = append(choices, s.ProxyURL)
	}
	switch peer.Network {
	case "tls":
		choices = append(choices, at.SSL)
	case "unix", "memory":
		if self {
			choices = append(choices, at.File)
		}
		choices = append(choices, at.SSL, at.HTTP)
	default:
		choices = append(choices, at.HTTP, at.SSL)
	}
	for _, url := range choices {
		if url != "" {
			return url, nil
		}
	}
	return "", mapi.Errorf(mapi.NotFound, "cluster", "server %q has no address that a client on %s could use", s.Name, peer.Network)
}
