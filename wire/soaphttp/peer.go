package soaphttp

import (
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
)

// Peer says who is at the other end of a connection.
type Peer struct {
	Network string // "tcp", "tls", "unix", or "memory" for the server's own process
	// Address is the source of the peer's sessions (wire.md section 8): its IP address as text, the text a
	// proxy forwarded, or "*:pid-<pid>" on a Unix socket and inside the process.
	Address string
	// UID, GID and PID are the peer process's on a Unix socket and inside the process; all ones where they are not known, since
	// 0 would be root.
	UID, GID uint32
	PID      int32
	Local    bool // a process of this machine
	Proxied  bool // the connection comes through a proxy (Config.ProxyHeader)
	// Certs is the verified client certificate's chain, leaf first; empty if none was presented.
	Certs []*x509.Certificate
}

const unknownID = ^uint32(0)

// identifyPeer describes a fresh connection; a TLS peer's certificate is not known before the handshake.
func identifyPeer(nc net.Conn) Peer {
	if _, ok := nc.(*memoryConn); ok {
		return memoryPeer()
	}
	remote := addrOf(nc.RemoteAddr())
	if remote.IsValid() {
		local := addrOf(nc.LocalAddr())
		return Peer{Network: "tcp", Address: remote.String(), Local: remote.IsLoopback() || remote == local,
			UID: unknownID, GID: unknownID, PID: -1}
	}
	p := Peer{Network: "unix", Local: true, UID: unknownID, GID: unknownID, PID: -1}
	p.readCredentials(nc) // if it fails the peer stays nobody
	p.Address = "*:pid-" + strconv.Itoa(int(p.PID))
	return p
}

// memoryPeer is this process.
func memoryPeer() Peer {
	pid := os.Getpid()
	return Peer{
		Network: "memory", Address: "*:pid-" + strconv.Itoa(pid), Local: true,
		UID: uint32(os.Geteuid()), GID: uint32(os.Getegid()), PID: int32(pid),
	}
}

// addrOf is a TCP address's IP without IPv6 wrapping, or the zero Addr.
func addrOf(a net.Addr) netip.Addr {
	if t, ok := a.(*net.TCPAddr); ok {
		return t.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// privateNetworks are where a proxy stands as a rule.
func privateNetworks() []netip.Prefix {
	var list []netip.Prefix
	for _, text := range []string{"127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}

// believed tells whether a connection may come from one of our proxies. Whoever else sends their header
// wants to pass for somebody else.
func (c *Config) believed(nc net.Conn) bool {
	addr := addrOf(nc.RemoteAddr())
	return !addr.IsValid() || slices.ContainsFunc(c.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr.WithZone("")) })
}

// countedPrefix is what Config.MaxConnsPerIP counts by: an IPv6 host easily has a whole /64. This machine's own programs are not
// counted: gateways and proxies have connections for many users.
func countedPrefix(nc net.Conn) netip.Prefix {
	addr := addrOf(nc.RemoteAddr())
	if !addr.IsValid() || addr.IsLoopback() {
		return netip.Prefix{}
	}
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits) // bits fit the address
	return prefix
}
