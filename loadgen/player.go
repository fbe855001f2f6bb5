package loadgen

import (
	"context"
	"errors"
	"fmt"
	"math"
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
	number  uint32
	login   string
	user    *outlook.User
	profile *users.Profile
	pacer   *pacer.Pacer
	begin   time.Duration   // when he logs on, if the profile has users do that in the run
	agent   *client.Session // delivers his mail, on the server that has his store
	version string          // of the server
	guid    string          // of the server
}

// Streams of random numbers of a user. They are apart so that what he does not depend on the server.
const (
	schedule = iota
	choices
	missed
	numStreams
)

func (r *run) random(user uint32, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(r.options.Seed, uint64(user)*numStreams+stream))
}

// prepare logs all users on and learns what is in their mailboxes.
func (r *run) prepare(ctx context.Context) error {
	if r.options.AdminURL != "" {
		admin := r.options.adminOptions()
		admin.Buffers = r.buffers
		agent, err := client.LogOn(ctx, admin)
		if err != nil {
			return fmt.Errorf("--admin-url: %w", err)
		}
		r.agent = agent
	}
	first, users := r.options.share()
	for n := range users {
		r.players = append(r.players, r.newPlayer(uint32(first+n+1)))
	}
	err := r.eachPlayer(ctx, r.logOn)
	if mapi.CodeOf(err) == mapi.LogonFailed {
		return fmt.Errorf("%w; \"zload fill\" creates the users, with --prefix and --password as here", err)
	}
	if err != nil {
		return err
	}
	return r.miss(ctx)
}

// golden spreads the users evenly over the kinds of a mixed profile, whatever their number (it is the golden ratio).
const golden = 0.6180339887498949

func (r *run) newPlayer(number uint32) *player {
	_, place := math.Modf(float64(number) * golden)
	profile, random := r.options.Profile.Of(place), r.random(number, schedule)
	own := slices.DeleteFunc(users.Actions(), func(a users.Action) bool { return a == users.Receive })
	p := &player{number: number, login: content.Login(r.options.Prefix, number), profile: profile}
	if b := profile.Begin; b != nil {
		p.begin = time.Duration(random.Float64() * float64(b.Within()) / r.options.Compress)
	}
	p.pacer = pacer.New(profile, own, r.options.Compress, random)
	p.user = outlook.New(outlook.Options{
		Number: number, Client: r.clientOptions(p), Source: r.source, Material: r.material, Random: r.random(number, choices),
		Profile: profile, Grace: r.options.NotifyGrace,
		Peer:      func(random *rand.Rand) *outlook.User { return r.peer(p, random) },
		Notified:  func(d time.Duration) { r.notifications.Record("notification", d, "") },
		Wrong:     func(err error) { r.cancel(err) },
		PollEnded: func(err error) { r.latencies.Record("poll", 0, errorName(err)) },
	})
	return p
}

// peer chooses another user than p, nil if there is none.
func (r *run) peer(p *player, random *rand.Rand) *outlook.User {
	if len(r.players) < 2 {
		return nil
	}
	other := r.players[random.IntN(len(r.players)-1)]
	if other == p {
		other = r.players[len(r.players)-1]
	}
	return other.user
}

func (r *run) clientOptions(p *player) client.Options {
	return client.Options{Endpoint: r.options.URL, User: p.login, Password: r.options.Password, App: appName, TLS: r.options.TLS, NoUnixAuth: true, Buffers: r.buffers}
}

// agentFor is a session that delivers a player's mail, where his mailbox is: the administrator's, or one of his own.
func (r *run) agentFor(ctx context.Context, p *player) (*client.Session, error) {
	if r.agent == nil {
		s, _, err := client.LogOnHome(ctx, r.clientOptions(p))
		return s, err
	}
	st, err := r.agent.UserStore(ctx, p.login, mapi.StorePrivate)
	if err != nil {
		return nil, fmt.Errorf("--admin-url: %w", err)
	}
	return st.Session, nil
}

