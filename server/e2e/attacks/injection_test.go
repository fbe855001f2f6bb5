package attacks_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
)

// injections are texts that mean something to a database, a shell, a file system, a directory or a mail server, and to us nothing but
// themselves.
func injections() []string {
	return []string{
		`'; DROP TABLE hierarchy; --`, `x' OR '1'='1`, `" OR ""="`, "`; DELETE FROM object; --", `\'; SELECT SLEEP(60); --`, `\`, `'`, `''`,
		"%", "_", `100%\_`, "?", ":1", "$1", `*)(uid=*))(|(uid=*`,
		"../../../../tmp/pwned", `..\..\pwned`, "/etc/passwd", "./pwned", "..", "con:pwned",
		"$(touch pwned)", "`touch pwned`", "; touch pwned #", "| touch pwned", "&& touch pwned", "--help", "-rf /", "a\nZARAFA_USER=root", "a\r\nBcc: everybody",
		"%s%n%x", "{{.}}", "<script>alert(1)</script>", "]]>", "&amp;", "&#39;", "\u202egpj.exe",
	}
}

// TestInjection uses such texts as names of users, groups, folders, files and properties, as values and in searches. Everything is found under
// exactly its own name, and nothing else has happened.
func TestInjection(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			i := servertest.StartIn(t, dir, servertest.Settings(t, engine, dir)+"createuser_script = "+argumentScript(t, dir)+"\n")
			m := addMailbox(t, i, "alice")
			before := everyFile(t, dir)
			admin := e2e.LogOn(t, i.Endpoint(), "SYSTEM")
			defer admin.Close(context.Background())
			injectNames(t, admin)
			injectFolders(t, m)
			injectMessages(t, m)
			injectNamedProperties(t, m)
			if after := everyFile(t, dir); !slices.Equal(after, before) {
				t.Errorf("files %v, before %v", after, before)
			}
			checkScript(t, dir, injections())
			if _, err := os.Stat("pwned"); err == nil {
				t.Error("a command in a name was run")
			}
			if err := i.CheckConsistency(t.Context()); err != nil {
				t.Error(err)
			}
			for _, failure := range i.Failures.Take() {
				t.Error("the server logged:", failure)
			}
		})
	}
}

// argumentScript is a program for createuser_script that notes its arguments and what it finds in its environment.
func argumentScript(t *testing.T, dir string) string {
	t.Helper()
	path, text := filepath.Join(dir, "created"), "#!/bin/sh\nprintf '%s\\0%s\\0%s\\0' \"$#\" \"$ZARAFA_USER\" \"$KOPANO_USER\" >>\"$0.out\"\n"
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func checkScript(t *testing.T, dir string, names []string) {
	t.Helper()
	out, err := os.ReadFile(filepath.Join(dir, "created.out"))
	if err != nil {
		t.Fatal(err)
	}
	var want strings.Builder
	for _, name := range append([]string{"alice"}, names...) {
		fmt.Fprintf(&want, "0\x00%s\x00%s\x00", name, name)
	}
	if string(out) != want.String() {
		t.Errorf("the script was called with %q, want %q", out, want.String())
	}
}

// everyFile lists the folder and what is beside it for programs to find, without the files that SQLite makes as it needs them.
func everyFile(t *testing.T, dir string) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !strings.HasPrefix(d.Name(), "zarafa.db-") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func injectNames(t *testing.T, admin *client.Session) {
	t.Helper()
	for n, text := range injections() {
		_, _, err := admin.CreateUser(t.Context(), client.User{Name: text, Password: text, FullName: text, Email: text, Class: mapi.ClassActiveUser})
		if err != nil {
			t.Errorf("user %q: %v", text, err)
			continue
		}
		u, err := admin.User(t.Context(), text)
		if err != nil || u.Name != text || u.FullName != text || u.Email != text {
			t.Errorf("user %q is found as %+v, %v", text, u, err)
		}
		if err := admin.CreateGroup(t.Context(), client.Group{Name: text, FullName: text, Email: text}); err != nil {
			t.Errorf("group %q: %v", text, err)
			continue
		}
		if g, err := admin.Group(t.Context(), text); err != nil || g.Name != text {
			t.Errorf("group %q is found as %+v, %v", text, g, err)
		}
		if users, err := admin.Users(t.Context()); err != nil || len(users) != n+3 { // alice, SYSTEM
			t.Errorf("after %q there are %d users, %v", text, len(users), err)
		}
	}
}

func injectFolders(t *testing.T, m *mailbox) {
	t.Helper()
	for _, text := range injections() {
		id, err := m.Session.CreateFolder(t.Context(), m.Folder, client.NewFolder{Name: text})
		if err != nil {
			t.Errorf("folder %q: %v", text, err)
			continue
		}
		if again, err := m.Session.CreateFolder(t.Context(), m.Folder, client.NewFolder{Name: text}); err != nil || !bytes.Equal(again, id) {
			t.Errorf("folder %q is not found again: %v", text, err)
		}
		if err := m.Session.SetReceiveFolder(t.Context(), m.Store.EntryID, id, text); err != nil {
			t.Errorf("receive folder of %q: %v", text, err)
		} else if got, err := m.Session.ReceiveFolder(t.Context(), m.Store.EntryID, text); err != nil || !bytes.Equal(got, id) {
			t.Errorf("receive folder of %q: %v", text, err)
		}
	}
	folders, err := m.Session.Folders(t.Context(), m.Folder, false)
	if err != nil || len(folders) != len(injections()) {
		t.Errorf("%d folders, %v", len(folders), err)
	}
}

func injectMessages(t *testing.T, m *mailbox) {
	t.Helper()
	for _, text := range injections() {
		id, err := m.Session.CreateMessage(t.Context(), m.Folder, &client.Message{
			Props:       mapi.Props{mapi.String(mapi.PrSubject, text), mapi.String(mapi.PrMessageClass, text), mapi.String(mapi.PrBody, text)},
			Recipients:  []client.Recipient{{Type: 1, Name: text, Address: text}},
			Attachments: []client.Attachment{{Name: text, Data: []byte(text)}},
		})
		if err != nil {
			t.Fatalf("message %q: %v", text, err)
		}
		o, err := m.Session.LoadObject(t.Context(), id)
		if err != nil || o.Props.Str(mapi.PrSubject) != text || len(o.Children) != 2 {
			t.Errorf("message %q: %v", text, err)
		}
	}
	for _, text := range injections() {
		value := mapi.String(mapi.PrSubject, text)
		equal, within := 0, 0
		for _, other := range injections() {
			if other == text {
				equal++
			}
			if strings.Contains(other, text) {
				within++
			}
		}
		for what, tt := range map[string]struct {
			restrict *mapi.Restriction
			want     int
		}{
			"equal":  {&mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzyFullString, Tag: mapi.PrSubject, Value: &value}, equal},
			"within": {&mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzySubstring, Tag: mapi.PrSubject, Value: &value}, within},
		} {
			if got := countRows(t, m, m.Folder, tt.restrict); got != tt.want {
				t.Errorf("%d messages whose subject is %s %q, want %d", got, what, text, tt.want)
			}
		}
	}
	injectSearch(t, m)
}

