package imap

import (
	"context"
	"time"
)

// stillHere is how often a client in IDLE hears something though nothing happens: routers forget connections that are silent for some minutes, and
// neither end would know.
const stillHere = 4 * time.Minute

// idleCommand is IDLE (RFC 2177): it tells what happens as it happens, until the client says DONE. It waits without buffers.
func (s *session) idleCommand(ctx context.Context, _ *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	s.enc().Continue("idling")
	s.since = time.Now()
	s.pulse = s.since.Add(stillHere)
	defer func() { s.since, s.pulse = time.Time{}, time.Time{} }()
	for {
		if now := time.Now(); !now.Before(s.pulse) {
			s.line("* OK Still here")
			s.pulse = now.Add(stillHere)
		}
		if s.selection != nil {
			s.announce(ctx, true)
		}
		changed, err := s.wait(s.selection != nil)
		if err != nil {
			return err
		}
		if !changed {
			break
		}
		if now := time.Now(); now.Before(s.pulse) {
			s.since = now // what happens is told, and the connection is known to live
		}
	}
	return s.dec.Done()
}
