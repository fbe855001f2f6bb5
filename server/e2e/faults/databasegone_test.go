package faults_test

import (
	"context"
	"runtime"
	"testing"

	"zarafa/client"
	"zarafa/mapi"
	"zarafa/server/e2e"
)

// TestDatabaseGone takes the database away from a running server and gives it back. Meanwhile clients get the code that makes them
// try again, what is in memory is still served, and afterwards everything goes on, in the same sessions.
func TestDatabaseGone(t *testing.T) {
	i, g := startBehindProxy(t)
	inbox := makeUser(t, i.Endpoint())
	s := e2e.LogOn(t, i.Endpoint(), "alice")
	defer s.Close(context.Background())
	var sent []e2e.Delivered
	deliver := func() error {
		id, err := s.CreateMessage(t.Context(), inbox, e2e.Letter(len(sent)))
		if err == nil {
			sent = append(sent, e2e.Delivered{ID: id, Number: len(sent)})
		}
		return err
	}
	for round := range 3 {
		if err := deliver(); err != nil {
			t.Fatalf("round %d: the database is there: %v", round, err)
		}
		g.Close()
		for range 3 {
			if err := deliver(); mapi.CodeOf(err) != mapi.DatabaseError {
				t.Errorf("round %d: delivery without a database: %v", round, err)
			}
		}
		for i.Healthy() == nil { // a failed delivery has it asked; the test ends here if it is not
			runtime.Gosched()
		}
		if _, err := s.CurrentUser(t.Context()); err != nil {
			t.Errorf("round %d: the session is lost: %v", round, err)
		}
		other, err := client.LogOn(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "alice", Password: "secret"})
		if err != nil {
			t.Errorf("round %d: log-on needs the database: %v", round, err)
		} else if err := other.Close(t.Context()); err != nil {
			t.Error(err)
		}
		g.Open()
		for i.Healthy() != nil {
			runtime.Gosched()
		}
	}
	if err := deliver(); err != nil {
		t.Errorf("in the end: %v", err)
	}
	checkDelivered(t, i.Endpoint(), inbox, sent)
	if len(i.Failures.Take()) == 0 {
		t.Error("the operator was not told")
	}
}
