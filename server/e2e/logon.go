package e2e

import (
	"testing"

	"zarafa/client"
)

func LogOn(t *testing.T, endpoint, user string) *client.Session {
	t.Helper()
	s, err := client.LogOn(t.Context(), client.Options{Endpoint: endpoint, User: user})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
