package listen

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text, want string
		local      bool
	}{
		{"*:236", "*:236", false},
		{"*%lo:236", "*%lo:236", true},
		{"*:236%lo", "*%lo:236", true},
		{"127.0.0.1:236", "127.0.0.1:236", true},
		{"192.0.2.1%eth0:236", "192.0.2.1%eth0:236", false},
		{"[::1]:236", "[::1]:236", true},
		{"[::]:236", "[::]:236", false},
		{"[2001:db8::1]%eth0:236", "[2001:db8::1]%eth0:236", false},
		{"0.0.0.0:0", "0.0.0.0:0", false},
		{"unix:/var/run/a:b", "unix:/var/run/a:b", true},
	}
	for _, tt := range tests {
		specs, err := Parse(tt.text)
		if err != nil || len(specs) != 1 {
			t.Errorf("%q: %v, %v", tt.text, specs, err)
			continue
		}
		if got := specs[0].String(); got != tt.want || specs[0].Local() != tt.local {
			t.Errorf("%q: got %q, local %v", tt.text, got, specs[0].Local())
		}
	}
	if specs, err := Parse("  *:1\t[::1]:2  unix:/a "); err != nil || len(specs) != 3 {
		t.Errorf("a list gives %v, %v", specs, err)
	}
	if specs, err := Parse(" "); err != nil || specs != nil {
		t.Errorf("an empty list gives %v, %v", specs, err)
	}
}

func TestParseMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"localhost:236":                    "host names are not allowed",
		"236":                              "has no port",
		"*":                                "has no port",
		":236":                             "has no numeric address",
		"*:":                               "has no port from 0",
		"*:65536":                          "has no port from 0",
		"*:-1":                             "has no port from 0",
		"::1:236":                          "has no port from 0",
		"[::1:236":                         "has no closing bracket",
		"[::1]236":                         "has no port",
		"[fe80::1%eth0]:236":               "has no numeric address",
		"*%:236":                           "names no interface",
		"*%a%b:236":                        "names no interface",
		"*%lo:236%lo":                      "names two interfaces",
		"*%abcdefghijklmnop:236":           "names no interface",
		"unix:socket":                      "absolute path",
		strings.Repeat("*:1 ", maxSpecs+1): "are too many",
	} {
		if specs, err := Parse(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, want %q", text, specs, err, want)
		}
	}
}

// FuzzParse requires that what is accepted is written so that it reads back.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{"*:236", "*%lo:236", "[::1]:2 unix:/a 127.0.0.1:3%eth0", "[", "%", ":", "unix:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		specs, err := Parse(text)
		if err != nil {
			return
		}
		again, err := Parse(Format(specs))
		if err != nil || Format(again) != Format(specs) || len(again) != len(specs) {
			t.Fatalf("%q is written as %q, which gives %v, %v", text, Format(specs), again, err)
		}
	})
}
