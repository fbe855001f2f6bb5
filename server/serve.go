package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"zarafa/mapi"
	"zarafa/server/config"
	"zarafa/server/internal/contain"
	"zarafa/storage"
	"zarafa/wire/soaphttp"
)

// Intervals of housekeeping.
const (
	expireEvery = 5 * time.Second
	forgetEvery = time.Hour
	memoryEvery = time.Second // hundreds of sessions may begin in one
	// stopWait is how long running calls may take to finish when the server stops.
	stopWait = 60 * time.Second
)

// Serve answers requests on the configured sockets until ctx ends, then stops: it takes no new requests, ends waiting polls,
// lets running calls finish and closes the database.
func (s *Server) Serve(ctx context.Context) error {
	s.http = soaphttp.NewServer(s.httpConfig(), newDispatcher(s))
	var running sync.WaitGroup
	failed := make(chan error, 1)
	for _, l := range s.listeners() {
		running.Go(func() {
			if err := contain.Call(func() error { return s.http.Serve(l) }); err != nil {
				select {
				case failed <- fmt.Errorf("serving %s: %w", l.Addr(), err):
				default: // one reason to stop is enough
				}
			}
		})
	}
	housekeeping, stopHousekeeping := context.WithCancel(ctx)
	running.Go(func() { s.keepHouse(housekeeping) })
	running.Go(func() { s.keepMemory(housekeeping) })
	running.Go(func() { s.panics.Do("the look at the database", func() { s.health.watch(housekeeping) }) })
	running.Go(func() { s.panics.Do("the purge", func() { s.objectOperations.RunPurge(housekeeping, s.now) }) })
	running.Go(func() { s.panics.Do("the directory", func() { s.directoryOperations.Run(housekeeping) }) })
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	stopHousekeeping()
	err = errors.Join(err, s.stop())
	running.Wait()
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWait)
	defer cancel()
	s.recordLogons(last)
	s.searchOperations.Close()
	s.closeSingleSignOn()
	s.text.Close()
	s.directoryOperations.Close()
	return errors.Join(err, s.records.close(), s.store.Close())
}

func (s *Server) listeners() []net.Listener {
	var all []net.Listener
	if sockets := s.sockets; sockets != nil {
		all = append(all, sockets.Plain...)
		all = append(all, sockets.TLS...)
		all = append(all, sockets.Pipe...)
		all = append(all, sockets.Priority...)
		all = append(all, sockets.Memory...)
	}
	return all
}

func (s *Server) httpConfig() soaphttp.Config {
	cfg := s.settings()
	n, l := &cfg.Network, &cfg.Limits
	budget := messageBudget(cfg.Cache.Memory)
	return soaphttp.Config{
		ReadTimeout: n.ReadTimeout, IdleTimeout: n.RecvTimeout, SendTimeout: n.SendTimeout, ProxyHeader: n.ProxyHeader,
		TrustedProxies: n.TrustedProxies,
		MaxHeaderBytes: int(l.HTTPMaxHeaderSize), MaxRequestBytes: l.RequestMaxSize, MaxDecompressedBytes: min(l.RequestMaxDecompressed, budget),
		MaxBufferedBytes: budget, MaxUnsentBytes: budget,
		MaxConns: l.MaxConnections, MaxConnsPerIP: connsPerIP(cfg), Compress: true, Logger: s.log,
	}
}

// connsPerIP is the limit on connections from one address; soaphttp knows no "no limit" of its own.
func connsPerIP(cfg *config.Config) int {
	if cfg.PerUser.ConnectionsPerAddress == 0 {
		return cfg.Limits.MaxConnections
	}
	return cfg.PerUser.ConnectionsPerAddress
}

// stop ends the sessions, which ends their polls, and waits for running calls.
func (s *Server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), stopWait)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- contain.Call(func() error { return s.http.Shutdown(ctx) }) }()
	s.sessions.Close()
	return <-done
}

// keepMemory keeps to the memory. Housekeeping waits for the database now and then, which this must not.
func (s *Server) keepMemory(ctx context.Context) {
	tick := time.NewTicker(memoryEvery)
	defer tick.Stop()
	for {
		s.panics.Do("keeping to the memory", s.limitMemory)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// keepHouse expires sessions and forgets what nobody will ask for.
func (s *Server) keepHouse(ctx context.Context) {
	expire, forget, logons := time.NewTicker(expireEvery), time.NewTicker(forgetEvery), time.NewTicker(logonTimesEvery)
	defer expire.Stop()
	defer forget.Stop()
	defer logons.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-expire.C:
			s.panics.Do("expiring sessions", s.sessions.Expire)
		case <-forget.C:
			s.panics.Do("forgetting synchronisations", func() { s.forgetSyncs(ctx) })
		case <-logons.C:
			s.panics.Do("recording log-ons", func() { s.recordLogons(ctx) })
		}
	}
}

// forgetSyncs drops synchronisations that clients gave up long ago.
func (s *Server) forgetSyncs(ctx context.Context) {
	if err := s.icsOperations.CleanUp(ctx, s.now(), s.settings().Life.Sync); err != nil && ctx.Err() == nil {
		s.log.Error("forgetting old synchronisations failed; it is tried again in an hour", "error", err)
	}
}

// CheckConsistency reads the whole database and reports what does not fit together. It takes as long as that takes.
func (s *Server) CheckConsistency(ctx context.Context) error {
	checker, ok := s.store.(storage.Checker)
	if !ok {
		return mapi.Errorf(mapi.NoSupport, "check", "the database cannot be checked")
	}
	return errors.Join(checker.CheckConsistency(ctx), checker.CheckCounters(ctx))
}
