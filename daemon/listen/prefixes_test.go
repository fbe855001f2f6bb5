package listen

import (
	"net/netip"
	"testing"
)

func TestPrefixes(t *testing.T) {
	for text, want := range map[string]string{
		"":                            "",
		"192.0.2.7 2001:db8::1":       "192.0.2.7/32 2001:db8::1/128",
		"10.1.2.3/8\tfc00::/7":        "10.0.0.0/8 fc00::/7",
		"::ffff:192.0.2.7":            "192.0.2.7/32",
		"0.0.0.0/0 ::/0":              "0.0.0.0/0 ::/0",
		"localhost":                   "error",
		"10.0.0.0/33":                 "error",
		"10.0.0":                      "error",
		"fe80::1%eth0":                "error",
		"192.0.2.1, 192.0.2.2":        "error",
		"192.0.2.1 proxy.example.com": "error",
	} {
		var list []netip.Prefix
		v := Prefixes(&list)
		got := "error"
		if err := v.Set(text); err == nil {
			got = v.String()
			if list == nil {
				t.Errorf("%q: no list", text)
			}
		}
		if got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
