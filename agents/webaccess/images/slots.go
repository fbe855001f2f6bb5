package images

import (
	"context"
	"errors"
	"sync"
)

const (
	perUser = 6  // pictures that are fetched for a user at the same time
	waiting = 64 // requests of a user that wait; a mail has no more pictures on a screen
	forAll  = 64 // pictures that are fetched at the same time
)

var errBusy = errors.New("images: too many requests")

// slots bounds how much is fetched at the same time, for each user and for all.
type slots struct {
	all chan struct{}

	mu    sync.Mutex
	users map[string]*userSlots // those with requests alone
}

type userSlots struct {
	busy     chan struct{}
	requests int // that run or wait; under the mutex
}

func newSlots() *slots {
	return &slots{all: make(chan struct{}, forAll), users: map[string]*userSlots{}}
}

// take waits for a slot. It fails if too many wait, or when the context ends; else done must be called.
func (s *slots) take(ctx context.Context, user string) (done func(), err error) {
	u, err := s.join(user)
	if err != nil {
		return nil, err
	}
	select {
	case u.busy <- struct{}{}:
	case <-ctx.Done():
		s.leave(user, u)
		return nil, ctx.Err()
	}
	select {
	case s.all <- struct{}{}:
	case <-ctx.Done():
		<-u.busy
		s.leave(user, u)
		return nil, ctx.Err()
	}
	return func() {
		<-s.all
		<-u.busy
		s.leave(user, u)
	}, nil
}

func (s *slots) join(user string) (*userSlots, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.users[user]
	if u == nil {
		u = &userSlots{busy: make(chan struct{}, perUser)}
		s.users[user] = u
	}
	if u.requests >= perUser+waiting {
		return nil, errBusy
	}
	u.requests++
	return u, nil
}

func (s *slots) leave(user string, u *userSlots) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.requests--; u.requests == 0 {
		delete(s.users, user)
	}
}
