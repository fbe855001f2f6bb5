package webaccess

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// origin is where a request comes from.
type origin struct {
	address   netip.Addr // of the browser
	encrypted bool       // between the browser and the program, or the proxy
	local     bool       // the browser is on this machine
}

// originOf finds out where a request comes from. What a proxy says counts if it is one of ours: of X-Forwarded-For the last address that is not one of them.
func originOf(r *http.Request, proxies []netip.Prefix) origin {
	peer := addrOf(r.RemoteAddr)
	o := origin{address: peer, encrypted: r.TLS != nil}
	forwarded := r.Header.Values("X-Forwarded-For")
	if len(forwarded) == 0 && r.Header.Get("X-Forwarded-Proto") == "" {
		o.local = peer.IsLoopback() && localName(r.Host)
		return o
	}
	if !within(peer, proxies) {
		return o
	}
	o.encrypted = o.encrypted || strings.EqualFold(strings.TrimSpace(r.Header.Get("X-Forwarded-Proto")), "https")
	list := strings.Split(strings.Join(forwarded, ","), ",")
	for i := len(list) - 1; i >= 0; i-- {
		a := addrOf(strings.TrimSpace(list[i]))
		if !a.IsValid() {
			break
		}
		if o.address = a; !within(a, proxies) {
			break
		}
	}
	return o
}

// addrOf reads an address, which may have a port.
func addrOf(text string) netip.Addr {
	if host, _, err := net.SplitHostPort(text); err == nil {
		text = host
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Addr{}
	}
	return a.Unmap().WithZone("")
}

func within(a netip.Addr, networks []netip.Prefix) bool {
	for _, n := range networks {
		if n.Contains(a) {
			return true
		}
	}
	return false
}

// localName reports whether a Host is a name of this machine alone. Another name that leads here is somebody else's page's (DNS rebinding).
func localName(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.Trim(host, "[]")
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback() || strings.EqualFold(host, "localhost")
}
