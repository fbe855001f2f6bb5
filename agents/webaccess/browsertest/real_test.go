package browsertest

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/agents/webaccess"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/daemon/settings"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// realServer starts the server, with users who have mailboxes, and the web client's server before it.
func realServer(t *testing.T, users ...string) (admin *client.Session, url string) {
	t.Helper()
	server := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	var err error
	admin, err = client.LogOn(t.Context(), client.Options{Endpoint: server.Endpoint(), User: "SYSTEM"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { admin.Close(context.Background()) })
	for _, name := range users {
		u := client.User{Name: name, Password: "secret", FullName: strings.ToUpper(name[:1]) + name[1:] + " Example", Email: name + "@example.com", Class: mapi.ClassActiveUser}
		if u.ID, u.EntryID, err = admin.CreateUser(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		if _, err := admin.CreateStore(t.Context(), u, client.English); err != nil {
			t.Fatal(err)
		}
	}
	return admin, serve(t, server.UnixPath)
}

// serve starts the web client's server on a port of its own.
func serve(t *testing.T, socket string) string {
	t.Helper()
	files := fstest.MapFS{}
	for name, contents := range Pages(t) {
		files[name] = &fstest.MapFile{Data: contents}
	}
	app, err := webaccess.Pages(files)
	if err != nil {
		t.Fatal(err)
	}
	cfg := webaccess.NewConfig(webaccess.Start{Version: "test", App: app})
	cfg.Connection.LookupEnv = func(string) (string, bool) { return "", false }
	file := filepath.Join(t.TempDir(), "webaccess.cfg")
	if err := os.WriteFile(file, []byte("server_socket = "+socket+"\nweb_listen = 127.0.0.1:0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := settings.New(cfg.Sections())
	for _, step := range []func() error{
		func() error { return err }, func() error { return set.ReadFile(file, settings.Source{}) }, func() error { return set.Apply() },
		func() error { return cfg.Finish(set) }, func() error { return cfg.Bind(t.Context()) },
	} {
		if err := step(); err != nil {
			t.Fatal(err)
		}
	}
	service, err := webaccess.Open(t.Context(), cfg, daemon.Env{Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Registry: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- service.Serve(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + cfg.Addresses()[0] + "/"
}

// deliver puts a mail into somebody's inbox, as the delivery agent does.
func deliver(t *testing.T, admin *client.Session, user string, props ...mapi.PropValue) {
	t.Helper()
	box, err := admin.Mailbox(t.Context(), user)
	if err != nil {
		t.Fatal(err)
	}
	m := &mapi.Message{Props: append(mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Long(mapi.PrMessageFlags, 0), mapi.Time(mapi.PrMessageDeliveryTime, mapi.FileTimeOf(time.Now())),
		mapi.String(mapi.PrSentRepresentingAddrtype, "SMTP"),
	}, props...)}
	if _, err := admin.SaveMessage(t.Context(), box.Inbox, m, client.SaveOptions{NewMail: true}); err != nil {
		t.Fatal(err)
	}
}

// queued is what waits to be sent.
func queued(t *testing.T, admin *client.Session) []client.Queued {
	t.Helper()
	table, err := admin.OpenQueue(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close(t.Context())
	rows, err := table.Rows(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	var list []client.Queued
	for _, row := range rows {
		list = append(list, client.QueuedOf(row))
	}
	return list
}

// Two users in two browsers, against the real server: log-on, list, reader, a mail from the one to the other, which shows by itself.
func TestTwoUsers(t *testing.T) {
	admin, url := realServer(t, "alice", "bob")
	deliver(t, admin, "alice", mapi.String(mapi.PrSubject, "Crane on Thursday"), mapi.String(mapi.PrBody, "Loading begins at 7:30."),
		mapi.String(mapi.PrSentRepresentingName, "Bob Example"), mapi.String(mapi.PrSentRepresentingEmailAddress, "bob@example.com"))
	alice, bob := Browse(t, Wide), Browse(t, Dark)
	alice.LogOn(url, "alice", "secret")
	bob.LogOn(url, "bob", "secret")
	bob.UntilText("Nothing here")

	alice.Row(0)
	alice.UntilText("Loading begins at 7:30.")
	alice.Until(`document.querySelector("#row-0:not([data-unread])") !== null`)
	alice.Press("r")
	alice.Until(`document.activeElement?.matches(".compose textarea")`) // a plain mail is answered plainly
	alice.Type("I shall be there.")
	alice.Press("Ctrl+Enter")
	alice.UntilText("Sent.")
	list := queued(t, admin)
	if len(list) != 1 {
		t.Fatalf("%d mails are in the queue", len(list))
	}
	m, err := admin.LoadMessage(t.Context(), list[0].EntryID)
	if err != nil {
		t.Fatal(err)
	}
	text := m.Props.Str(mapi.PrBody)
	if !strings.Contains(text, "I shall be there.") || !strings.Contains(text, "> Loading begins at 7:30.") {
		t.Errorf("the text is %q", text)
	}
	// What spooler and delivery agent do.
	deliver(t, admin, "bob", mapi.String(mapi.PrSubject, m.Props.Str(mapi.PrSubject)), mapi.Binary(mapi.PrHTML, []byte("<p>"+text+"</p>")),
		mapi.String(mapi.PrSentRepresentingName, "Alice Example"), mapi.String(mapi.PrSentRepresentingEmailAddress, "alice@example.com"))
	bob.UntilText("Re: Crane on Thursday")
	bob.Until(`document.querySelector(".tree [aria-selected=true] .count")?.innerText.startsWith("1")`)
	bob.Row(0)
	bob.Until(`document.querySelector(".frame")?.contentDocument?.body?.innerText.includes("I shall be there.")`)
	bob.Press("Delete")
	bob.UntilText("Deleted.")
	bob.UntilText("Nothing here")
	bob.Press("Ctrl+z")
	bob.Until(`document.querySelector("#row-0 .subject")?.innerText === "Re: Crane on Thursday"`)
}

// A file goes up with a mail, and the draft has it when it is opened again.
func TestAttach(t *testing.T) {
	_, url := realServer(t, "alice")
	p := Browse(t, Phone)
	p.LogOn(url, "alice", "secret")
	p.Type("n")
	p.Until(writing)
	p.Run(focus(".subject.input"))
	p.Type("With a file")
	Eval[bool](p, `(() => { const d = new DataTransfer(); d.items.add(new File(["hello"], "greeting.txt", {type: "text/plain"})); document.querySelector(".compose").dispatchEvent(new DragEvent("drop", {dataTransfer: d, bubbles: true, cancelable: true})); return true })()`)
	p.Until(`document.querySelector(".compose .file")?.innerText.includes("greeting.txt") && document.querySelector(".compose .file .progress") === null`)
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	p.Button("Close, and keep the draft")
	p.Button("Open")
	p.Until(`document.querySelector(".compose .file")?.innerText.includes("greeting.txt")`)
}

// A wrong password is told, and the right one works after it.
func TestWrongPassword(t *testing.T) {
	_, url := realServer(t, "alice")
	p := Browse(t, Wide)
	p.Open(url)
	p.Until(`document.activeElement?.id === "user"`)
	p.Type("alice")
	p.Press("Tab")
	p.Type("guess")
	p.Press("Enter")
	p.UntilText("User name or password is wrong.")
	p.Allow("401")
	p.Type("secret")
	p.Press("Enter")
	p.Until(`document.querySelector(".list") !== null`)
}
