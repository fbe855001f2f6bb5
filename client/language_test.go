package client

import "testing"

func TestLanguageOf(t *testing.T) {
	for _, want := range languages() {
		if parsed, err := ParseLanguage(string(want)); err != nil || parsed != want {
			t.Errorf("%s: %s, %v", want, parsed, err)
		}
		if got, ok := LanguageOf(Inbox, want.folderNames()[Inbox]); !ok || got != want {
			t.Errorf("%s: %s, %v", want, got, ok)
		}
	}
	if got, ok := LanguageOf(Inbox, "INBOX"); !ok || got != English {
		t.Errorf("INBOX: %s, %v", got, ok)
	}
	for _, name := range []string{"", "Posta in arrivo", "Outbox"} {
		if got, ok := LanguageOf(Inbox, name); ok {
			t.Errorf("%q: %s", name, got)
		}
	}
}
