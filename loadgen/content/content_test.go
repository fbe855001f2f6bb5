package content_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"
	"unicode"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/mapi"
)

func material(t testing.TB) *content.Material {
	t.Helper()
	m, err := content.LoadMaterial()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func mails(t testing.TB, seed uint64, n int) []*client.Message {
	m, r := material(t), rand.New(rand.NewPCG(seed, 1))
	list := make([]*client.Message, n)
	for i := range list {
		list[i] = m.Mail(r, content.Mail{Token: content.Token{User: 1, Source: "t", Serial: uint64(i)}, Time: time.Unix(1e9, 0)})
	}
	return list
}

func TestMailIsRepeatable(t *testing.T) {
	if !reflect.DeepEqual(mails(t, 7, 50), mails(t, 7, 50)) {
		t.Error("the same seed gives other mail")
	}
	if reflect.DeepEqual(mails(t, 7, 50), mails(t, 8, 50)) {
		t.Error("another seed gives the same mail")
	}
}

// TestMailIsVaried looks at what the distribution must bring: scripts, attachments, sizes.
func TestMailIsVaried(t *testing.T) {
	scripts, attachments, small := map[string]int{}, 0, 0
	list := mails(t, 1, 2000)
	for _, m := range list {
		for _, c := range m.Props.Str(mapi.PrSubject) {
			for _, script := range []string{"Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Thai", "Han", "Hiragana", "Hangul"} {
				if unicode.Is(unicode.Scripts[script], c) {
					scripts[script]++
				}
			}
		}
		attachments += len(m.Attachments)
		if len(m.Props.Str(mapi.PrBody)) < 2048 {
			small++
		}
	}
	if len(scripts) != 10 {
		t.Errorf("scripts %v", scripts)
	}
	// The shares of the data, 16 and 60 of 96, with room for chance.
	if attachments < 250 || attachments > 420 || small < 1100 || small > 1400 {
		t.Errorf("of %d messages %d have attachments, %d are small", len(list), attachments, small)
	}
}

func TestToken(t *testing.T) {
	want := content.Token{User: 17, Source: "f3a", Serial: 1<<32 - 1}
	got, err := content.ParseToken(want.String())
	if err != nil || got != want {
		t.Errorf("%v, %v", got, err)
	}
	for _, s := range []string{"", "<1.a.2@example.com>", "1.a.2@zload.invalid>", "<1.a@zload.invalid>", "<-1.a.2@zload.invalid>", "<1..2@zload.invalid>"} {
		if got, err := content.ParseToken(s); err == nil {
			t.Errorf("%q is read as %v", s, got)
		}
	}
}

func FuzzParseToken(f *testing.F) {
	f.Add("<1.a.2@zload.invalid>")
	f.Fuzz(func(t *testing.T, s string) {
		token, err := content.ParseToken(s)
		if err != nil {
			return
		}
		if again, err := content.ParseToken(token.String()); err != nil || again != token {
			t.Errorf("%v becomes %v, %v", token, again, err)
		}
	})
}

func TestAppointmentAndContact(t *testing.T) {
	m, r := material(t), rand.New(rand.NewPCG(1, 2))
	start := time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	a := m.Appointment(r, content.Token{Source: "t"}, start)
	if from, _ := a.Props.Get(content.TagStart); !from.Time().Time().Equal(start) {
		t.Errorf("starts at %v", from.Time().Time())
	}
	if to, _ := a.Props.Get(content.TagEnd); !to.Time().Time().After(start) {
		t.Errorf("ends at %v", to.Time().Time())
	}
	if c := m.Contact(r, content.Token{Source: "t"}); c.Props.Str(mapi.PrDisplayName) == "" {
		t.Error("a contact without a name")
	}
}
