package gateway

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/daemon/listen"
	"zarafa/daemon/settings"
	"zarafa/daemon/settings/settingstest"
)

func TestEverySettingHasAReader(t *testing.T) {
	c := NewConfig(Start{})
	settingstest.EverySettingIsRead(t, c, c.Sections(), "zarafa/daemon", "zarafa/daemon/logging", "zarafa/agents/connection", "zarafa/agents/frontend",
		"zarafa/agents/gateway")
}

// load reads settings from text.
func load(t *testing.T, text string) (*Config, *settings.Set, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gateway.cfg")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := NewConfig(Start{})
	set, err := settings.New(c.Sections())
	if err == nil {
		err = errors.Join(set.ReadFile(file, settings.Source{}), set.Apply())
	}
	if err != nil {
		t.Fatal(err)
	}
	return c, set, c.Finish(set)
}

func TestListeners(t *testing.T) {
	for _, tt := range []struct{ text, imap, imaps, pop3, pop3s, warning string }{
		{"", "*%lo:143", "", "*%lo:110", "", ""},
		{"imap_listen = *:143\nimaps_listen = *:993\npop3_listen =\npop3s_listen = [::1]:995\n", "*:143", "*:993", "", "[::1]:995", ""},
		{"imap_enable = no\nimaps_enable = yes\n", "", "*:993", "*%lo:110", "", "mean imaps_listen = *:993"},
		{"server_bind = 192.0.2.1\npop3_port = 1110\npop3s_enable = yes\n", "192.0.2.1:143", "", "192.0.2.1:1110", "192.0.2.1:995", "mean pop3_listen = 192.0.2.1:1110"},
		{"server_bind = ::1\npop3_enable = no\n", "[::1]:143", "", "", "", "mean imap_listen = [::1]:143"},
		{"imap_listen = *:143\nimap_port = 1143\n", "*:143", "", "*%lo:110", "", "imap_listen is set"},
	} {
		c, set, err := load(t, tt.text)
		if err != nil {
			t.Errorf("%q: %v", tt.text, err)
			continue
		}
		got := []string{listen.Format(c.IMAPListen), listen.Format(c.IMAPSListen), listen.Format(c.POP3Listen), listen.Format(c.POP3SListen)}
		if want := []string{tt.imap, tt.imaps, tt.pop3, tt.pop3s}; !slices.Equal(got, want) {
			t.Errorf("%q gives %q, want %q", tt.text, got, want)
		}
		if warnings := strings.Join(set.Warnings(), "\n"); !strings.Contains(warnings, tt.warning) {
			t.Errorf("%q warns %q, want %q", tt.text, warnings, tt.warning)
		}
	}
}

func TestRefusedSettings(t *testing.T) {
	for text, want := range map[string]string{
		"bypass_auth = yes\n":                 "log-ons without a password check are not possible",
		"imap_listen =\npop3_listen =\n":      "no listener is left",
		"server_bind = mail\nimap_port = 1\n": "server_bind",
	} {
		if _, _, err := load(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// IDLE is hidden by either of its settings, beside what else is.
func TestHiddenCapabilities(t *testing.T) {
	for text, want := range map[string]string{
		"":                                 "",
		"imap_capability_idle = no\n":      "IDLE",
		"imap_ignore_command_idle = yes\n": "IDLE",
		"imap_capability_idle = no\nimap_hidden_capabilities = QRESYNC B=C\n": "QRESYNC B=C IDLE",
	} {
		if c, _, err := load(t, text); err != nil || strings.Join(c.Hidden, " ") != want {
			t.Errorf("%q hides %q, %v, want %q", text, c.Hidden, err, want)
		}
	}
}

// A listener that begins with TLS needs a certificate, and says which setting names it.
func TestBindNeedsCertificate(t *testing.T) {
	c, _, err := load(t, "imap_listen =\npop3_listen =\nimaps_listen = 127.0.0.1:0\nssl_certificate_file = /nonexistent\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Bind(t.Context()); err == nil || !strings.Contains(err.Error(), "ssl_certificate_file") {
		t.Errorf("%v", err)
	}
	c, _, err = load(t, "imap_listen = 203.0.113.77:1\n")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Bind(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "imap_listen: ") {
		t.Errorf("%v", err)
	}
}
