package gateway

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"zarafa/agents/frontend"
	"zarafa/agents/gateway/mailstore"
	"zarafa/mail/charset"
)

// door is what every log-on passes, whatever the protocol: it bounds the connections of a user, holds back the answers to those who guess, counts and
// logs. Behind it are the mailboxes, as soon as the server has answered once.
type door struct {
	mailboxes atomic.Pointer[mailstore.Server] // nil until the server has answered
	users     *frontend.Counts[string]
	slowdown  *frontend.Slowdown
	metrics   *metrics
	log       *slog.Logger
}

var _ mailstore.Server = (*door)(nil)

// open lets users in.
func (d *door) open(s mailstore.Server) { d.mailboxes.Store(&s) }

// LogOn is that of the mailboxes.
func (d *door) LogOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	c.User, c.Password = text(c.User), text(c.Password)
	account, err := d.logOn(ctx, c)
	d.metrics.logOns.WithLabelValues(string(c.Protocol), resultOf(err)).Inc()
	if err == nil {
		d.log.Info("logged on", "protocol", c.Protocol, "user", account.User(), "address", addressText(c.Address))
		return account, nil
	}
	// What the client has made up comes last, so that programs that read the log for attackers are not misled (docs/gateway.md).
	d.log.Warn("a log-on was refused", "protocol", c.Protocol, "address", addressText(c.Address), "result", resultOf(err), "user", c.User, "error", err)
	if mailstore.CodeOf(err) == mailstore.AuthenticationFailed {
		hold(ctx, d.slowdown.Failed(c.Address))
	}
	return nil, err
}

func (d *door) logOn(ctx context.Context, c mailstore.Credentials) (mailstore.Account, error) {
	mailboxes := d.mailboxes.Load()
	if mailboxes == nil {
		return nil, &mailstore.Error{Code: mailstore.Unavailable, Text: "The mail server does not answer at the moment; try again later"}
	}
	inner, err := (*mailboxes).LogOn(ctx, c)
	if err != nil {
		return nil, err
	}
	name := strings.ToLower(inner.User())
	if !d.users.Acquire(name) {
		inner.Close()
		return nil, &mailstore.Error{Code: mailstore.Limit, Text: fmt.Sprintf("Too many connections of %s at a time", inner.User())}
	}
	release := sync.OnceFunc(func() {
		inner.Close()
		d.users.Release(name)
	})
	return &admitted{inner, release}, nil
}

// admitted is an account that counts as a connection of its user.
type admitted struct {
	mailstore.Account
	release func()
}

// Close gives the account back.
func (a *admitted) Close() { a.release() }

// text is a name or a password as the server has it. Clients send UTF-8; older ones the code page of Western Windows, as which the original's gateway
// takes all.
func text(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	decoded, _ := charset.Windows1252().Decode([]byte(s)) // undefined bytes become a replacement, which matches no password
	return decoded
}

// addressText is an address for the log.
func addressText(a netip.Addr) string {
	if !a.IsValid() {
		return "local"
	}
	return a.String()
}

// hold waits.
func hold(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
