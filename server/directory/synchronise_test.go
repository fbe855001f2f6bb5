package directory_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/directory"
	"zarafa/server/directory/plugin"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// fakePlugin says what a test puts into it.
type fakePlugin struct {
	mu        sync.Mutex
	content   plugin.Content
	err       error
	reads     int
	asked     []string
	passwords map[string]string
	writes    plugin.Writes
}

func (f *fakePlugin) Name() string { return "fake" }

func (f *fakePlugin) Read(context.Context, bool) (*plugin.Content, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if f.err != nil {
		return nil, f.err
	}
	c := f.content
	return &c, nil
}

func (f *fakePlugin) Knows(_ context.Context, kind mapi.ObjectClass, name string) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, name)
	for _, o := range f.content.Objects {
		if o.Class.Kind() == kind && strings.EqualFold(o.Props[plugin.LoginName], name) {
			return true, f.err
		}
	}
	return false, f.err
}

func (f *fakePlugin) Authenticate(_ context.Context, _ plugin.Key, name, password string) error {
	if f.err != nil {
		return f.err
	}
	if f.passwords[name] != password {
		return mapi.LogonFailed
	}
	return nil
}

func (f *fakePlugin) Writes() plugin.Writes { return f.writes }
func (f *fakePlugin) Close() error          { return nil }

// set replaces what the plugin says.
func (f *fakePlugin) set(objects []plugin.Object, relations ...plugin.Relation) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.content.Objects, f.content.Relations = objects, relations
}

func fakeUser(id, login string) plugin.Object {
	return plugin.Object{ExternalID: []byte(id), Class: mapi.ClassActiveUser, Signature: "1", Props: map[string]string{
		plugin.LoginName: login, plugin.FullName: login + " Example", plugin.Email: login + "@example.com",
	}}
}

func fakeGroup(id, name string) plugin.Object {
	return plugin.Object{ExternalID: []byte(id), Class: mapi.ClassSecurityGroup, Signature: "1", Props: map[string]string{plugin.GroupName: name}}
}

func member(group, user string) plugin.Relation {
	return plugin.Relation{
		Parent: plugin.KeyOf(mapi.ClassGroup, []byte(group)), Child: plugin.KeyOf(mapi.ClassActiveUser, []byte(user)), Type: storage.RelationGroupMember,
	}
}

// foreign is a directory with the fake plugin.
type foreign struct {
	*bench
	fake  *fakePlugin
	dir   *directory.Service
	ended []uint32
}

func newForeign(t *testing.T, settings directory.Settings) *foreign {
	f := &foreign{bench: newBench(t), fake: &fakePlugin{passwords: map[string]string{"alice": "secret"}}}
	f.fake.set([]plugin.Object{fakeUser("1000", "alice"), fakeUser("1001", "bob"), fakeGroup("1000", "staff")}, member("1000", "1001"))
	f.restart(settings)
	return f
}

// restart makes the service again on the same database.
func (f *foreign) restart(settings directory.Settings) {
	f.Helper()
	dir, err := directory.NewWith(f.Context(), f.fake, f.Store, settings, slog.New(slog.NewTextHandler(f.Output(), nil)), func() time.Time { return f.Now })
	f.OK(err)
	dir.OnAccountGone(func(user uint32, _ *session.Session) { f.ended = append(f.ended, user) })
	f.dir = dir
}

func (f *foreign) sync() error {
	return f.dir.SyncUsers(f.system, &wire.SyncUsersRequest{}, new(wire.SyncUsersResponse))
}

// names lists the objects of a kind as an administrator sees them, with their numbers.
func (f *foreign) names(kind mapi.ObjectClass) string {
	f.Helper()
	list, err := f.dir.List(f.Context(), mapi.UserSystem, kind)
	f.OK(err)
	var out []string
	for _, o := range list {
		if o.ID > mapi.UserSystem {
			out = append(out, fmt.Sprintf("%d %s", o.ID, o.Name))
		}
	}
	return strings.Join(out, " ")
}

const usersKind = mapi.ClassActiveUser

func (f *foreign) want(users string) {
	f.Helper()
	if got := f.names(usersKind.Kind()); got != users {
		f.Fatalf("users %q, want %q", got, users)
	}
}

