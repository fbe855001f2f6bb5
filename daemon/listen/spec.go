package listen

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Spec is one address to listen on.
type Spec struct {
	// Path is that of a unix socket; empty for TCP.
	Path string
	// Addr is the TCP address; the invalid address means all addresses, IPv4
	// and IPv6.
	Addr netip.Addr
	Port uint16
	// Interface restricts TCP connections to one network interface; "" does not
	// restrict.
	Interface string
}

// loopback is the interface that only this machine reaches.
const loopback = "lo"

// maxSpecs bounds how many sockets one setting can open.
const maxSpecs = 64

// Parse reads a list of addresses. An empty text is an empty list. The error says
// what is wrong and how a right address looks.
func Parse(text string) ([]Spec, error) {
	words := strings.Fields(text)
	if len(words) > maxSpecs {
		return nil, fmt.Errorf("%d addresses are too many; write at most %d", len(words), maxSpecs)
	}
	var specs []Spec
	for _, word := range words {
		s, err := parseOne(word)
		if err != nil {
			return nil, fmt.Errorf("%q %w; write addresses such as *:236, 127.0.0.1:236, [::1]:236, *%%eth0:236 or unix:/path", word, err)
		}
		specs = append(specs, s)
	}
	return specs, nil
}

func parseOne(word string) (Spec, error) {
	if path, ok := strings.CutPrefix(word, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return Spec{}, fmt.Errorf("does not name a socket by an absolute path")
		}
		return Spec{Path: path}, nil
	}
	host, iface, port, err := split(word)
	if err != nil {
		return Spec{}, err
	}
	s := Spec{Interface: iface}
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return Spec{}, fmt.Errorf("has no port from 0 to 65535")
	}
	s.Port = uint16(n)
	if host != "*" {
		if s.Addr, err = netip.ParseAddr(host); err != nil || s.Addr.Zone() != "" {
			return Spec{}, fmt.Errorf("has no numeric address; host names are not allowed")
		}
	}
	return s, nil
}

// split takes "host%iface:port" apart; the interface may also follow the port.
func split(word string) (host, iface, port string, err error) {
	rest := word
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			return "", "", "", fmt.Errorf("has no closing bracket")
		}
		host, rest = rest[1:end], rest[end+1:]
	} else {
		end := strings.IndexAny(rest, "%:")
		if end < 0 {
			return "", "", "", fmt.Errorf("has no port")
		}
		host, rest = rest[:end], rest[end:]
	}
	before, port, ok := strings.Cut(rest, ":")
	if !ok {
		return "", "", "", fmt.Errorf("has no port")
	}
	port, after, _ := strings.Cut(port, "%")
	if before == "" && after != "" {
		before = "%" + after
	} else if after != "" {
		return "", "", "", fmt.Errorf("names two interfaces")
	}
	if before != "" {
		if !strings.HasPrefix(before, "%") || len(before) == 1 || len(before) > 16 || strings.ContainsAny(before[1:], "%/[]") {
			return "", "", "", fmt.Errorf("names no interface after %%")
		}
		iface = before[1:]
	}
	return host, iface, port, nil
}

// String gives the address in the syntax that Parse reads.
func (s Spec) String() string {
	if s.Path != "" {
		return "unix:" + s.Path
	}
	host := "*"
	switch {
	case s.Addr.Is4():
		host = s.Addr.String()
	case s.Addr.IsValid():
		host = "[" + s.Addr.String() + "]"
	}
	if s.Interface != "" {
		host += "%" + s.Interface
	}
	return host + ":" + strconv.Itoa(int(s.Port))
}

// Local reports whether only this machine can connect.
func (s Spec) Local() bool {
	return s.Path != "" || s.Interface == loopback || s.Addr.IsLoopback()
}
