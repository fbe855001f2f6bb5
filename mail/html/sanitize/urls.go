package sanitize

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// longestAddress bounds addresses; longer ones are left out.
const longestAddress = 16 << 10

// flaws are what makes an address look like another one.
type flaws struct {
	userinfo bool // a name or password stood in front of the host
}

// trim removes what browsers ignore in an address (WHATWG URL, 4.4): blanks and controls at its ends, and tabs and ends of lines anywhere.
func trim(address string) string {
	address = strings.TrimFunc(address, func(r rune) bool { return r <= ' ' })
	if !strings.ContainsAny(address, "\t\r\n") {
		return address
	}
	return strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(address)
}

// scheme is the scheme of an address in lower case, "" if it is relative.
func scheme(address string) (scheme, rest string) {
	for i := range len(address) {
		switch c := address[i] | 0x20; {
		case c >= 'a' && c <= 'z':
		case i > 0 && (address[i] >= '0' && address[i] <= '9' || address[i] == '+' || address[i] == '-' || address[i] == '.'):
		case i > 0 && address[i] == ':':
			return strings.ToLower(address[:i]), address[i+1:]
		default:
			return "", address
		}
	}
	return "", address
}

// absolute reads an address of the web (or ftp) as a browser would. What browsers and this package could read differently is refused.
func absolute(address string, base *url.URL) (*url.URL, flaws, bool) {
	var f flaws
	address = trim(address)
	if address == "" || len(address) > longestAddress {
		return nil, f, false
	}
	kind, rest := scheme(address)
	switch kind {
	case "http", "https", "ftp":
		// Any number of slashes of either kind may follow; all mean the same.
		address = kind + "://" + strings.TrimLeft(rest, `/\`)
	case "":
		if base == nil && !strings.HasPrefix(strings.ReplaceAll(rest, `\`, "/"), "//") {
			return nil, f, false // would be an address of ours
		}
	default:
		return nil, f, false
	}
	u, err := url.Parse(escapePercent(forwardSlashes(address)))
	if err != nil {
		return nil, f, false
	}
	if kind == "" {
		if base == nil {
			base = &url.URL{Scheme: "https"}
		}
		u = base.ResolveReference(u)
	}
	f.userinfo = u.User != nil
	u.User = nil
	return u, f, canonicalHost(u)
}

// forwardSlashes makes slashes of backslashes in front of the query, as browsers do.
func forwardSlashes(address string) string {
	end := strings.IndexAny(address, "?#")
	if end < 0 {
		end = len(address)
	}
	return strings.ReplaceAll(address[:end], `\`, "/") + address[end:]
}

// escapePercent escapes percent signs that escape nothing, which senders write and url.Parse refuses.
func escapePercent(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var out strings.Builder
	for i := range len(s) {
		out.WriteByte(s[i])
		if s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2])) {
			out.WriteString("25")
		}
	}
	return out.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

// canonicalHost brings the host to the form that the network uses: lower case and punycode. It reports whether there is a valid one.
func canonicalHost(u *url.URL) bool {
	host, port := u.Hostname(), u.Port()
	if strings.HasPrefix(u.Host, "[") {
		ip, err := netip.ParseAddr(host)
		if err != nil || ip.Zone() != "" {
			return false
		}
		host = "[" + ip.String() + "]"
	} else {
		ascii, err := hostProfile.ToASCII(host)
		if err != nil || ascii == "" || ascii[0] == '.' || strings.Contains(ascii, "..") ||
			strings.Trim(ascii, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return false
		}
		last := ascii[strings.LastIndexByte(strings.TrimSuffix(ascii, "."), '.')+1:]
		if _, err := netip.ParseAddr(ascii); err != nil && last[0] >= '0' && last[0] <= '9' {
			return false // an IPv4 address in one of the forms that hide it
		}
		host = ascii
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil {
			return false
		}
		host += ":" + strconv.FormatUint(n, 10)
	}
	u.Host = host
	return true
}

// hostProfile maps as browsers do (UTS 46, not transitional) and leaves names with underscores alone.
var hostProfile = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.BidiRule())

// written is an address with the signs of a URI alone (RFC 3986), so that no context it is put in reads it differently.
func written(u *url.URL) string { return escapeRest(u.String()) }

func escapeRest(s string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(s) {
		if c := s[i]; isURI(c) {
			out.WriteByte(c)
		} else {
			out.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return out.String()
}

// isURI reports whether a byte may stand in an address that we write. The apostrophe and the parentheses, which the RFC allows, end texts of CSS.
func isURI(c byte) bool {
	switch {
	case c|0x20 >= 'a' && c|0x20 <= 'z', c >= '0' && c <= '9':
		return true
	}
	return strings.IndexByte("-._~:/?#[]@!$&*+,;=%", c) >= 0
}

// isOurs reports whether an address that a function of the policy returned can be put into a page.
func isOurs(address string) bool {
	for i := range len(address) {
		if !isURI(address[i]) {
			return false
		}
	}
	return address != ""
}
