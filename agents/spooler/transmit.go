package spooler

import (
	"context"
	"fmt"
	"strings"

	"zarafa/agents/spool"
	"zarafa/agents/spooler/queue"
	"zarafa/agents/spooler/relay"
)

// envelope is a mail on its way to the relay.
type envelope struct {
	from   string // empty is the null return path
	to     []string
	report bool // on delivery
	text   *spool.Mail
}

// transmission is what the relays said.
type transmission struct {
	relay    queue.Contact
	accepted []string
	refused  []refusal
	deferred []refusal // not now
}

// transmit hands a mail to the first relay that can be reached. Addresses that need an extension go apart, so that a relay without it
// refuses these alone.
func transmit(ctx context.Context, relays []relay.Relay, e *envelope) transmission {
	var plain, other []string
	for _, a := range e.to {
		if international(a) || international(e.from) {
			other = append(other, a)
		} else {
			plain = append(plain, a)
		}
	}
	var t transmission
	for i, to := range [][]string{plain, other} {
		if len(to) > 0 {
			t.send(ctx, relays, &relay.Mail{
				From: e.from, Recipients: to, Size: e.text.Size(), UTF8: i == 1, Report: e.report, Text: e.text.CopyTo,
			})
		}
	}
	return t
}

func (t *transmission) send(ctx context.Context, relays []relay.Relay, m *relay.Mail) {
	var reasons []string
	for i := range relays {
		results, err := relays[i].Send(ctx, m)
		if err == nil {
			t.relay = queue.Reached
			t.sort(m.Recipients, results, relays[i].Host)
			return
		}
		reasons = append(reasons, err.Error())
		if ctx.Err() != nil {
			break
		}
	}
	if t.relay == queue.Unknown {
		t.relay = queue.Unreachable
	}
	for _, a := range m.Recipients {
		t.deferred = append(t.deferred, refusal{a, "4.4.1 " + strings.Join(reasons, "; ")})
	}
}

// sort puts each recipient where the reply for him belongs.
func (t *transmission) sort(to []string, results []relay.Result, host string) {
	for i, r := range results {
		switch r.Outcome {
		case relay.Accepted:
			t.accepted = append(t.accepted, to[i])
		case relay.Refused:
			t.refused = append(t.refused, refusal{to[i], fmt.Sprintf("%s said: %s", host, r)})
		default:
			t.deferred = append(t.deferred, refusal{to[i], fmt.Sprintf("%s said: %s", host, r)})
		}
	}
}
