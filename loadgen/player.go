package loadgen

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/outlook"
	"zarafa/loadgen/pacer"
	"zarafa/mapi"
	"zarafa/profiles/users"
)

// player is a user with his schedule.
type player struct {
	login   string
	user    *outlook.User
	pacer   *pacer.Pacer
	agent   *client.Session // delivers his mail, if nobody does so for all
	version string          // of the server
}

// Streams of random numbers of a user. They are apart so that what he does not depend on the server.
const (
	schedule = iota
	choices
	numStreams
)

func (r *run) random(user uint32, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(r.options.Seed, uint64(user)*numStreams+stream))
}

// prepare logs all users on and learns what is in their mailboxes.
func (r *run) prepare(ctx context.Context) error {
	if r.options.AdminURL != "" {
		agent, err := client.LogOn(ctx, r.options.adminOptions())
		if err != nil {
			return fmt.Errorf("--admin-url: %w", err)
		}
		r.agent = agent
	}
	own := slices.DeleteFunc(users.Actions(), func(a users.Action) bool { return a == users.Receive })
	for n := range r.options.Users {
		r.players = append(r.players, r.newPlayer(uint32(n+1), own))
	}
	err := r.eachPlayer(ctx, r.logOn)
	if mapi.CodeOf(err) == mapi.LogonFailed {
		return fmt.Errorf("%w; \"zload fill\" creates the users, with --prefix and --password as here", err)
	}
	return err
}

func (r *run) newPlayer(number uint32, actions []users.Action) *player {
	p := &player{
		login: content.Login(r.options.Prefix, number),
		pacer: pacer.New(r.options.Profile, actions, r.options.Compress, r.random(number, schedule)),
	}
	p.user = outlook.New(outlook.Options{
		Number: number, Client: r.clientOptions(p), Source: r.source, Material: r.material, Random: r.random(number, choices),
		Notified:  func(d time.Duration) { r.notifications.Record("notification", d, "") },
		Wrong:     func(err error) { r.cancel(err) },
		PollEnded: func(err error) { r.latencies.Record("poll", 0, errorName(err)) },
	})
	return p
}

func (r *run) clientOptions(p *player) client.Options {
	return client.Options{Endpoint: r.options.URL, User: p.login, Password: r.options.Password, App: appName, TLS: r.options.TLS, NoUnixAuth: true}
}

func (r *run) logOn(ctx context.Context, p *player) (err error) {
	if err := p.user.LogOn(ctx); err != nil {
		return err
	}
	r.loggedOn.Add(1)
	p.version = p.user.ServerVersion()
	if r.agent == nil {
		if p.agent, err = client.LogOn(ctx, r.clientOptions(p)); err != nil {
			return err
		}
	}
	return p.user.Learn(ctx)
}

// logOff logs everybody off, as far as the server answers.
func (r *run) logOff(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, logOffGrace)
	defer cancel()
	// Errors say nothing about the run, which is over.
	_ = r.eachPlayer(ctx, func(ctx context.Context, p *player) error {
		_ = p.user.LogOff(ctx)
		if p.agent != nil {
			_ = p.agent.Close(ctx)
		}
		return nil
	})
	if r.agent != nil {
		_ = r.agent.Close(ctx)
	}
}

// work does what a user's schedule says, as long as schedule lasts; ctx limits each call.
func (r *run) work(ctx, schedule context.Context, p *player, start time.Time) {
	timer := newWaiter()
	defer timer.stop()
	for e := p.pacer.Next(); e.At < r.options.Duration; e = p.pacer.Next() {
		due := start.Add(e.At)
		if !r.wait(schedule, timer, due) {
			if decided(schedule) {
				return
			}
			r.missed.Add(1)
			continue
		}
		done, err := p.user.Do(ctx, e.Action)
		if done {
			r.latencies.Record(string(e.Action), time.Since(due), r.failed(ctx, err))
		}
	}
}

// wait waits until a moment, and notes how late it was if it had to wait. It returns false when the run is over.
func (r *run) wait(ctx context.Context, w *waiter, due time.Time) bool {
	if ctx.Err() != nil {
		return false
	}
	d := time.Until(due)
	if d <= 0 {
		return true // the server has kept the user busy
	}
	if !w.wait(ctx, d) {
		return false
	}
	r.slips.Record("schedule", time.Since(due), "")
	return true
}

// decided tells a schedule that has ended because the outcome is clear from one that has run out of time.
func decided(schedule context.Context) bool { return errors.Is(context.Cause(schedule), errDecided) }

// errorName is what an error is counted as.
func errorName(err error) string {
	var e *mapi.Error
	if errors.As(err, &e) {
		return fmt.Sprintf("%s: %v", e.Op, e.Code)
	}
	return "other"
}
