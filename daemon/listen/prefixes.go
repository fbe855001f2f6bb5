package listen

import (
	"fmt"
	"net/netip"
	"strings"

	"zarafa/daemon/settings"
)

type prefixesValue struct{ field *[]netip.Prefix }

// Prefixes binds a list of addresses and networks (192.0.2.7, 10.0.0.0/8, fc00::/7) to a setting. The list is never nil.
func Prefixes(field *[]netip.Prefix) settings.Value { return prefixesValue{field} }

func (v prefixesValue) Set(text string) error {
	list := []netip.Prefix{}
	for _, word := range strings.Fields(text) {
		prefix, err := netip.ParsePrefix(word)
		if err != nil {
			addr, addrErr := netip.ParseAddr(word)
			if addrErr != nil || addr.Zone() != "" {
				return fmt.Errorf("%q is neither an address nor a network; write it as 192.0.2.7 or 10.0.0.0/8", word)
			}
			prefix = netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen())
		}
		list = append(list, prefix.Masked())
	}
	*v.field = list
	return nil
}

func (v prefixesValue) String() string {
	words := make([]string, len(*v.field))
	for i, p := range *v.field {
		words[i] = p.String()
	}
	return strings.Join(words, " ")
}

func (v prefixesValue) Kind() string {
	return "addresses and networks separated by spaces, empty for none"
}
