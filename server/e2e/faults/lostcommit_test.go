package faults_test

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/storage/mysql/mysqltest"
)

// startBehindProxy starts a server on MariaDB whose way to the database leads through a proxy.
func startBehindProxy(t *testing.T) (*servertest.Instance, *mysqltest.Proxy) {
	t.Helper()
	dir := servertest.Folder(t)
	settings := servertest.Settings(t, config.EngineMySQL, dir)
	socket := regexp.MustCompile(`(?m)^mysql_socket = (.*)$`).FindStringSubmatch(settings)
	if socket == nil {
		t.Skip("the database is not reached through a Unix socket, so nothing can be put in between")
	}
	door := filepath.Join(dir, "db.sock")
	proxy := mysqltest.New(t, door, socket[1])
	return servertest.StartIn(t, dir, strings.Replace(settings, socket[0], "mysql_socket = "+door, 1)+"createuser_script =\n"), proxy
}

// lostChange is a change of one kind, and whether it shows to clients. What shows it has been looked at before.
type lostChange struct {
	name  string
	do    func(name string) error
	shown func(name string) (bool, error)
}

// TestLostCommit loses the answer to the COMMIT of each kind of change, or the COMMIT itself, and looks at what clients see then, without
// a restart. With the database at hand the client learns what happened; without it the server forgets what it kept.
func TestLostCommit(t *testing.T) {
	i, proxy := startBehindProxy(t)
	inbox := makeUser(t, i.Endpoint())
	w := newLostWorld(t, i, inbox)
	for _, mode := range []struct {
		name    string
		verdict mysqltest.Verdict
	}{
		{"answer lost", mysqltest.Verdict{Forward: true, Lose: true}},
		{"COMMIT lost", mysqltest.Verdict{Lose: true}},
		{"answer lost, database gone", mysqltest.Verdict{Forward: true, Lose: true, Close: true}},
		{"COMMIT lost, database gone", mysqltest.Verdict{Lose: true, Close: true}},
	} {
		for n, c := range w.changes() {
			name := mode.name + ": " + c.name
			object := fmt.Sprintf("%c%d", 'a'+len(mode.name)%26, n) + mode.name[:1]
			if mode.verdict.Close {
				object += "x"
			}
			if shown, err := c.shown(object); shown || err != nil {
				t.Fatalf("%s: before: %v %v", name, shown, err)
			}
			var used atomic.Bool
			proxy.OnCommit(func(int) mysqltest.Verdict {
				if used.Swap(true) {
					return mysqltest.Pass()
				}
				return mode.verdict
			})
			err := c.do(object)
			if !used.Load() {
				t.Errorf("%s: nothing was committed", name)
			}
			want := true
			if mode.verdict.Close {
				want = mode.verdict.Forward
				if mapi.CodeOf(err) != mapi.DatabaseError {
					t.Errorf("%s: %v", name, err)
				}
				if err := e2e.LogOn(t, i.Endpoint(), "alice").Close(t.Context()); err != nil {
					t.Errorf("%s: log-on needs the database: %v", name, err)
				}
				proxy.Open()
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if shown, err := c.shown(object); shown != want || err != nil {
				t.Errorf("%s: it shows: %v, %v", name, shown, err)
			}
		}
	}
	i.Failures.Take()
}

// lostWorld is a mailbox with tables that stay open.
type lostWorld struct {
	t            *testing.T
	ctx          context.Context
	alice, admin *client.Session
	inbox        mapi.EntryID
	store        client.Store
	messages     *client.Table
}

func newLostWorld(t *testing.T, i *servertest.Instance, inbox mapi.EntryID) *lostWorld {
	t.Helper()
	w := &lostWorld{t: t, ctx: t.Context(), alice: e2e.LogOn(t, i.Endpoint(), "alice"), admin: e2e.LogOnSystem(t, i), inbox: inbox}
	t.Cleanup(func() { _ = w.alice.Close(context.Background()) })
	var err error
	if w.store, err = w.alice.Store(w.ctx); err != nil {
		t.Fatal(err)
	}
	if w.messages, err = w.alice.OpenTable(w.ctx, w.query()); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *lostWorld) query() client.TableQuery {
	return client.TableQuery{
		Kind: mapi.TableMS, EntryID: w.inbox, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: []mapi.PropTag{mapi.PrSubject},
	}
}

// count is how many messages a new table has, and the one that is open.
func (w *lostWorld) count() (fresh, open int, err error) {
	if err = w.alice.EachRow(w.ctx, w.query(), func(mapi.Props) error { fresh++; return nil }); err != nil {
		return 0, 0, err
	}
	n, _, err := w.messages.RowCount(w.ctx)
	return fresh, int(n), err
}

// message makes a message to be changed.
func (w *lostWorld) message() mapi.EntryID {
	id, err := w.alice.CreateMessage(w.ctx, w.inbox, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "old")}})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

func (w *lostWorld) changes() []lostChange {
	return []lostChange{w.deletion(), w.delivery(), w.edit(), w.folder(), w.receiveFolder(), w.rights(), w.name(), w.user(), w.group()}
}

