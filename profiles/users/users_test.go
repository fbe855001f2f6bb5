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
		want := users.OnlineActions()
		if p.Cached != nil {
			want = []users.Action{users.Receive, users.Read, users.Send, users.Edit, users.Sync}
		}
		for _, action := range want {
			if !p.Has(action) {
				t.Errorf("profile %s: nobody does %s", name, action)
			}
		}
	}
	if len(users.Names()) != 9 {
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
		"not JSON":         `{`,
		"no hours":         `{"perDay":{"read":1}}`,
		"unknown":          `{"hoursPerDay":8,"perDay":{"dance":1}}`,
		"negative":         `{"hoursPerDay":8,"perDay":{"read":-1}}`,
		"too much":         `{"hoursPerDay":8,"perDay":{"read":1e9}}`,
		"idle users":       `{"hoursPerDay":8,"perDay":{"read":0}}`,
		"no such client":   `{"hoursPerDay":8,"perDay":{"sync":1}}`,
		"cached looks":     `{"hoursPerDay":8,"perDay":{"page":1},"cached":{}}`,
		"no such folder":   `{"hoursPerDay":8,"perDay":{"sync":1},"cached":{"folders":["attic"]}}`,
		"negative days":    `{"hoursPerDay":8,"perDay":{"sync":1},"cached":{"syncDays":-1}}`,
		"react":            `{"hoursPerDay":8,"perDay":{"read":1},"react":2}`,
		"short day":        `{"hours":[1,2],"perDay":{"read":1}}`,
		"empty day":        `{"hours":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"perDay":{"read":1}}`,
		"late start":       `{"hoursPerDay":8,"startHour":24,"perDay":{"read":1}}`,
		"endless begin":    `{"hoursPerDay":8,"perDay":{"read":1},"begin":{"withinMinutes":1e9}}`,
		"too many missed":  `{"hoursPerDay":8,"perDay":{"read":1},"begin":{"withinMinutes":1,"missed":1000000}}`,
		"both":             `{"hoursPerDay":8,"perDay":{"read":1},"mix":{"light":1}}`,
		"no such part":     `{"hoursPerDay":8,"mix":{"dancer":1}}`,
		"mix of mixes":     `{"hoursPerDay":8,"mix":{"mixed-day":1}}`,
		"nobody of a part": `{"hoursPerDay":8,"mix":{"light":0}}`,
	} {
		if _, err := users.Parse([]byte(text)); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"hoursPerDay":8,"perDay":{"read":1}}`))
	f.Add([]byte(`{"hoursPerDay":24,"mix":{"light":1,"phones":2},"begin":{"withinMinutes":2,"missed":1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := users.Parse(text)
		if err == nil && (p.HoursPerDay < 1 && len(p.Hours) == 0 || len(p.PerDay) == 0 && len(p.Mix) == 0) {
			t.Errorf("accepted %+v", p)
		}
	})
}

func TestMix(t *testing.T) {
	p, err := users.Parse([]byte(`{"hoursPerDay":24,"startHour":7,"hours":[1,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,1],"mix":{"phones":1,"light":3}}`))
	if err != nil {
		t.Fatal(err)
	}
	for place, want := range map[float64]string{0: "light", 0.74: "light", 0.76: "phones", 1: "phones"} {
		if got := p.Of(place); got.Name != want || got.StartHour != 7 || got.Hours[0] != 1 {
			t.Errorf("place %v: %+v, want %s", place, got, want)
		}
	}
	if !p.Has(users.Sync) || p.Has(users.Conflict) {
		t.Error("what the parts do is not what the mix does")
	}
	light, err := users.Load("light")
	if err != nil || light.Of(0.5) != light {
		t.Errorf("%v, %v", light.Of(0.5), err)
	}
}
