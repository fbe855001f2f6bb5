package frontend

import (
	"context"
	"log/slog"
	"time"

	"zarafa/client"
)

// Sessions keeps a session group at work: one long poll for all users of the program, and sessions that nobody has used for a while are logged
// off, since the poll would keep them alive for ever.
type Sessions struct {
	Group *client.SessionGroup
	// CloseIdle logs off sessions that have been idle for long enough, with whatever the program keeps beside them; it is called at intervals of Every.
	CloseIdle func(ctx context.Context) error
	Every     time.Duration
	Log       *slog.Logger
}

// pollPause is how long after a poll that failed for good the next one begins.
const pollPause = 10 * time.Second

// Run works until ctx ends, and closes the group then.
func (s Sessions) Run(ctx context.Context) error {
	closing := make(chan struct{})
	go func() {
		defer close(closing)
		s.closeIdle(ctx)
	}()
	for ctx.Err() == nil {
		if err := s.Group.Run(ctx); err != nil && ctx.Err() == nil {
			s.Log.Error("the server's events do not arrive; trying again", "again in", pollPause, "error", err)
			wait(ctx, pollPause)
		}
	}
	<-closing
	return s.Group.Close(context.WithoutCancel(ctx))
}

func (s Sessions) closeIdle(ctx context.Context) {
	for {
		wait(ctx, s.Every)
		if ctx.Err() != nil {
			return
		}
		if err := s.CloseIdle(ctx); err != nil && ctx.Err() == nil {
			s.Log.Debug("a session was not logged off", "error", err)
		}
	}
}

func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
