package monitor

import (
	"strings"
	"testing"
	"testing/quick"

	"zarafa/client"
)

func TestParseTemplate(t *testing.T) {
	for _, tt := range []struct{ name, text, subject, body string }{
		{"plain", "Subject: Full\n\n\nHello\n\nBye\n", "Full", "Hello\n\nBye\n"},
		{"carriage returns", "Subject: Full\r\n\r\nHello\r\nBye", "Full", "Hello\nBye\n"},
		{"subject at the end", "\n \nHello\nSubject:Full", "Full", "Hello\n"},
		{"second subject", "Subject: One\nSubject: Two\n", "One", "Subject: Two\n"},
		{"empty subject first", "Subject:\nSubject: Two\n", "", "Subject: Two\n"},
		{"no subject", "Hello\n", "", "Hello\n"},
		{"subject within a line", "The Subject: is none\n", "", "The Subject: is none\n"},
		{"other case", "subject: no field\n", "", "subject: no field\n"},
		{"only a subject", "Subject: Full", "Full", ""},
		{"blank lines", "\n\t\n  \n", "", ""},
		{"nothing", "", "", ""},
	} {
		if got := ParseTemplate(tt.text); got.Subject != tt.subject || got.Body != tt.body {
			t.Errorf("%s: %q", tt.name, got)
		}
	}
}

func TestExpand(t *testing.T) {
	value := func(name string) (string, bool) {
		v, ok := map[string]string{"NAME": "alice", "FULLNAME": "${ZARAFA_QUOTA_NAME}", "EMPTY": ""}[name]
		return v, ok
	}
	for in, want := range map[string]string{
		"${ZARAFA_QUOTA_NAME} = ${KOPANO_QUOTA_NAME}":        "alice = alice",
		"${ZARAFA_QUOTA_FULLNAME}":                           "${ZARAFA_QUOTA_NAME}",
		"[${ZARAFA_QUOTA_EMPTY}]":                            "[]",
		"${ZARAFA_QUOTA_OTHER} ${HOME} $ZARAFA ${":           "${ZARAFA_QUOTA_OTHER} ${HOME} $ZARAFA ${",
		"${ZARAFA_QUOTA_NAME":                                "${ZARAFA_QUOTA_NAME",
		"${${ZARAFA_QUOTA_NAME}}":                            "${alice}",
		"${NAME} ${zarafa_quota_name} $${KOPANO_QUOTA_NAME}": "${NAME} ${zarafa_quota_name} $alice",
		"":     "",
		"100%": "100%",
	} {
		if got := Expand(in, value); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	plain := func(text string) bool {
		text = strings.ReplaceAll(text, "${", "")
		return Expand(text, value) == text
	}
	if err := quick.Check(plain, nil); err != nil {
		t.Error(err)
	}
}

// A text with many beginnings of variables costs no more than its length: with the square of that this would not end.
func TestExpandIsLinear(t *testing.T) {
	text := strings.Repeat("${", 1<<23)
	if got := Expand(text, func(string) (string, bool) { return "", false }); got != text {
		t.Error("changed")
	}
}

// Each text of the program exists in each language, has a subject and a body, and uses variables that there are.
func TestTexts(t *testing.T) {
	for _, l := range []client.Language{client.English, client.German, client.Dutch, client.French} {
		for k := range numKinds {
			text := ownText(k, l)
			if text.Subject == "" || !strings.Contains(text.Body, "${ZARAFA_QUOTA_STORE_SIZE}") {
				t.Errorf("%s %s: %q", l, k.file(), text)
			}
			all := Expand(text.Subject+text.Body, values{lang: l, name: "alice", fullName: "Alice", company: "acme", usage: Usage{Size: 5 << 20, Warn: 1 << 20}}.lookUp)
			if strings.Contains(all, "${") || !strings.Contains(all, "5 M") {
				t.Errorf("%s %s: %s", l, k.file(), all)
			}
		}
	}
}

func TestSizes(t *testing.T) {
	for _, tt := range []struct {
		bytes int64
		lang  client.Language
		want  string
	}{
		{1, client.English, "1 KB"}, {1024, client.English, "1 KB"}, {1025, client.English, "1.1 KB"}, {100<<10 + 1, client.English, "101 KB"},
		{1 << 20, client.English, "1 MB"}, {1<<20 - 1, client.English, "1 MB"}, {5<<20 + 300<<10, client.German, "5,3 MB"}, {5<<20 + 300<<10, client.Dutch, "5,3 MB"},
		{3 << 30, client.French, "3 Go"}, {7 << 40, client.French, "7 To"}, {2048 << 40, client.English, "2048 TB"}, {1536 << 20, client.English, "1.5 GB"},
	} {
		if got := formatSize(tt.bytes, tt.lang); got != tt.want {
			t.Errorf("%d in %s: %q, want %q", tt.bytes, tt.lang, got, tt.want)
		}
	}
	v := values{lang: client.English}
	for name, want := range map[string]string{"STORE_SIZE": "unknown", "WARN_SIZE": "unlimited", "SOFT_SIZE": "unlimited", "HARD_SIZE": "unlimited"} {
		if got, ok := v.lookUp(name); !ok || got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, ok := v.lookUp("OTHER"); ok {
		t.Error("OTHER is a variable")
	}
}
