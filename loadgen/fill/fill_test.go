package fill_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/fill"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

func options(i *servertest.Instance) fill.Options {
	return fill.Options{
		Endpoint: i.Endpoint(), Admin: "SYSTEM", Users: 3, Messages: 40, Seed: 5, Prefix: "load", Password: "secret", Workers: 2,
		Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

// listing reads the mailbox of a user: a line for each item.
func listing(t *testing.T, i *servertest.Instance, login string) (lines []string) {
	t.Helper()
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: "http://" + i.TCPAddr + "/", User: login, Password: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close(t.Context())
	store, err := s.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	folders, err := s.Folders(t.Context(), store.RootID, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range folders {
		err := s.EachRow(t.Context(), client.TableQuery{
			Kind: mapi.TableMS, EntryID: f.EntryID, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode,
			Columns: []mapi.PropTag{mapi.PrInternetMessageID, mapi.PrSubject, mapi.PrMessageDeliveryTime},
		}, func(row mapi.Props) error {
			at, _ := row.Get(mapi.PrMessageDeliveryTime)
			if row.Str(mapi.PrInternetMessageID) == "" {
				return nil // of the store itself, like the free/busy message
			}
			lines = append(lines, strings.Join([]string{f.Name, row.Str(mapi.PrInternetMessageID), row.Str(mapi.PrSubject), at.Time().Time().String()}, "|"))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(lines)
	return lines
}

func TestFillIsRepeatable(t *testing.T) {
	var first []string
	for run := range 2 {
		i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
		o := options(i)
		o.Workers += run // which must not matter
		result, err := fill.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		if result.Users != 3 || result.Items != 120 || result.Folders != 3*8 {
			t.Errorf("result %+v", result)
		}
		lines := listing(t, i, content.Login("load", 2))
		if len(lines) != 40 {
			t.Errorf("%d items", len(lines))
		}
		if run == 1 && !slices.Equal(lines, first) {
			t.Errorf("first\n%s\nthen\n%s", strings.Join(first, "\n"), strings.Join(lines, "\n"))
		}
		first = lines
	}
}

func TestFillRefusesExistingUsers(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	o := options(i)
	o.Users, o.Messages = 1, 5
	if _, err := fill.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if _, err := fill.Run(t.Context(), o); mapi.CodeOf(err) != mapi.Collision || !strings.Contains(err.Error(), "--keep-existing") {
		t.Errorf("a second time: %v", err)
	}
	o.KeepExisting, o.Users = true, 2
	result, err := fill.Run(t.Context(), o)
	if err != nil || result.Kept != 1 || result.Users != 1 {
		t.Errorf("keeping: %+v, %v", result, err)
	}
}

func TestFillRefusesOptions(t *testing.T) {
	for name, change := range map[string]func(*fill.Options){
		"users":    func(o *fill.Options) { o.Users = 0 },
		"messages": func(o *fill.Options) { o.Messages = -1 },
		"workers":  func(o *fill.Options) { o.Workers = 1000 },
		"prefix":   func(o *fill.Options) { o.Prefix = "" },
	} {
		o := fill.Options{Users: 1, Messages: 1, Workers: 1, Prefix: "x", Endpoint: "file:///nowhere"}
		change(&o)
		if _, err := fill.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--"+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