// injectSearch puts the texts into the criteria of a search folder, all of them at once.
func injectSearch(t *testing.T, m *mailbox) {
	t.Helper()
	either := &mapi.Restriction{Type: mapi.ResOr}
	for _, text := range injections() {
		value := mapi.String(mapi.PrSubject, text)
		either.Sub = append(either.Sub, &mapi.Restriction{Type: mapi.ResContent, Op: mapi.FuzzyFullString, Tag: mapi.PrSubject, Value: &value})
	}
	err := m.Session.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TableSetSearchCriteriaRequest{SessionID: id, EntryID: m.Search, Restrict: either, Folders: [][]byte{m.Folder}}
	}, new(wire.TableSetSearchCriteriaResponse), nil)
	if err != nil {
		t.Error(err)
		return
	}
	var resp wire.TableGetSearchCriteriaResponse
	err = m.Session.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.TableGetSearchCriteriaRequest{SessionID: id, EntryID: m.Search}
	}, &resp, func() error {
		if resp.Restrict == nil || len(resp.Restrict.Sub) != len(either.Sub) {
			return fmt.Errorf("%+v", resp.Restrict)
		}
		for i, sub := range resp.Restrict.Sub {
			if !sub.Value.Equal(*either.Sub[i].Value) {
				t.Errorf("%v came back as %v", either.Sub[i].Value, sub.Value)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func countRows(t *testing.T, m *mailbox, folder mapi.EntryID, restrict *mapi.Restriction) (rows int) {
	t.Helper()
	err := m.Session.EachRow(t.Context(), client.TableQuery{
		Kind: mapi.TableMS, EntryID: folder, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrSubject}, Restrict: restrict,
	}, func(mapi.Props) error { rows++; return nil })
	if err != nil {
		t.Error(err)
	}
	return rows
}

func injectNamedProperties(t *testing.T, m *mailbox) {
	t.Helper()
	var names []wire.NamedProp
	for _, text := range injections() {
		names = append(names, wire.NamedProp{String: wire.Text(text), GUID: make([]byte, 16)})
	}
	seen := map[mapi.PropTag]string{}
	for round := range 2 {
		var resp wire.GetIDsFromNamesResponse
		err := m.Session.Do(t.Context(), func(id uint64) wire.Request {
			return &wire.GetIDsFromNamesRequest{SessionID: id, NamedProps: names, Flags: uint32(2 - 2*round)}
		}, &resp, func() error {
			for i, tag := range resp.PropTags {
				if other, taken := seen[tag]; tag == 0 || taken && other != injections()[i] {
					t.Errorf("%q has the number %d of %q", injections()[i], tag, other)
				}
				seen[tag] = injections()[i]
			}
			return nil
		})
		if err != nil || len(seen) != len(names) {
			t.Errorf("%d names, %v", len(seen), err)
		}
	}
}
