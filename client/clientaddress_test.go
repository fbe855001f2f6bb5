package client_test

import (
	"context"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// A front end on the server's machine says who is there: guesses from one address are stopped, and others are let in.
func TestClientAddress(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, settings+"logon_failures_max = 2\n")
	newUser(t, i, "alice", client.English)
	for _, endpoint := range []string{i.Endpoint(), "http://" + i.TCPAddr + "/"} {
		g, err := client.NewSessionGroup(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
		if err != nil {
			t.Fatal(err)
		}
		check := func(password, address string) error {
			o := client.Options{Endpoint: endpoint, User: "alice", Password: password, NoUnixAuth: true, ClientAddress: address}
			s, err := client.LogOn(t.Context(), o)
			if err == nil {
				err = s.Close(t.Context())
			}
			return err
		}
		for range 3 {
			if err := check("guess", "203.0.113.9"); mapi.CodeOf(err) != mapi.LogonFailed {
				t.Errorf("a guess: %v", err)
			}
		}
		if err := check("secret", "203.0.113.9"); mapi.CodeOf(err) != mapi.LogonFailed {
			t.Errorf("the right password after too many guesses: %v", err)
		}
		if err := g.CheckPassword(t.Context(), "alice", "secret", "203.0.113.9"); mapi.CodeOf(err) != mapi.LogonFailed {
			t.Errorf("the right password after too many guesses, by the group: %v", err)
		}
		for _, other := range []string{"198.51.100.1", ""} {
			if err := g.CheckPassword(t.Context(), "alice", "secret", other); err != nil {
				t.Errorf("from %q: %v", other, err)
			}
			if err := check("secret", other); err != nil {
				t.Errorf("from %q: %v", other, err)
			}
		}
		if err := g.Close(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	}
}
