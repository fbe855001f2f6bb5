package dagent

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"

	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

// readFiles reads what settings have put into files.
func (c *Config) readFiles(set *settings.Set) error {
	for _, f := range []struct {
		setting, path string
		into          *string
	}{
		{"forward_whitelist_domains_file", c.ForwardDomainsFile, &c.ForwardDomains},
		{"forward_whitelist_domain_message_file", c.ForwardMessageFile, &c.ForwardMessage},
	} {
		if f.path == "" {
			continue
		}
		text, err := os.ReadFile(f.path)
		if err != nil {
			return set.Problem(f.setting, err.Error(), "name a file that this program can read")
		}
		if f.into == &c.ForwardDomains && strings.TrimSpace(c.ForwardDomains) != "*" {
			*f.into += "\n" + string(text)
			continue
		}
		*f.into = string(text)
	}
	return nil
}

// Bind opens the sockets.
func (c *Config) Bind(ctx context.Context) error {
	listeners, err := listen.Open(ctx, c.LMTPListen, 0o666)
	if err != nil {
		return fmt.Errorf("lmtp_listen: %w; correct the address, or stop what uses it", err)
	}
	c.listeners = listeners
	return nil
}

// Listeners are the open sockets for LMTP.
func (c *Config) Listeners() []string {
	var list []string
	for _, l := range c.listeners {
		list = append(list, l.Addr().String())
	}
	return list
}

// mayForwardTo reports whether rules may forward to an address.
func (c *Config) mayForwardTo(address string) bool {
	_, domain, _ := strings.Cut(strings.ToLower(address), "@")
	for _, d := range c.forwardTo {
		if d == "*" || d == domain {
			return true
		}
	}
	return false
}

// Addresses are where the sockets of Bind listen.
func (c *Config) Addresses() (all []net.Addr) {
	for _, l := range c.listeners {
		all = append(all, l.Addr())
	}
	return all
}
