package frontend_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"zarafa/agents/frontend"
	"zarafa/client"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// The poll goes on, what is idle is closed again and again, and at the end all are logged off.
func TestSessions(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "")
	group, err := client.NewSessionGroup(t.Context(), client.Options{Endpoint: i.Endpoint(), User: "SYSTEM"})
	if err != nil {
		t.Fatal(err)
	}
	rounds := make(chan error)
	s := frontend.Sessions{
		Group: group, Every: time.Millisecond, Log: slog.New(slog.DiscardHandler),
		CloseIdle: func(ctx context.Context) error {
			select {
			case rounds <- group.CloseIdle(ctx, time.Now()):
			case <-ctx.Done():
			}
			return errors.New("one round failed, which ends nothing")
		},
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	for range 3 {
		if err := <-rounds; err != nil {
			t.Error(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := group.Session(t.Context(), "SYSTEM"); err == nil {
		t.Error("the group is open")
	}
}
