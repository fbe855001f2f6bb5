package ical

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"zarafa/calendar/content"
	"zarafa/mapi"
)

// FuzzRead: whatever can be read can be written, and what was written can be read.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("../testdata/ical/*.ics")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	f.Fuzz(func(t *testing.T, text string) {
		roots, err := content.ParseLenient(text, content.Limits{})
		if err != nil {
			return
		}
		for _, c := range roots {
			items, _ := Read(c, options(t))
			for _, item := range items {
				out, err := Write([]*mapi.Message{item.Message}, options(t))
				if err != nil {
					if errors.Is(err, ErrItem) {
						continue
					}
					t.Fatalf("%s: %v", dump(item.Message), err)
				}
				if _, err := content.Parse(out.String(), content.Limits{}); err != nil {
					t.Fatalf("%s: %v", out, err)
				}
			}
		}
	})
}
