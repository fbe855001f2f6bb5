package server

import (
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"

	"zarafa/daemon/settings"
	"zarafa/server/config"
)

// read makes a configuration of the text of a server.cfg.
func read(text string) (*config.Config, error) {
	c := config.New(func() (int64, error) { return 1 << 30, nil })
	set, err := settings.New(c.Sections())
	if err != nil {
		return nil, err
	}
	source := settings.Source{
		Open:      func(string) (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil },
		LookupEnv: func(string) (string, bool) { return "", false },
	}
	if err := errors.Join(set.ReadFile("server.cfg", source), set.Apply()); err != nil {
		return nil, err
	}
	return c, c.Finish(set)
}

// TestReloadableSettings walks the table of settings: what is called reloadable there is taken over by Reload, and nothing else is.
func TestReloadableSettings(t *testing.T) {
	c := config.New(func() (int64, error) { return 1 << 30, nil })
	var daemons, reloadable []string
	for _, section := range c.Common().Sections() {
		for _, o := range section.Options {
			daemons = append(daemons, o.Name)
		}
	}
	for _, section := range c.Sections() {
		for _, o := range section.Options {
			if o.Reloadable && !slices.Contains(daemons, o.Name) {
				reloadable = append(reloadable, o.Name)
			}
		}
	}
	var applied []string
	for _, r := range reloadings() {
		applied = append(applied, r.settings...)
	}
	slices.Sort(reloadable)
	slices.Sort(applied)
	for _, name := range reloadable {
		if !slices.Contains(applied, name) {
			t.Errorf("%s is called reloadable, but HUP does not take it over", name)
		}
	}
	for _, name := range applied {
		if !slices.Contains(reloadable, name) {
			t.Errorf("%s is taken over, but is not called reloadable", name)
		}
	}
}

// TestReloadingsLookAtTheirSettings changes every reloadable setting and looks at what is taken over then.
func TestReloadingsLookAtTheirSettings(t *testing.T) {
	before, err := read("")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range reloadings() {
		for _, name := range r.settings {
			seen := slices.ContainsFunc([]string{"no", "yes", "17", "1700", "a@example.com", "/x", "file", "0"}, func(value string) bool {
				after, err := read(name + " = " + value + "\n")
				return err == nil && !reflect.DeepEqual(r.view(before), r.view(after))
			})
			if !seen {
				t.Errorf("%s: no value changes what is taken over", name)
			}
		}
	}
}
