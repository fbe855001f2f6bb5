package scenarios_test

import (
	"context"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/servertest"
)

// onEngines runs a test on a server of its own for each kind of database.
func onEngines(t *testing.T, test func(t *testing.T, i *servertest.Instance)) {
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) { test(t, servertest.Start(t, engine, "createuser_script =\n")) })
	}
}

// mailbox is a store that a user has open.
type mailbox struct {
	client.Store
	session *client.Session
	user    client.User
}

func logOn(t *testing.T, i *servertest.Instance, o client.Options) *client.Session {
	t.Helper()
	if o.Endpoint == "" {
		o.Endpoint = i.Endpoint()
	}
	s, err := client.LogOn(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(context.Background()) }) // the server may have gone before
	return s
}

// newMailbox makes a user with a store and its default folders and logs on as him; admin is the session it was made in.
func newMailbox(t *testing.T, i *servertest.Instance, name string, level uint32) (m mailbox, admin *client.Session) {
	t.Helper()
	admin = logOn(t, i, client.Options{User: "SYSTEM"})
	u := client.User{
		Name: name, Password: "secret", FullName: name + " Example", Email: name + "@example.com", Class: mapi.ClassActiveUser, AdminLevel: level,
	}
	var err error
	if u.ID, u.EntryID, err = admin.CreateUser(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.CreateStore(t.Context(), u, client.English); err != nil {
		t.Fatal(err)
	}
	m = openStore(t, logOn(t, i, client.Options{User: name}))
	m.user = u
	return m, admin
}

func openStore(t *testing.T, s *client.Session) mailbox {
	t.Helper()
	st, err := s.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return mailbox{Store: st, session: s}
}
