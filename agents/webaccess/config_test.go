package webaccess

import (
	"strings"
	"testing"

	"zarafa/daemon/settings"
	"zarafa/daemon/settings/settingstest"
)

func TestEverySettingHasAReader(t *testing.T) {
	c := NewConfig(Start{})
	settingstest.EverySettingIsRead(t, c, c.Sections(), "zarafa/daemon", "zarafa/daemon/logging", "zarafa/agents/connection", "zarafa/agents/frontend", "zarafa/agents/webaccess")
}

func TestFinish(t *testing.T) {
	for _, tt := range []struct{ name, value, problem, path string }{
		{"web_path", "/webmail", "", "/webmail/"},
		{"web_path", "/", "", "/"},
		{"web_path", "webmail", "is no path", ""},
		{"web_path", "/a//b", "is no path", ""},
		{"web_path", "/a{x}", "is no path", ""},
		{"web_listen", "", "no listener is left", ""},
		{"upload_max_total", "1M", "less than upload_max_size", ""},
	} {
		c := NewConfig(Start{})
		set, err := settings.New(c.Sections())
		if err != nil {
			t.Fatal(err)
		}
		if err := set.SetArgument(tt.name, tt.value); err != nil {
			t.Fatal(err)
		}
		if err := set.Apply(); err != nil {
			t.Fatal(err)
		}
		err = c.Finish(set)
		if tt.problem == "" && (err != nil || c.Path != tt.path) || tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)) {
			t.Errorf("%s = %q: %v, %q", tt.name, tt.value, err, c.Path)
		}
	}
}
