package config_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"zarafa/agents/spooler/config"
	"zarafa/agents/spooler/relay"
	"zarafa/daemon/settings"
	"zarafa/daemon/settings/settingstest"
	"zarafa/mail/convert"
)

func TestEverySettingHasAReader(t *testing.T) {
	c := config.New(config.Start{})
	settingstest.EverySettingIsRead(t, c, c.Sections(), "zarafa/daemon", "zarafa/daemon/logging", "zarafa/agents/connection",
		"zarafa/agents/spooler/config", "zarafa/agents/spooler")
}

func load(t *testing.T, start config.Start, text string) (*config.Config, error) {
	t.Helper()
	c := config.New(start)
	set, err := settings.New(c.Sections())
	if err != nil {
		t.Fatal(err)
	}
	source := settings.Source{
		Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	if err := set.ReadFile("spooler.cfg", source); err != nil {
		return nil, err
	}
	if err := set.Apply(); err != nil {
		return nil, err
	}
	return c, c.Finish(set)
}

func TestDefaults(t *testing.T) {
	c, err := load(t, config.Start{}, "")
	if err != nil {
		t.Fatal(err)
	}
	r := c.SMTP.Relays
	if len(r) != 1 || r[0].Host != "localhost" || r[0].Port != 25 || r[0].Security != relay.Plain || r[0].Login != nil || c.SMTP.Lifetime != 5*24*time.Hour || !c.SMTP.DSN {
		t.Errorf("relay %+v", c.SMTP)
	}
	if c.Threads != 5 || c.Rules != (config.Rules{RedirectSpoofing: true, DelegateMeetings: true, SendToEveryone: true, CopyDelegateMails: "yes"}) {
		t.Errorf("%d threads, rules %+v", c.Threads, c.Rules)
	}
	if c.Mail.Charset.Name != "windows-1252" || c.Mail.RawPath != "" || c.Mail.FaxInternational != "+" || c.Mail.TNEF != convert.TNEFWhereNeeded || c.Mail.ExpandGroups {
		t.Errorf("mail %+v", c.Mail)
	}
}

// Relays are those of the file, or of the command line.
func TestRelays(t *testing.T) {
	lines := "smtp_server = one two:2525 [2001:db8::1]:26\nsmtp_port = 24\nsmtp_user = u\nsmtp_password = p\nsmtp_auth = PLAIN\nsmtp_security = starttls\n"
	c, err := load(t, config.Start{}, lines)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range c.SMTP.Relays {
		r := &c.SMTP.Relays[i]
		got = append(got, r.Address())
		if r.Security != relay.StartTLS || *r.Login != (relay.Login{User: "u", Password: "p", Mechanism: "PLAIN"}) || r.LocalName == "" {
			t.Errorf("relay %+v", r)
		}
	}
	if strings.Join(got, " ") != "one:24 two:2525 [2001:db8::1]:26" {
		t.Error(got)
	}
	c, err = load(t, config.Start{Relay: "other", Port: 27}, lines)
	if err != nil || len(c.SMTP.Relays) != 1 || c.SMTP.Relays[0].Address() != "other:27" {
		t.Errorf("%+v, %v", c.SMTP.Relays, err)
	}
}

// What is not there is refused with what to do in its place.
func TestRefused(t *testing.T) {
	for lines, want := range map[string]string{
		"plugin_enabled = yes":                                 "disclaimers and copies of outgoing mail are made by the relay",
		"archive_on_send = yes":                                "always_bcc",
		"smtp_server =":                                        "smtp_server",
		"smtp_server = a:b":                                    "HOST:PORT",
		"smtp_ca_file = /nonexistent":                          "smtp_ca_file",
		"smtp_ca_file = /dev/null":                             "no certificate",
		"charset_upgrade = klingon":                            "windows-1252 or utf-8",
		"smtp_security = ssl":                                  "none, starttls or tls",
		"copy_delegate_mails = maybe":                          "move-to-rep",
		"log_raw_message_stage1 = yes\nlog_raw_message_path =": "log_raw_message_path",
	} {
		if _, err := load(t, config.Start{}, lines+"\n"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", lines, err)
		}
	}
	if _, err := load(t, config.Start{}, "process_model = fork\nplugin_path = /x\nlog_raw_message = no\nstatsclient_url = x\n"); err != nil {
		t.Errorf("settings of older spoolers: %v", err)
	}
}
