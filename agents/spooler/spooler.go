// Package spooler sends the mails in the server's outgoing queue to a mail server: the program zarafa-spooler.
//
// It owns the way of a mail from the queue to Sent Items: who may send it in whose name, who gets it, what the relay says, and what the
// sender is told. What is sent when is decided by package queue, how by package relay; the mail itself is made by mail/convert.
//
// One goroutine runs the queue; up to max_threads others work on a mail each. [Service.Reload] and [Service.Healthy] may be called by
// any goroutine.
//
// It refuses to send what it cannot write to: a mail whose fate could not be recorded would be sent twice.
package spooler

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/agents/connection"
	"zarafa/agents/spooler/config"
	"zarafa/agents/spooler/queue"
	"zarafa/client"
	"zarafa/daemon"
	"zarafa/mapi"
)

// Service is the spooler.
type Service struct {
	config  atomic.Pointer[config.Config]
	log     *slog.Logger
	metrics *metrics
	version string
	clock   clock
	seed    uint64
	onCall  func(operation string) // for tests, see client.Options
	healthy atomic.Pointer[error]
}

var _ daemon.Service[*config.Config] = (*Service)(nil)

// Open makes a spooler. It connects when it serves: the server may be started later.
func Open(cfg *config.Config, env daemon.Env, version string) *Service {
	s := &Service{log: env.Log, metrics: newMetrics(env.Registry), version: version, clock: systemClock{}, seed: rand.Uint64()}
	s.config.Store(cfg)
	s.setHealth(errors.New("the server has not been reached yet"))
	return s
}

// Reload takes over new settings; mails that are being sent go on with those they began with.
func (s *Service) Reload(cfg *config.Config) { s.config.Store(cfg) }

// Healthy says what keeps mails from being sent.
func (s *Service) Healthy() error { return *s.healthy.Load() }

func (s *Service) setHealth(err error) { s.healthy.Store(&err) }

// grace is how long mails that are being sent may go on after the spooler is told to stop.
const grace = 60 * time.Second

// Serve sends mails until ctx ends, and then finishes those that it has begun.
func (s *Service) Serve(ctx context.Context) error {
	for opened := false; ; {
		err := s.session(ctx, &opened)
		if ctx.Err() != nil {
			return nil
		}
		// Before anything has worked, what is wrong is the settings' fault, and waiting changes nothing.
		if !connection.Away(err) && !opened {
			return err
		}
		s.setHealth(err)
		s.log.Warn("the connection to the server is lost", "error", err)
		if !wait(ctx, time.Second) {
			return nil
		}
	}
}

// wait is false if ctx ends first.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// session works with one log-on, as long as that lasts, and notes that the queue could be opened.
func (s *Service) session(ctx context.Context, opened *bool) error {
	group, err := s.logOn(ctx)
	if err != nil {
		return err
	}
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "localhost"
	}
	d := &driver{
		Service: s, group: group, hostname: hostname, dir: newDirectory(group.Admin(), s.clock.now), boxes: client.NewMailboxes(group.Admin(), entryLifetime, s.clock.now),
		results: make(chan queue.Result), changed: make(chan struct{}, 1), random: rand.New(rand.NewPCG(s.seed, 1)),
	}
	err = d.run(ctx)
	*opened = *opened || d.opened
	return err
}

// logOn waits for the server.
func (s *Service) logOn(ctx context.Context) (*client.SessionGroup, error) {
	settings := &s.config.Load().Server
	o := client.Options{App: "zarafa-spooler", AppVersion: s.version, AppMisc: "mailer", OnCall: s.onCall}
	probe, err := settings.Await(ctx, o, func(err error, again time.Duration) {
		s.setHealth(err)
		s.log.Warn("the server cannot be reached", "error", err, "again", again)
	})
	if err != nil {
		return nil, err
	}
	if err := probe.Close(ctx); err != nil {
		return nil, err
	}
	o.Endpoint, o.Dial, o.User = settings.Endpoint(), settings.Dial, connection.SystemUser
	if o.TLS, err = settings.TLS(); err != nil {
		return nil, err
	}
	return client.NewSessionGroup(ctx, o)
}

// driver runs the queue with one log-on.
type driver struct {
	*Service
	group    *client.SessionGroup
	dir      *directory
	boxes    *client.Mailboxes
	hostname string
	// relaying is the context of connections to the relay; it ends some time after the spooler is to stop.
	relaying context.Context
	queue    *queue.Queue
	results  chan queue.Result
	table    *client.Table
	opened   bool // the table was

	changed chan struct{} // the list of events is not empty
	mu      sync.Mutex    // protects what follows
	events  []client.Event
	random  *rand.Rand
}

func (d *driver) schedule(cfg *config.Config) queue.Schedule {
	return queue.Schedule{Lifetime: cfg.SMTP.Lifetime, Notice: 4 * time.Hour}
}

func (s *Service) now() time.Time { return s.clock.now() }

func (d *driver) chance() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.random.Float64()
}

// note keeps an event of the queue's table for the loop.
func (d *driver) note(e client.Event) {
	d.mu.Lock()
	d.events = append(d.events, e)
	d.mu.Unlock()
	select {
	case d.changed <- struct{}{}:
	default:
	}
}

// take are the events since the last call.
func (d *driver) take() []client.Event {
	d.mu.Lock()
	defer d.mu.Unlock()
	events := d.events
	d.events = nil
	return events
}

// How often the length of the queue is asked for, and after what time sessions of users are closed who send nothing.
const (
	tidyEvery = time.Minute
	idleAfter = 5 * time.Minute
)

