//go:build !without_load

package suite

import (
	"fmt"
	"math/rand/v2"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/loadgen/fill"
	"zarafa/loadgen/outlook"
	"zarafa/loadgen/pacer"
	"zarafa/profiles/users"
)

// Users of the load, whose mailboxes nothing else touches.
const (
	loadUsers  = 4
	loadItems  = 100
	loadPrefix = "load"
)

// loadBenchmarks are the load generator's users.
func loadBenchmarks() []Benchmark {
	return []Benchmark{{"Load/Medium", playMedium}, {"Load/VeryHeavy", playVeryHeavy}}
}

func playMedium(e *Environment) (Work, error) { return e.play("medium", 1, loadUsers/2) }
func playVeryHeavy(e *Environment) (Work, error) {
	return e.play("very-heavy", loadUsers/2+1, loadUsers)
}

// fillLoad makes the mailboxes of the load's users.
func (e *Environment) fillLoad() error {
	_, err := fill.Run(e.ctx, fill.Options{
		Endpoint: e.endpoint(), Admin: administrator, Users: loadUsers, Messages: loadItems, Seed: 1, Prefix: loadPrefix, Password: userPassword,
		Workers: 1, Until: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC),
	})
	return err
}

// players do what a profile says, one action after the other: what is measured is the work and not the waiting. They check the answers.
type players struct {
	e       *Environment
	agent   *client.Session // delivers
	users   []*outlook.User
	pacer   *pacer.Pacer
	random  *rand.Rand
	wrong   error
	actions int
}

// play makes Work of the actions of users with the numbers from first to last.
func (e *Environment) play(profile string, first, last uint32) (Work, error) {
	pr, err := users.Load(profile)
	if err != nil {
		return Work{}, err
	}
	material, err := content.LoadMaterial()
	if err != nil {
		return Work{}, err
	}
	p := &players{e: e, pacer: pacer.New(pr, users.Actions(), 1, random(uint64(first), 0)), random: random(uint64(first), 1)}
	if p.agent, err = client.LogOn(e.ctx, client.Options{Endpoint: e.endpoint(), User: administrator}); err != nil {
		return Work{}, err
	}
	e.closers = append(e.closers, func() error { return p.agent.Close(e.ctx) })
	for n := first; n <= last; n++ {
		u := outlook.New(outlook.Options{
			Number: n, Source: "bench", Material: material, Random: random(uint64(n), 2), Profile: pr, Grace: time.Minute, Peer: p.peer,
			Client:   client.Options{Endpoint: e.endpoint(), User: content.Login(loadPrefix, n), Password: userPassword, NoUnixAuth: true},
			Notified: func(time.Duration) {}, Wrong: func(err error) { p.wrong = err }, PollEnded: func(error) {},
		})
		if err := u.LogOn(e.ctx); err != nil {
			return Work{}, err
		}
		e.closers = append(e.closers, func() error { return u.LogOff(e.ctx) })
		if err := firstError(u.Learn(e.ctx), u.ShareCalendar(e.ctx)); err != nil {
			return Work{}, err
		}
		p.users = append(p.users, u)
	}
	w := e.operation(p.work)
	w.Counts = nil // what is read depends on when events come in
	return w, nil
}

func random(user, stream uint64) *rand.Rand { return rand.New(rand.NewPCG(user, stream)) }

// peer chooses any of the users.
func (p *players) peer(r *rand.Rand) *outlook.User { return p.users[r.IntN(len(p.users))] }

// someActions are what a repetition has: enough for cheap and expensive ones to be in each.
const someActions = 25

func (p *players) work(int) error {
	for range someActions {
		if err := p.act(); err != nil {
			return err
		}
	}
	return nil
}

// act has the next user do the next action.
func (p *players) act() error {
	u, action := p.users[p.actions%len(p.users)], p.pacer.Next().Action
	p.actions++
	if action == users.Receive {
		if err := u.Deliver(p.e.ctx, p.agent, p.random); err != nil {
			return err
		}
	} else if _, err := u.Do(p.e.ctx, action); err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	return p.wrong
}
