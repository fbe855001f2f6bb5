package imap

import (
	"context"
)

// idleCommand is IDLE (RFC 2177): it tells what happens as it happens, until the client says DONE. It waits without buffers.
func (s *session) idleCommand(ctx context.Context, _ *call) error {
	if err := s.dec.Finish(); err != nil {
		return err
	}
	s.enc().Continue("idling")
	for {
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
	}
	return s.dec.Done()
}
