package pairs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
)

// Single measures one build alone, Options.Binaries[Old], with a process for each round. A verdict about two builds cannot be had from two
// such runs as well as from [Run]. If there is nothing to measure it returns [ErrNothing].
func Single(ctx context.Context, o Options) ([]Series, error) {
	r := &run{Options: o, random: rand.New(rand.NewPCG(o.Seed, 1))}
	for n := range o.Rounds {
		if err := r.single(ctx, n); err != nil {
			return nil, err
		}
		if len(r.result.Series) == 0 {
			return nil, ErrNothing
		}
		if o.Progress != nil {
			o.Progress(n+1, o.Rounds)
		}
	}
	return r.result.Series, nil
}

func (r *run) single(ctx context.Context, round int) (err error) {
	w, end, err := r.worker(ctx, Old, round)
	if err != nil {
		return err
	}
	defer func() { err = end(err) }()
	if round == 0 {
		for _, name := range w.names {
			if !r.Wanted(name) {
				continue
			}
			n, err := r.fill(w, name)
			if errors.Is(err, errNotHere) {
				continue
			}
			if err != nil {
				return err
			}
			r.result.Series = append(r.result.Series, Series{Name: name, N: n})
		}
	}
	for _, i := range r.random.Perm(len(r.result.Series)) {
		s := &r.result.Series[i]
		var m Round
		if m.Counted[Old], err = warm(w, s); err != nil {
			return err
		}
		for range r.Turns {
			c, err := turn(w, s)
			if err != nil {
				return err
			}
			m.Turns[Old] = append(m.Turns[Old], c)
		}
		s.Rounds = append(s.Rounds, m)
	}
	return nil
}

// worker starts a worker on a copy of the mailbox. end stops it and removes the copy; it takes the error so far, and adds to it.
func (r *run) worker(ctx context.Context, side Side, round int) (w *worker, end func(error) error, err error) {
	args, remove, err := r.Copy(ctx)
	if err != nil {
		return nil, nil, err
	}
	if len(r.CPUs) > 0 {
		args = append(args, "-cpu", fmt.Sprint(r.CPUs[round%len(r.CPUs)]))
	}
	args = append(args, r.Args[side]...)
	w, err = start(ctx, side.String(), r.Binaries[side][round/2%len(r.Binaries[side])], args)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return w, func(err error) error {
		if e := w.close(); err == nil {
			err = e // a worker that had failed has been told of already
		}
		return errors.Join(err, remove())
	}, nil
}
