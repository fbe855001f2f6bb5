package dagent

import (
	"context"

	"zarafa/agents/connection"
	"zarafa/agents/dagent/meeting"
)

// meeting has meeting messages looked after, as the mailbox wants it, and reports whether that was all there is to do with this one.
// If it fails the message is delivered as any other; the error is that of a server that is away, for which the sender is to wait.
func (v *delivery) meeting(ctx context.Context) (consumed bool, err error) {
	if !v.config.ProcessMeetings {
		return false, nil
	}
	outcome, err := v.meetings.Process(ctx, v.box, *v.to, v.m, v.now())
	if connection.Away(err) && outcome.Action != meeting.Consumed {
		return false, err
	}
	if err != nil {
		v.log.Error("a meeting message could not be looked after whole", "user", v.to.Account, "error", err)
	}
	if outcome.Did != "" {
		v.log.Info("a meeting message was looked after", "user", v.to.Account, "what", outcome.Did)
	}
	for _, p := range outcome.Set {
		v.m.Props.Set(p)
	}
	return outcome.Action == meeting.Consumed, nil
}