func TestSynchronise(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.want("")
	f.OK(f.sync())
	f.want("3 alice 4 bob")
	if got := f.names(mapi.ClassGroup.Kind()); got != "5 staff" {
		t.Fatalf("groups %q: a user and a group may have the same external id", got)
	}
	members, err := f.dir.Members(f.Context(), 5)
	f.OK(err)
	if len(members) != 1 || members[0].Name != "bob" {
		t.Fatalf("members %v", members)
	}
	alice := fakeUser("1000", "alicia")
	alice.Signature = "2"
	f.fake.set([]plugin.Object{alice, fakeUser("1002", "carol"), fakeGroup("1000", "staff")}, member("1000", "1000"))
	f.OK(f.sync())
	f.want("3 alicia 6 carol")
	members, err = f.dir.Members(f.Context(), 5)
	f.OK(err)
	if len(members) != 1 || members[0].Name != "alicia" {
		t.Fatalf("members %v", members)
	}
	if len(f.ended) != 1 || f.ended[0] != 4 {
		t.Errorf("sessions of %v ended, want those of 4", f.ended)
	}
	before := f.Store.Statements()
	f.OK(f.sync())
	if n := f.Store.Statements() - before; n != 0 {
		t.Errorf("a synchronisation without changes took %d statements", n)
	}
}

func TestSynchroniseRecordsChanges(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.OK(f.sync())
	f.fake.set([]plugin.Object{fakeUser("1000", "alicia"), fakeGroup("1000", "staff")})
	f.OK(f.sync())
	changes, err := f.Store.ABChanges(f.Context(), 0)
	f.OK(err)
	got := make(map[uint32]int)
	for _, c := range changes {
		got[c.Type]++
	}
	if got[0x4001] != 3 || got[0x4002] != 1 || got[0x4005] != 1 {
		t.Errorf("changes by type: %v", got)
	}
}

func TestUnreachablePlugin(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.OK(f.sync())
	f.fake.err = errors.New("connection refused")
	if err := f.sync(); err == nil {
		t.Error("syncUsers hides that the plugin is out of reach")
	}
	f.want("3 alice 4 bob")
	f.restart(directory.Settings{})
	f.want("3 alice 4 bob")
	if _, err := f.dir.ByName(f.Context(), "alice", usersKind); err != nil {
		t.Errorf("alice is known: %v", err)
	}
	_, err := f.dir.ByName(f.Context(), "nobody", usersKind)
	f.Fails(err, mapi.NotFound)
	_, err = f.dir.Authenticate(f.Context(), "alice", "secret")
	f.Fails(err, mapi.LogonFailed)
}

func TestNobodyInPlugin(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.OK(f.sync())
	f.fake.set([]plugin.Object{fakeGroup("1000", "staff")})
	if err := f.sync(); err == nil || !strings.Contains(err.Error(), "user_plugin_config") {
		t.Errorf("a plugin without users: %v", err)
	}
	f.want("3 alice 4 bob")
}

func TestUnknownName(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	who, err := f.dir.Authenticate(f.Context(), "Alice", "secret")
	f.OK(err)
	if who.ID != 3 || f.fake.reads != 1 {
		t.Errorf("number %d after %d reads", who.ID, f.fake.reads)
	}
	for range 3 {
		_, err = f.dir.Authenticate(f.Context(), "mallory", "secret")
		f.Fails(err, mapi.LogonFailed)
	}
	if f.fake.reads != 1 {
		t.Errorf("names that nobody has made the directory read the plugin %d times", f.fake.reads)
	}
	for _, password := range []string{"", "wrong"} {
		_, err = f.dir.Authenticate(f.Context(), "alice", password)
		f.Fails(err, mapi.LogonFailed)
	}
	_, err = f.dir.Authenticate(f.Context(), "SYSTEM", "secret")
	f.Fails(err, mapi.LogonFailed)
}

// A name that the plugin knows but cannot give an object for costs one reading, however often somebody tries it.
func TestFutileName(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	ghost := fakeUser("", "ghost") // without an external id
	f.fake.set([]plugin.Object{fakeUser("1000", "alice"), ghost})
	for range 5 {
		_, err := f.dir.Authenticate(f.Context(), "Ghost", "secret")
		f.Fails(err, mapi.LogonFailed)
	}
	if f.fake.reads != 1 {
		t.Errorf("%d readings", f.fake.reads)
	}
}

func TestPluginCannotTakeBuiltinNames(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.fake.set([]plugin.Object{fakeUser("1000", "SYSTEM"), fakeUser("1001", "bob")})
	f.fake.passwords["SYSTEM"] = "secret"
	f.OK(f.sync())
	o, err := f.dir.ByName(f.Context(), "system", usersKind)
	f.OK(err)
	if o.ID != mapi.UserSystem {
		t.Errorf("SYSTEM is number %d", o.ID)
	}
	_, err = f.dir.Authenticate(f.Context(), "SYSTEM", "secret")
	f.Fails(err, mapi.LogonFailed)
}

func TestSafeMode(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.OK(f.sync())
	f.restart(directory.Settings{SafeMode: true})
	alice := fakeUser("1000", "alicia")
	f.fake.set([]plugin.Object{alice, fakeUser("1002", "carol"), fakeGroup("1000", "staff")}, member("1000", "1002"))
	f.OK(f.sync())
	f.want("3 alicia 4 bob")
	f.OK(f.sync())
}

