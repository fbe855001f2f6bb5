package calendar

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"zarafa/internal/testseed"
)

const outlookUID = "040000008200E00074C5B7101A82E00800000000B0A5E6D8F5C5D301000000000000000010000000B4F0C5C5E7F0D54D8E0E5D1A2B3C4D5E"

// TestOriginalID: what the original's programs store.
func TestOriginalID(t *testing.T) {
	want, _ := base64.StdEncoding.DecodeString("BAAAAIIA4AB0xbcQGoLgCAAAAAAAAAAAAAAAAAAAAAAAAAAAHAAAAHZDYWwtVWlkAQAAAGV2MUBleGFtcGxlLmNvbQA=")
	if got := GlobalID("ev1@example.com"); !bytes.Equal(got, want) {
		t.Errorf("got %x", got)
	}
	if got := UID(want); got != "ev1@example.com" {
		t.Errorf("got %s", got)
	}
}

func TestHexUID(t *testing.T) {
	id := GlobalID(outlookUID)
	if len(id)*2 != len(outlookUID) || UID(id) != outlookUID {
		t.Errorf("%s came back as %s", outlookUID, UID(id))
	}
	if !bytes.Equal(GlobalID(strings.ToLower(outlookUID)), id) || !SameUID(outlookUID, strings.ToLower(outlookUID)) {
		t.Error("the case of digits counts")
	}
	if SameUID("abc", "ABC") {
		t.Error("the case of letters does not count")
	}
	// What only looks like one is wrapped, and comes back as it is.
	for _, odd := range []string{outlookUID + "00", outlookUID[:60], outlookUID[:len(outlookUID)-1] + "x", strings.ToLower(outlookUID)[:40], ""} {
		if got := UID(GlobalID(odd)); got != odd && odd != "" {
			t.Errorf("%q came back as %q", odd, got)
		}
	}
	// Of an exception the UID is that of the series.
	day := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
	instance := WithDay(id, day)
	if UID(instance) != outlookUID || !bytes.Equal(CleanGlobalID(instance), id) || bytes.Equal(instance, id) {
		t.Errorf("the instance is %x", instance)
	}
	if got := instance[16:20]; !bytes.Equal(got, []byte{0x07, 0xEA, 12, 31}) {
		t.Errorf("the day is %x", got)
	}
	if got, ok := Day(instance); !ok || got.Format(time.DateOnly) != "2026-12-31" {
		t.Errorf("the day is %s, %v", got, ok)
	}
	if _, ok := Day(id); ok {
		t.Error("a series has a day")
	}
	if got := WithDay([]byte{1}, day); !bytes.Equal(got, []byte{1}) {
		t.Errorf("a short id became %x", got)
	}
}

func TestRandomUIDs(t *testing.T) {
	r := testseed.New(t)
	for range 2000 {
		b := make([]byte, 1+r.IntN(MaxUID))
		for i := range b {
			b[i] = byte(' ' + r.IntN(95))
		}
		uid := string(b)
		id := GlobalID(uid)
		if got := UID(id); got != uid {
			t.Fatalf("%q came back as %q", uid, got)
		}
		if got := UID(WithDay(id, time.Date(1+r.IntN(9998), 2, 3, 0, 0, 0, 0, time.UTC))); got != uid {
			t.Fatalf("%q of an instance came back as %q", uid, got)
		}
	}
}

func FuzzUID(f *testing.F) {
	f.Add([]byte(outlookUID))
	f.Add(GlobalID("x"))
	f.Fuzz(func(t *testing.T, b []byte) {
		uid := UID(b)
		Day(b)
		if wellFormed(b) && uid != "" {
			// Text in, the same id out, unless the text is cut at a zero or is not UTF-8.
			if again := UID(GlobalID(uid)); again != uid && !strings.ContainsRune(uid, '\uFFFD') && !strings.EqualFold(again, uid) {
				t.Fatalf("%x is %q, then %q", b, uid, again)
			}
		}
	})
}
