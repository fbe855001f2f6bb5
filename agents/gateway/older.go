package gateway

import (
	"fmt"
	"strings"

	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
)

// olderListeners holds the spellings of before the listen settings, in which an address, a port and a switch were settings of their own.
type olderListeners struct {
	bind         string
	imapEnabled  bool
	imapPort     int
	imapsEnabled bool
	imapsPort    int
	pop3Enabled  bool
	pop3Port     int
	pop3sEnabled bool
	pop3sPort    int
}

func (o *olderListeners) section() settings.Section {
	options := []settings.Option{{
		Name: "server_bind", Value: settings.Text(&o.bind), Deprecated: "write imap_listen and the like",
		Doc: "The address for the ports below. Empty means every address.",
	}}
	for _, l := range []struct {
		name, standard string
		enabled        *bool
		port           *int
		portStandard   string
	}{
		{"imap", "yes", &o.imapEnabled, &o.imapPort, "143"}, {"imaps", "no", &o.imapsEnabled, &o.imapsPort, "993"},
		{"pop3", "yes", &o.pop3Enabled, &o.pop3Port, "110"}, {"pop3s", "no", &o.pop3sEnabled, &o.pop3sPort, "995"},
	} {
		write := "write " + l.name + "_listen"
		options = append(options, settings.Option{
			Name: l.name + "_enable", Default: l.standard, Value: settings.Bool(l.enabled), Deprecated: write, Doc: "Whether there is a listener on the port below.",
		}, settings.Option{
			Name: l.name + "_port", Default: l.portStandard, Value: settings.Int(l.port, 1, 65535), Deprecated: write, Doc: "Its port.",
		})
	}
	return settings.Section{Title: "Listeners, in older spellings", Options: options}
}

// apply translates the older spellings where the file uses them. The later spelling counts where a file has both.
func (o *olderListeners) apply(set *settings.Set, c *Config) error {
	for _, l := range []struct {
		name     string
		standard bool
		enabled  bool
		port     int
		field    *[]listen.Spec
	}{
		{"imap", true, o.imapEnabled, o.imapPort, &c.IMAPListen}, {"imaps", false, o.imapsEnabled, o.imapsPort, &c.IMAPSListen},
		{"pop3", true, o.pop3Enabled, o.pop3Port, &c.POP3Listen}, {"pop3s", false, o.pop3sEnabled, o.pop3sPort, &c.POP3SListen},
	} {
		given := set.Given(l.name+"_enable") || set.Given(l.name+"_port") || set.Given("server_bind") && l.standard
		switch {
		case !given:
			continue
		case set.Given(l.name + "_listen"):
			set.Warnf("%s_listen is set, so server_bind, %s_enable and %s_port have no effect; delete them", l.name, l.name, l.name)
			continue
		}
		specs, err := o.specs(l.enabled, l.port)
		if err != nil {
			return set.Problem("server_bind", err.Error(), "or leave it empty and write "+l.name+"_listen")
		}
		*l.field = specs
		set.Warnf("the older settings of listeners mean %s_listen = %s; write that", l.name, listen.Format(specs))
	}
	return nil
}

func (o *olderListeners) specs(enabled bool, port int) ([]listen.Spec, error) {
	if !enabled {
		return nil, nil
	}
	host := o.bind
	switch {
	case host == "":
		host = "*"
	case strings.Contains(host, ":") && !strings.HasPrefix(host, "["):
		host = "[" + host + "]"
	}
	return listen.Parse(fmt.Sprintf("%s:%d", host, port))
}