// run works until ctx ends or the connection is lost.
func (d *driver) run(ctx context.Context) error {
	// What has been begun goes on after ctx has ended.
	working, abandon := context.WithCancel(context.WithoutCancel(ctx))
	defer abandon()
	defer context.AfterFunc(ctx, func() {
		if wait(working, grace) {
			abandon()
		}
	})()
	d.relaying = working
	d.queue = queue.New(d.config.Load().Threads, d.seed)
	polling := make(chan error, 1)
	go func() { polling <- d.group.Run(working) }()
	err := d.loop(ctx, working, polling)
	abandon()
	closing, done := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer done()
	return errors.Join(err, notAway(d.group.Close(closing)))
}

// notAway drops errors of a server that is away.
func notAway(err error) error {
	if connection.Away(err) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// loop is the life of the queue. It returns when nothing is being sent any more.
func (d *driver) loop(ctx, working context.Context, polling <-chan error) (err error) {
	if err := d.open(ctx); err != nil {
		return err
	}
	d.opened = true
	d.setHealth(nil)
	d.log.Info("the outgoing queue is open", "mails", d.queue.Len())
	var workers sync.WaitGroup
	defer workers.Wait()
	running := 0
	begin := func(t queue.Task) {
		running++
		workers.Go(func() { d.results <- d.attempt(working, t) })
	}
	wake := d.clock.alarm()
	defer wake.set(time.Time{})
	tidy := time.NewTicker(tidyEvery)
	defer tidy.Stop()
	stop, stopping := ctx.Done(), false
	for !stopping || running > 0 {
		if !stopping {
			d.step(wake, begin)
		}
		select {
		case <-stop:
			stop, stopping = nil, true
		case err = <-polling:
			polling, stopping = nil, true
		case r := <-d.results:
			running--
			d.queue.Done(d.now(), r)
			d.metrics.attempt(&r)
		case <-d.changed:
			if e := d.apply(ctx, d.take()); e != nil && !stopping {
				stopping, err = true, e
			}
		case <-tidy.C:
			d.tidy(ctx)
		case <-wake.ring():
		}
	}
	return err
}

// step begins what is to be done now, and sets the timer for what is next.
func (d *driver) step(wake alarm, begin func(queue.Task)) {
	now := d.now()
	d.queue.SetLimit(d.config.Load().Threads)
	ready := d.queue.Ready(now)
	for _, t := range ready.Send {
		begin(t)
	}
	wake.set(ready.Wake)
	d.metrics.queue(d.queue.Len(), d.queue.Oldest(now))
}

// tidy sees whether the server is there, reads the whole queue again if it is not as long as it should be, and closes sessions that nobody
// needs.
func (d *driver) tidy(ctx context.Context) {
	n, _, err := d.table.RowCount(ctx)
	if err == nil && int(n) != d.queue.Len() {
		err = d.reread(ctx)
	}
	if ctx.Err() != nil {
		return
	}
	d.setHealth(err)
	if err != nil {
		d.log.Warn("the outgoing queue could not be looked at", "error", err)
		return
	}
	if err := d.group.CloseIdle(ctx, d.now().Add(-idleAfter)); err != nil && ctx.Err() == nil {
		d.log.Info("a session could not be closed", "error", err)
	}
}

// open opens the table of the queue, with events of its changes.
func (d *driver) open(ctx context.Context) (err error) {
	if d.table, err = d.group.Admin().OpenQueue(ctx, nil); err != nil {
		return err
	}
	if _, err = d.group.SubscribeTable(ctx, d.table, d.note); err != nil {
		return err
	}
	return d.reread(ctx)
}

// rowsAtOnce is how many rows are read by one call.
const rowsAtOnce = 500

// reread reads the whole queue.
func (d *driver) reread(ctx context.Context) error {
	if _, err := d.table.Seek(ctx, client.BookmarkBeginning, 0); err != nil {
		return err
	}
	var list []queue.Entry
	for {
		rows, err := d.table.Rows(ctx, rowsAtOnce)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			list = append(list, entryOf(row, d.now()))
		}
	}
	d.queue.Replace(list)
	return nil
}

// entryOf is a row as the queue knows it.
func entryOf(row mapi.Props, now time.Time) queue.Entry {
	q := client.QueuedOf(row)
	e := queue.Entry{Key: queue.Key(q.EntryID), Instance: string(q.Key), Owner: q.Owner, Submitted: timeOf(q.Submitted)}
	if e.Submitted.IsZero() {
		e.Submitted = now
	}
	if q.Deferred != 0 {
		e.NotBefore = q.Deferred.Time()
	}
	return e
}

func timeOf(t mapi.FileTime) time.Time {
	if t == 0 {
		return time.Time{}
	}
	return t.Time()
}

// apply tells the queue what has happened to the table.
func (d *driver) apply(ctx context.Context, events []client.Event) error {
	for _, e := range events {
		switch {
		case e.Type == client.EventsLost:
			// The server was restarted, and the table is gone.
			d.log.Info("the session was lost and made anew")
			if err := d.open(ctx); err != nil {
				return err
			}
			d.setHealth(nil)
			d.queue.Retry()
		case e.TableEvent == mapi.TableRowAdded, e.TableEvent == mapi.TableRowModified:
			d.queue.Put(entryOf(e.Row, d.now()))
		case e.TableEvent == mapi.TableRowDeleted:
			d.queue.RemoveInstance(string(e.Index))
		default:
			if err := d.reread(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
