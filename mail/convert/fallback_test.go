package convert

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"zarafa/mail/tree"
	"zarafa/mapi"
)

// A mail whose conversion panics or fails is delivered as it is.
func TestFallback(t *testing.T) {
	mail := tree.ParseBytes([]byte("Subject: x\r\n\r\nbody\r\n"))
	options := &ImportOptions{Now: time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)}
	for name, convert := range map[string]func(*tree.Message, *ImportOptions) (*mapi.Message, error){
		"panic": func(*tree.Message, *ImportOptions) (*mapi.Message, error) { panic("odd") },
		"error": func(*tree.Message, *ImportOptions) (*mapi.Message, error) { return nil, errors.New("odd") },
	} {
		m, err := orFallback(mail, options, convert)
		if err == nil || !strings.Contains(err.Error(), "odd") {
			t.Errorf("%s: the error is %v", name, err)
		}
		if m.Props.Str(mapi.PrSubject) != "Fallback delivery" || m.Props.Str(mapi.PrSenderName) != "System Administrator" || len(m.Attachments) != 1 {
			t.Fatalf("%s: %s", name, dump(m))
		}
		r, err := m.Attachments[0].Content.Open()
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(r); err != nil || string(data) != "Subject: x\r\n\r\nbody\r\n" || fileNameOf(m.Attachments[0]) != "original.eml" {
			t.Errorf("%s: the attachment is %q, %v", name, data, err)
		}
	}
	if m, err := ImportOrFallback(mail, options); err != nil || m.Props.Str(mapi.PrSubject) != "x" {
		t.Errorf("%v", err)
	}
}