func (w *lostWorld) deletion() lostChange {
	var id mapi.EntryID
	with := 0
	return lostChange{"deleteObjects", func(string) error {
		return w.alice.DeleteMessages(w.ctx, true, id)
	}, func(string) (bool, error) {
		if id == nil {
			id = w.message()
			with, _, _ = w.count()
		}
		fresh, open, err := w.count()
		if fresh != open {
			w.t.Errorf("a new table has %d rows, an open one %d", fresh, open)
		}
		return fresh == with-1, err
	}}
}

func (w *lostWorld) delivery() lostChange {
	without := -1
	return lostChange{"saveObject, a new message", func(name string) error {
		_, err := w.alice.CreateMessage(w.ctx, w.inbox, &client.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, name)}})
		return err
	}, func(string) (bool, error) {
		fresh, open, err := w.count()
		if fresh != open {
			w.t.Errorf("a new table has %d rows, an open one %d", fresh, open)
		}
		if without < 0 {
			without = fresh
		}
		return fresh == without+1, err
	}}
}

func (w *lostWorld) edit() lostChange {
	var id mapi.EntryID
	return lostChange{"saveObject, a change", func(name string) error {
		return w.alice.SetProps(w.ctx, id, mapi.String(mapi.PrSubject, name))
	}, func(name string) (bool, error) {
		if id == nil {
			id = w.message()
		}
		o, err := w.alice.LoadObject(w.ctx, id)
		if err != nil {
			return false, err
		}
		inTable := false
		err = w.alice.EachRow(w.ctx, w.query(), func(row mapi.Props) error {
			inTable = inTable || row.Str(mapi.PrSubject) == name
			return nil
		})
		shown := o.Props.Str(mapi.PrSubject) == name
		if shown != inTable {
			w.t.Errorf("the message shows its change: %v, its row: %v", shown, inTable)
		}
		return shown, err
	}}
}

func (w *lostWorld) folder() lostChange {
	return lostChange{"createFolder", func(name string) error {
		_, err := w.alice.CreateFolder(w.ctx, w.inbox, client.NewFolder{Name: name})
		return err
	}, func(name string) (bool, error) {
		list, err := w.alice.Folders(w.ctx, w.inbox, false)
		return slices.ContainsFunc(list, func(f client.Folder) bool { return f.Name == name }), err
	}}
}

func (w *lostWorld) receiveFolder() lostChange {
	return lostChange{"setReceiveFolder", func(name string) error {
		return w.alice.SetReceiveFolder(w.ctx, w.store.EntryID, w.store.RootID, "IPM."+name)
	}, func(name string) (bool, error) {
		id, err := w.alice.ReceiveFolder(w.ctx, w.store.EntryID, "IPM."+name)
		return slices.Equal(id, w.store.RootID), err
	}}
}

func (w *lostWorld) rights() lostChange {
	var folder mapi.EntryID
	return lostChange{"setRights", func(string) error {
		everyone := client.Everyone()
		everyone.Rights = mapi.RightReadAny
		return w.alice.Grant(w.ctx, folder, everyone)
	}, func(name string) (bool, error) {
		if folder == nil {
			var err error
			if folder, err = w.alice.CreateFolder(w.ctx, w.inbox, client.NewFolder{Name: "rights " + name}); err != nil {
				return false, err
			}
		}
		list, err := w.alice.Rights(w.ctx, folder)
		return len(list) > 0, err
	}}
}

func (w *lostWorld) name() lostChange {
	find := func(name string, create bool) error {
		var set mapi.GUID
		copy(set[:], name)
		_, err := w.alice.PropTag(w.ctx, mapi.PropName{Set: set, ID: 0x1234}, mapi.PtLong, create)
		return err
	}
	return lostChange{"getIDsFromNames", func(name string) error { return find(name, true) }, func(name string) (bool, error) {
		err := find(name, false)
		if mapi.CodeOf(err) == mapi.NotFound {
			return false, nil
		}
		return err == nil, err
	}}
}

func (w *lostWorld) user() lostChange {
	return lostChange{"createUser", func(name string) error {
		_, _, err := w.admin.CreateUser(w.ctx, client.User{Name: name, Password: "secret", FullName: name, Email: name + "@example.com", Class: mapi.ClassActiveUser})
		return err
	}, func(name string) (bool, error) {
		list, err := w.admin.Users(w.ctx)
		return slices.ContainsFunc(list, func(u client.User) bool { return u.Name == name }), err
	}}
}

func (w *lostWorld) group() lostChange {
	group := client.Group{}
	return lostChange{"addGroupUser", func(string) error {
		u, err := w.admin.User(w.ctx, "alice")
		if err != nil {
			return err
		}
		return w.admin.AddMember(w.ctx, group, u)
	}, func(name string) (bool, error) {
		if group.Name == "" {
			if err := w.admin.CreateGroup(w.ctx, client.Group{Name: "g" + name, FullName: name}); err != nil {
				return false, err
			}
			var err error
			if group, err = w.admin.Group(w.ctx, "g"+name); err != nil {
				return false, err
			}
		}
		list, err := w.admin.Members(w.ctx, group)
		return len(list) > 0, err
	}}
}
