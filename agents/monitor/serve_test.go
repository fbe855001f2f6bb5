package monitor

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/storage"
	"zarafa/storage/sqlite"
)

// A daemon makes a pass at once and in each interval, from the beginning of one to that of the next.
func TestServe(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice", client.English, 2*mib, limits(mib, 0, 0))
	w.lines = "quota_check_interval = 20\n"
	m := w.monitor(Start{})
	var logOns, logOffs atomic.Int32
	m.onCall = func(op string) {
		switch op {
		case "logon":
			logOns.Add(1)
		case "logoff":
			logOffs.Add(1)
		}
	}
	start := w.now
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		m.now = func() time.Time { return start.Add(time.Since(began)) }
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- m.Serve(ctx) }()
		for passes := 1; passes <= 4; passes++ {
			time.Sleep(time.Minute)
			synctest.Wait()
			if on, off := int(logOns.Load()), int(logOffs.Load()); on != passes || off != passes {
				t.Errorf("%d log-ons and %d log-offs in the %d. interval", on, off, passes)
			}
			time.Sleep(19 * time.Minute)
		}
		if err := m.Healthy(); err != nil {
			t.Errorf("ill: %v", err)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	w.wantSubjects("alice", "The mailbox of Alice Example is almost full")
}

// New settings hold from the next pass on.
func TestReload(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice", client.English, 2*mib, limits(mib, 0, 0))
	path := t.TempDir() + "/template"
	writeTemplate(t, path, "Subject: new\n")
	m := w.monitor(Start{})
	if err := m.turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.lines = "userquota_warning_template = " + path + "\n"
	m.Reload(w.config(Start{}))
	w.now = w.now.Add(24 * time.Hour)
	if err := m.turn(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.wantSubjects("alice", "The mailbox of Alice Example is almost full", "new")
}

// A server that goes away in the middle of a pass and comes back: everybody gets his mail, and nobody gets two.
func TestServerGoesAway(t *testing.T) {
	dir := servertest.Folder(t)
	lines := servertest.Settings(t, config.EngineSQLite, dir) + "createuser_script =\n"
	w := &world{T: t, Instance: servertest.StartIn(t, dir, lines), now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	w.admin = w.logOn("SYSTEM")
	for _, name := range []string{"alice", "bob", "carol"} {
		w.user(name, client.English, 2*mib, limits(mib, 0, 0))
	}
	restart, restarted := make(chan struct{}), make(chan struct{})
	go func() { // outside of the bubble, as the server is
		<-restart
		defer close(restarted)
		servertest.StartIn(t, dir, lines)
	}()
	m := w.monitor(Start{})
	mails := 0
	m.onCall = func(op string) {
		switch w.calls[op]++; {
		case op == "GetQuotaRecipients" && w.calls[op] == 2: // alice has her mail
			if err := w.Stop(); err != nil {
				t.Error(err)
			}
		case op == "logon" && w.calls[op] == 4:
			if m.Healthy() == nil {
				t.Error("healthy without a server")
			}
			close(restart)
			<-restarted
		case op == "saveObject":
			mails++
		}
	}
	synctest.Test(t, func(t *testing.T) {
		if err := m.turn(t.Context()); err != nil {
			t.Error(err)
		}
	})
	for _, name := range []string{"alice", "bob", "carol"} {
		w.wantSubjects(name, "The mailbox of "+strings.ToUpper(name[:1])+name[1:]+" Example is almost full")
	}
	if err := m.Healthy(); err != nil || w.calls["logon"] != 4 {
		t.Errorf("ill: %v, %d log-ons", err, w.calls["logon"])
	}
	if log := w.log.String(); !strings.Contains(log, "the server does not answer") || !strings.Contains(log, "server_socket in monitor.cfg") {
		t.Error(log)
	}
}

// A store whose mail reaches nobody is tried again with the next pass, and not a day later.
func TestNobodyReached(t *testing.T) {
	w := newWorld(t, "")
	w.user("alice", client.English, 0, limits(mib, 0, 0))
	box, err := w.admin.Mailbox(t.Context(), "alice")
	w.must(err)
	w.fill(box.Props.Bytes(mapi.PrIPMSentmailEntryID), 2*mib) // the inbox goes away in this test
	m := w.monitor(Start{Once: true})
	m.onCall = func(op string) {
		if w.calls[op]++; op == "saveObject" && w.calls[op] == 2 { // the record is written, the mail comes now
			if err := w.admin.DeleteFolder(t.Context(), box.Inbox, mapi.DelFolders|mapi.DelMessages|mapi.DelHard); err != nil {
				t.Error(err)
			}
		}
	}
	if err := m.Serve(t.Context()); err == nil || !strings.Contains(err.Error(), "1 stores") {
		t.Errorf("%v\n%s", err, w.log.String())
	}
	if records := w.records("alice"); len(records) != 1 || !records["Zarafa.Quota"].Before(w.now.Add(-time.Hour)) {
		t.Errorf("records %v", records)
	}
	for _, class := range []string{"", "IPM"} {
		w.must(w.admin.SetReceiveFolder(t.Context(), box.Store.EntryID, box.Props.Bytes(mapi.PrIPMSentmailEntryID), class))
	}
	w.pass()
	if sent := w.metric("mails_total", "warning"); sent != 1 {
		t.Errorf("%v mails in the next pass\n%s", sent, w.log.String())
	}
}

// Of several servers each one's stores are looked after, or those of the servers that the setting names; one that is down keeps the others
// from nothing.
func TestSeveralServers(t *testing.T) {
	cluster := servertest.StartCluster(t, "createuser_script =\n", "one", "two")
	on := make([]*world, len(cluster.Servers))
	for i, instance := range cluster.Servers {
		on[i] = &world{T: t, Instance: instance, now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
		on[i].admin = on[i].logOn("SYSTEM")
	}
	for _, home := range []int{0, 1} {
		name := []string{"alice", "bob"}[home]
		u := client.User{Name: name, Password: "secret", FullName: name, Class: mapi.ClassActiveUser, HomeServer: []string{"one", "two"}[home]}
		var err error
		for i := range on {
			u.ID, u.EntryID, err = on[i].admin.CreateUser(t.Context(), u)
			on[i].must(err)
		}
		w := on[home]
		u, err = w.admin.User(t.Context(), name)
		w.must(err)
		_, err = w.admin.CreateStore(t.Context(), u, client.English)
		w.must(err)
		w.must(w.admin.SetQuota(t.Context(), u, limits(mib, 0, 0)))
		box, err := w.admin.Mailbox(t.Context(), name)
		w.must(err)
		w.fill(box.Inbox, 2*mib)
	}
	w := on[0]
	secure := "sslkey_file = " + cluster.KeyFile + "\nssl_ca_file = " + cluster.CAFile + "\n"
	check := func(alice, bob int) {
		t.Helper()
		if a, b := len(w.mails("alice")), len(on[1].mails("bob")); a != alice || b != bob {
			t.Errorf("%d mails for alice and %d for bob, want %d and %d\n%s", a, b, alice, bob, w.log.String())
		}
	}
	w.lines = secure + "servers = TWO\n"
	w.pass()
	check(0, 1)
	w.lines = secure
	w.pass()
	check(1, 1)
	w.now = w.now.Add(24 * time.Hour)
	w.lines = secure + "servers = one three\n"
	if err := w.monitor(Start{Once: true}).Serve(t.Context()); err == nil || !strings.Contains(w.log.String(), `the setting servers names \"three\"`) {
		t.Errorf("%v\n%s", err, w.log.String())
	}
	check(2, 1)
	w.now = w.now.Add(24 * time.Hour)
	w.lines = secure
	w.must(on[1].Stop())
	if err := w.monitor(Start{Once: true}).Serve(t.Context()); err == nil || !strings.Contains(w.log.String(), "server=two") {
		t.Errorf("%v\n%s", err, w.log.String())
	}
	if n := len(w.mails("alice")); n != 3 {
		t.Errorf("%d mails for alice while the other server is down", n)
	}
}

// putUsers adds users to the database of a server that does not run. One by one, as clients do it, would cost the square of their number.
func putUsers(t *testing.T, path string, n int) {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(t.Context(), storage.LaneDirectory, func(ctx context.Context, tx storage.Tx) error {
		for i := range n {
			name := fmt.Sprintf("user%05d", i)
			o := storage.DirectoryObject{ExternalID: []byte(name + "-external"), Class: mapi.ClassActiveUser, Props: map[string]string{"loginname": name, "fullname": name}}
			if err := tx.PutDirectoryObject(ctx, o); err != nil {
				return err
			}
			if _, err := tx.AddUserID(ctx, storage.UserID{ExternalID: o.ExternalID, Class: o.Class}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

// Many users cost a call for fifty of them, and no more than fifty are in memory.
func TestManyUsers(t *testing.T) {
	const many = 10_000
	dir := servertest.Folder(t)
	lines := servertest.Settings(t, config.EngineSQLite, dir) + "createuser_script =\n"
	if err := servertest.StartIn(t, dir, lines).Stop(); err != nil {
		t.Fatal(err)
	}
	putUsers(t, filepath.Join(dir, "zarafa.db"), many-1)
	w := &world{T: t, Instance: servertest.StartIn(t, dir, lines), now: time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)}
	w.admin = w.logOn("SYSTEM")
	w.user("zoe", client.English, 2*mib, limits(mib, 0, 0))
	w.pass()
	if got, want := w.calls["tableQueryRows"], many/rowsAtOnce+1+1; got != want {
		t.Errorf("%d calls for the rows, want %d", got, want)
	}
	total := 0
	for _, n := range w.calls {
		total += n
	}
	if want := many/rowsAtOnce + 18; total != want {
		t.Errorf("%d calls, want %d: %v", total, want, w.calls)
	}
	w.wantSubjects("zoe", "The mailbox of Zoe Example is almost full")
}
