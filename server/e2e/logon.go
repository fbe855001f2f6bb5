package e2e

import (
	"context"
	"testing"

	"zarafa/client"
	"zarafa/server/servertest"
)

func LogOn(t *testing.T, endpoint, user string) *client.Session {
	t.Helper()
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: endpoint, User: user})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// LogOnSystem logs on as the system's own administrator, until the test ends.
func LogOnSystem(t *testing.T, i *servertest.Instance) *client.Session {
	t.Helper()
	s := LogOn(t, i.Endpoint(), "SYSTEM")
	t.Cleanup(func() { _ = s.Close(context.Background()) })
	return s
}
