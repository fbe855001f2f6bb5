package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// idleSessions are sessions that log on, open their store, subscribe to it and wait for what happens in it.
type idleSessions struct {
	srv     *server
	buffers *client.Buffers
	ready   atomic.Int64
	failed  atomic.Int64
	why     atomic.Value
}

// runIdle counts what such sessions cost.
func runIdle(ctx context.Context, args []string) (bool, error) {
	flags := flag.NewFlagSet("idle", flag.ExitOnError)
	var f serverFlags
	f.define(flags)
	sessions := flags.Int("sessions", 10_000, "how many")
	users := flags.Int("users", 100, "of how many users")
	stay := flags.Bool("stay", false, "keep them until interrupted, so that another program can work beside them")
	_ = flags.Parse(args) // ExitOnError
	srv, err := f.start(ctx)
	if err != nil {
		return false, err
	}
	kept, err := (&idleSessions{srv: srv, buffers: client.NewBuffers()}).measure(ctx, *sessions, *users)
	if err == nil && *stay {
		wait, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
		fmt.Println("they stay; the server is process", srv.pid, "at", srv.url)
		<-wait.Done()
		stop()
	}
	return kept, errors.Join(err, srv.stop())
}

func (i *idleSessions) measure(ctx context.Context, sessions, users int) (bool, error) {
	names := make([]string, users)
	l := &load{loadFlags: new(loadFlags), srv: i.srv}
	for n := range names {
		names[n] = fmt.Sprintf("idle%d-%03d", os.Getpid(), n)
		s, err := l.newUser(ctx, names[n])
		if err != nil {
			return false, err
		}
		if err := s.Close(ctx); err != nil {
			return false, err
		}
	}
	var before, after sample
	time.Sleep(5 * time.Second)
	if err := readStatus(i.srv.pid, &before); err != nil {
		return false, err
	}
	began := time.Now()
	var starting sync.WaitGroup
	turns := make(chan struct{}, 32)
	for n := range sessions {
		starting.Add(1)
		turns <- struct{}{}
		go func() { i.hold(ctx, names[n%users], func() { <-turns; starting.Done() }) }()
	}
	starting.Wait()
	took := time.Since(began)
	time.Sleep(10 * time.Second) // all are in their polls, and what is garbage may be collected
	if err := readStatus(i.srv.pid, &after); err != nil {
		return false, err
	}
	m, err := readMetrics(i.srv.status)
	if err != nil {
		return false, err
	}
	n := i.ready.Load()
	each := float64(after.rss-before.rss) / float64(max(n, 1)) / float64(kib)
	fmt.Printf("%d sessions wait after %v (%d failed): resident before %d MiB, with them %d MiB: %.1f KiB each; Go's heap in use %.0f MiB, stacks %.0f MiB\n", n,
		took.Round(time.Second), i.failed.Load(), before.rss/mib, after.rss/mib, each, m["go_memstats_heap_inuse_bytes"]/float64(mib), m["go_memstats_stack_inuse_bytes"]/float64(mib))
	if i.failed.Load() > 0 {
		return false, fmt.Errorf("%d sessions failed: %v", i.failed.Load(), i.why.Load())
	}
	return each <= float64(sessionMay/kib), nil
}

// hold keeps one session; started is called when it waits, or has failed.
func (i *idleSessions) hold(ctx context.Context, user string, started func()) {
	s, err := i.logOn(ctx, user)
	if err != nil {
		i.failed.Add(1)
		i.why.Store(err.Error())
		started()
		return
	}
	i.ready.Add(1)
	started()
	for range s.Events(ctx) { // until the program ends
	}
}

func (i *idleSessions) logOn(ctx context.Context, user string) (*client.Session, error) {
	s, err := client.LogOn(ctx, client.Options{Endpoint: i.srv.url, User: user, Password: "zload", Buffers: i.buffers})
	if err != nil {
		return nil, err
	}
	store, err := s.Store(ctx)
	if err != nil {
		return nil, err
	}
	return s, s.Subscribe(ctx, 1, store.EntryID, mapi.EventCreated|mapi.EventNewMail)
}
