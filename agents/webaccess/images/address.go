package images

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

var errForbidden = errors.New("images: this address must not be asked")

// refused are the networks of the public ranges in which nothing of the public is: the special-purpose registries of IANA (RFC 6890 and what was
// added), and addresses by which machines in clouds reach what is theirs alone.
var refused = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "168.63.129.16/32", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
	"192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

// public6 is the only network of IPv6 in which hosts are public. What stands for addresses of IPv4 (mapped, NAT64) is outside.
var public6 = netip.MustParsePrefix("2000::/3")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// isPublic reports whether an address is one that anybody on the Internet may ask.
func isPublic(ip netip.Addr) bool {
	if !ip.IsValid() || ip.Zone() != "" || ip.Is4In6() || !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	if ip.Is6() && !public6.Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(refused, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// checkAddress checks an address as the network is about to be given it.
func checkAddress(network, address string) error {
	if !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("%w: %s %s", errForbidden, network, address)
	}
	to, err := netip.ParseAddrPort(address)
	if err != nil || !isPublic(to.Addr()) || !isPort(to.Port()) {
		return fmt.Errorf("%w: %s", errForbidden, address)
	}
	return nil
}

func isPort(port uint16) bool {
	return port == 80 || port == 443 || port == 8080 || port == 8443
}

// checkURL checks what can be seen without the network, and takes away what must not be sent.
func checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" {
		return fmt.Errorf("%w: %s", errForbidden, u.Redacted())
	}
	u.User = nil // nobody's password goes anywhere
	u.Fragment, u.RawFragment = "", ""
	return nil
}
