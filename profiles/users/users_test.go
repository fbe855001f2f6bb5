package users_test

import (
	"strings"
	"testing"

	"zarafa/profiles/users"
)

func TestEmbeddedData(t *testing.T) {
	for _, name := range users.Names() {
		p, err := users.Load(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if p.Name != name || p.Source == "" {
			t.Errorf("profile %s: name %q, source %q", name, p.Name, p.Source)
		}
		for _, action := range users.Actions() {
			if p.PerDay[action] == 0 {
				t.Errorf("profile %s: nobody does %s", name, action)
			}
		}
	}
	if len(users.Names()) != 4 {
		t.Errorf("profiles %v", users.Names())
	}
	sizes, err := users.Sizes()
	if err != nil || len(sizes) == 0 {
		t.Fatalf("%d sizes, %v", len(sizes), err)
	}
	for _, s := range sizes {
		if s.Weight <= 0 || s.Body <= 0 || s.Attachment > 0 && (s.Name == "" || s.Type == "") {
			t.Errorf("size %+v", s)
		}
	}
	languages, err := users.Languages()
	if err != nil || len(languages) == 0 {
		t.Fatalf("%d languages, %v", len(languages), err)
	}
	for _, l := range languages {
		if l.Weight <= 0 || len(l.People) == 0 || len(l.Words) < 10 {
			t.Errorf("language %s", l.Name)
		}
	}
}

func TestLoadUnknown(t *testing.T) {
	if _, err := users.Load("../messages"); err == nil || !strings.Contains(err.Error(), "medium") {
		t.Errorf("error %v does not name the profiles", err)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, text := range map[string]string{
		"not JSON":   `{`,
		"no hours":   `{"perDay":{"read":1}}`,
		"unknown":    `{"hoursPerDay":8,"perDay":{"dance":1}}`,
		"negative":   `{"hoursPerDay":8,"perDay":{"read":-1}}`,
		"too much":   `{"hoursPerDay":8,"perDay":{"read":1e9}}`,
		"idle users": `{"hoursPerDay":8,"perDay":{"read":0}}`,
	} {
		if _, err := users.Parse([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"hoursPerDay":8,"perDay":{"read":1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := users.Parse(text)
		if err == nil && (p.HoursPerDay < 1 || len(p.PerDay) == 0) {
			t.Errorf("accepted %+v", p)
		}
	})
}