func TestContactsAreOthers(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.OK(f.sync())
	bob := fakeUser("1001", "bob")
	bob.Class = mapi.ClassContact
	f.fake.set([]plugin.Object{fakeUser("1000", "alice"), bob})
	f.OK(f.sync())
	f.want("3 alice 6 bob")
}

func TestPluginRefusesWrites(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.OK(f.sync())
	user := &wire.User{UlUserID: 3, Username: wire.Text("alice"), FullName: wire.Text("Alice"), MailAddress: wire.Text("a@example.com"), Password: wire.Text("x")}
	f.Fails(f.dir.CreateUser(f.system, &wire.CreateUserRequest{User: user}, new(wire.CreateUserResponse)), mapi.NoSupport)
	f.Fails(f.dir.SetUser(f.system, &wire.SetUserRequest{User: user}, nil), mapi.NoSupport)
	f.Fails(f.dir.DeleteUser(f.system, &wire.DeleteUserRequest{UlUserID: 3}, nil), mapi.NoSupport)
	f.Fails(f.dir.CreateGroup(f.system, &wire.CreateGroupRequest{Group: &wire.Group{Groupname: wire.Text("g"), Fullname: wire.Text("g")}}, new(wire.CreateGroupResponse)), mapi.NoSupport)
	f.Fails(f.dir.AddGroupUser(f.system, &wire.AddGroupUserRequest{UlGroupID: 5, UlUserID: 3}, nil), mapi.NoSupport)
	f.Fails(f.dir.SetQuota(f.system, &wire.SetQuotaRequest{UlUserID: 3, Quota: &wire.Quota{WarnSize: 1}}, nil), mapi.NoSupport)
}

func TestOwnProperties(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.fake.writes = plugin.Writes{Property: func(name string) bool { return name == plugin.IsAdmin || strings.HasSuffix(name, "quota") },
		Relations: []uint32{storage.RelationSendAs}}
	f.OK(f.sync())
	f.OK(f.dir.SetQuota(f.system, &wire.SetQuotaRequest{UlUserID: 3, Quota: &wire.Quota{WarnSize: 100, SoftSize: 200, HardSize: 300}}, nil))
	f.OK(f.dir.AddSendAsUser(f.system, &wire.AddSendAsUserRequest{UlUserID: 3, UlSenderID: 4}, nil))
	f.Fails(f.dir.SetUser(f.system, &wire.SetUserRequest{User: &wire.User{UlUserID: 3, FullName: wire.Text("Somebody")}}, nil), mapi.NoSupport)
	changed := fakeUser("1000", "alice")
	changed.Signature, changed.Props[plugin.WarnQuota] = "2", "7"
	f.fake.set([]plugin.Object{changed, fakeUser("1001", "bob")})
	f.OK(f.sync())
	f.restart(directory.Settings{})
	quota, err := f.dir.EffectiveQuota(f.Context(), 3)
	f.OK(err)
	if quota.Warn != 100 || quota.Hard != 300 {
		t.Errorf("limits %+v", quota)
	}
	var senders wire.UserListResponse
	f.OK(f.dir.GetSendAsList(f.system, &wire.GetSendAsListRequest{UlUserID: 3}, &senders))
	if len(senders.UserArray) != 1 || senders.UserArray[0].UlUserID != 4 {
		t.Errorf("who may send as alice: %v", senders.UserArray)
	}
}

func TestScriptsOfPlugin(t *testing.T) {
	dir := t.TempDir()
	script, log := filepath.Join(dir, "script"), filepath.Join(dir, "log")
	f := newForeign(t, directory.Settings{Scripts: directory.Scripts{CreateUser: script, DeleteUser: script, CreateGroup: script, DeleteGroup: script}})
	f.OK(os.WriteFile(script, []byte("#!/bin/sh\necho \"user $KOPANO_USER group $KOPANO_GROUP store $KOPANO_STOREGUID gone $KOPANO_GROUPID\" >>"+log+"\n"), 0o700))
	f.OK(f.sync())
	f.fake.set([]plugin.Object{fakeUser("1000", "alice"), fakeUser("1001", "bob")})
	f.OK(f.sync())
	got, err := os.ReadFile(log)
	f.OK(err)
	if want := "user alice group  store  gone \nuser bob group  store  gone \nuser  group staff store  gone \nuser  group  store  gone 5\n"; string(got) != want {
		t.Errorf("scripts ran as\n%swant\n%s", got, want)
	}
}

func TestServersAreKept(t *testing.T) {
	f := newForeign(t, directory.Settings{})
	f.fake.content.Servers = []plugin.Server{{Name: "node1", Address: "192.0.2.1", HTTPPort: 236}}
	f.OK(f.sync())
	f.fake.err = errors.New("connection refused")
	f.restart(directory.Settings{})
	if list := f.dir.Servers(); len(list) != 1 || list[0].Name != "node1" || list[0].HTTPPort != 236 {
		t.Errorf("servers %+v", list)
	}
}