func (r *run) logOn(ctx context.Context, p *player) (err error) {
	if err := p.user.LogOn(ctx); err != nil {
		return err
	}
	r.loggedOn.Add(1)
	p.version, p.guid = p.user.ServerVersion(), p.user.ServerGUID().String()
	if p.agent, err = r.agentFor(ctx, p); err != nil {
		return err
	}
	if err := p.user.Learn(ctx); err != nil {
		return err
	}
	if r.options.Profile.Has(users.OtherCalendar) {
		if err := p.user.ShareCalendar(ctx); err != nil {
			return fmt.Errorf("letting others read the calendar: %w", err)
		}
	}
	if p.user.Behind() {
		_, err = p.user.Do(ctx, users.Sync)
	}
	return err
}

// miss logs off those who log on in the run, and brings the mail that they find then.
func (r *run) miss(ctx context.Context) error {
	return r.eachPlayer(ctx, func(ctx context.Context, p *player) error {
		if p.profile.Begin == nil {
			return nil
		}
		if err := p.user.LogOff(ctx); err != nil {
			return err
		}
		r.loggedOn.Add(-1)
		random := r.random(p.number, missed)
		for range p.profile.Begin.Missed {
			if err := p.user.Deliver(ctx, p.agent, random); err != nil {
				return fmt.Errorf("delivering what was missed: %w", err)
			}
		}
		return nil
	})
}

// logOff logs everybody off, as far as the server answers.
func (r *run) logOff(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, logOffGrace)
	defer cancel()
	// Errors say nothing about the run, which is over.
	_ = r.eachPlayer(ctx, func(ctx context.Context, p *player) error {
		_ = p.user.LogOff(ctx)
		if p.agent != nil && p.agent != r.agent {
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
	if p.profile.Begin != nil {
		due := start.Add(p.begin)
		if p.begin >= r.options.Duration || r.wait(schedule, timer, due, nil) != reached {
			return
		}
		r.act(ctx, p, users.LogOn, due)
		r.loggedOn.Add(1)
	}
	for e := p.pacer.Next(); e.At < r.options.Duration; e = p.pacer.Next() {
		if e.At < p.begin {
			continue // he was not there yet
		}
		due := start.Add(e.At)
		how := r.wait(schedule, timer, due, p.user.News())
		for ; how == interrupted; how = r.wait(schedule, timer, due, p.user.News()) {
			if since, ok := p.user.TakeNews(); ok {
				r.act(ctx, p, users.React, since)
			}
		}
		switch {
		case how == reached:
			r.act(ctx, p, e.Action, due)
		case decided(schedule):
			return
		default:
			r.missed.Add(1)
		}
	}
}

// act does what was due at a time, and what follows from it, in a goroutine of its own: its stack ends with it, while the stack of the one
// that waits for the next action stays small.
func (r *run) act(ctx context.Context, p *player, a users.Action, due time.Time) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.do(ctx, p, a, due)
	}()
	<-done
}

func (r *run) do(ctx context.Context, p *player, a users.Action, due time.Time) {
	done, err := p.user.Do(ctx, a)
	if done {
		r.latencies.Record(string(a), time.Since(due), r.failed(ctx, err))
	}
	if err == nil && p.user.Behind() { // he has just logged on
		_, err := p.user.Do(ctx, users.Sync)
		r.latencies.Record(string(users.Sync), time.Since(due), r.failed(ctx, err))
	}
}

// Ends of a wait.
type waited int

const (
	over        waited = iota // the run is over
	reached                   // the moment has come
	interrupted               // something else is to be done first
)

// wait waits until a moment, and notes how late it was if it had to wait.
func (r *run) wait(ctx context.Context, w *waiter, due time.Time, interrupt <-chan struct{}) waited {
	if ctx.Err() != nil {
		return over
	}
	d := time.Until(due)
	if d <= 0 { // the server has kept the user busy
		select {
		case <-interrupt:
			return interrupted
		default:
			return reached
		}
	}
	how := w.wait(ctx, d, interrupt)
	if how == reached {
		r.slips.Record("schedule", time.Since(due), "")
	}
	return how
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
