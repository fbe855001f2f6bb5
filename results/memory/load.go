package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/client"
	"zarafa/mapi"
)

// loadFlags say what is played.
type loadFlags struct {
	serverFlags
	zload           string
	users, messages int
	compress        float64
	phase, duration time.Duration
}

func (f *serverFlags) define(flags *flag.FlagSet) {
	flags.StringVar(&f.program, "server", "../../bin/zarafa-server", "the server's program")
	flags.StringVar(&f.dir, "dir", "data", "folder of its data; what an earlier start has filled is used again")
	flags.IntVar(&f.port, "port", 2440, "its port; the next one has the metrics")
	flags.IntVar(&f.cells, "cells", 256, "cache_cell_size in MiB")
	flags.IntVar(&f.views, "views", 32, "cache_sortkey_size in MiB")
	flags.StringVar(&f.extra, "settings", "", "more lines for its settings")
}

// runLoad plays the long load.
func runLoad(ctx context.Context, args []string) (bool, error) {
	flags := flag.NewFlagSet("run", flag.ExitOnError)
	var f loadFlags
	f.define(flags)
	flags.StringVar(&f.zload, "zload", "../../bin/zload", "the load generator's program")
	flags.IntVar(&f.users, "users", 300, "mailboxes, and simulated users")
	flags.IntVar(&f.messages, "messages", 600, "items in a mailbox at the beginning")
	flags.Float64Var(&f.compress, "compress", 200, "how many times as fast as people the users are")
	flags.DurationVar(&f.phase, "phase", 3*time.Minute, "how long each profile is played before the next")
	flags.DurationVar(&f.duration, "duration", 30*time.Minute, "for how long altogether")
	_ = flags.Parse(args) // ExitOnError

	srv, err := f.start(ctx)
	if err != nil {
		return false, err
	}
	if err := f.fill(ctx, srv); err != nil {
		return false, errors.Join(err, srv.stop())
	}
	ctx, cancel := context.WithTimeout(ctx, f.duration)
	defer cancel()
	var done sync.WaitGroup
	l := &load{loadFlags: &f, srv: srv}
	for _, work := range []func(context.Context){l.profiles, l.attachments, l.attachments, l.orders, l.comings} {
		done.Go(func() { work(ctx) })
	}
	s := &sampler{pid: srv.pid, status: srv.status, caches: f.caches()}
	err = s.watch(ctx)
	cancel()
	done.Wait()
	if err != nil {
		return false, errors.Join(err, srv.stop())
	}
	kept := s.verdict()
	fmt.Println(l)
	if n := l.failed.Load(); n > 0 {
		return false, errors.Join(fmt.Errorf("%d calls failed, the last: %v", n, l.why.Load()), srv.stop())
	}
	return kept, srv.stop()
}

// fill fills the mailboxes, unless an earlier start has.
func (f *loadFlags) fill(ctx context.Context, srv *server) error {
	filled := filepath.Join(f.dir, "filled")
	if _, err := os.Stat(filled); err == nil {
		return nil
	}
	cmd := exec.CommandContext(ctx, f.zload, "fill", "--admin-url", srv.socket, "--users", strconv.Itoa(f.users), "--messages", strconv.Itoa(f.messages))
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("filling: %w", err)
	}
	return os.WriteFile(filled, nil, 0o600)
}

// load is the work that is done at the same time, and how much of it was.
type load struct {
	*loadFlags
	srv *server

	played, big, tables, logons, failed atomic.Int64
	why                                 atomic.Value // error text of the last failure
}

func (l *load) String() string {
	return fmt.Sprintf("Beside %d phases of simulated users: %d attachments of 1 to 32 MiB saved, read and deleted, %d tables sorted and read in full, %d log-ons.",
		l.played.Load(), l.big.Load(), l.tables.Load(), l.logons.Load())
}

// note counts a failure, unless the end of the run is the reason.
func (l *load) note(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		l.failed.Add(1)
		l.why.Store(what + ": " + err.Error())
		fmt.Fprintln(os.Stderr, what+":", err)
	}
}

// profiles plays the simulated users, one profile after the other.
func (l *load) profiles(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		profile := []string{"mixed-day", "heavy", "cached-storm", "very-heavy", "cached-heavy", "nine-o-clock"}[n%6]
		cmd := exec.CommandContext(ctx, l.zload, "run", "--url", l.srv.url, "--admin-url", l.srv.socket, "--users", strconv.Itoa(l.users),
			"--profile", profile, "--compress", strconv.FormatFloat(l.compress, 'f', -1, 64), "--duration", l.phase.String(), "--interval", "30s",
			"--seed", strconv.Itoa(n+1))
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = 30 * time.Second
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) && exit.ExitCode() == 3 { // the generator shares the processors with the server
			err = nil
		}
		if err != nil {
			_, _ = os.Stderr.Write(out) // says why
		}
		l.note(ctx, profile, err)
		l.played.Add(1)
	}
}

func (l *load) user(n int) client.Options {
	return client.Options{Endpoint: l.srv.url, User: fmt.Sprintf("zload%04d", n), Password: "zload"}
}

// attachments saves large messages into a mailbox of their own, reads and deletes them.
func (l *load) attachments(ctx context.Context) {
	name := fmt.Sprintf("attachments%d", time.Now().UnixNano())
	s, err := l.newUser(ctx, name)
	if err != nil {
		l.note(ctx, "attachments", err)
		return
	}
	rng := rand.New(rand.NewPCG(1, uint64(len(name))))
	for ctx.Err() == nil {
		l.note(ctx, "attachment", l.attachment(ctx, s, rng))
	}
}

func (l *load) newUser(ctx context.Context, name string) (*client.Session, error) {
	admin, err := client.LogOn(ctx, client.Options{Endpoint: l.srv.socket, User: "SYSTEM"})
	if err != nil {
		return nil, err
	}
	defer admin.Close(ctx)
	u := client.User{Name: name, Password: "zload", FullName: name, Email: name + "@localhost"}
	if u.ID, u.EntryID, err = admin.CreateUser(ctx, u); err != nil {
		return nil, err
	}
	lang, err := client.ParseLanguage("en_US")
	if err != nil {
		return nil, err
	}
	if _, err := admin.CreateStore(ctx, u, lang); err != nil {
		return nil, err
	}
	o := l.user(1)
	o.User = name
	return client.LogOn(ctx, o)
}

// inboxOf is the folder in which a user's mail arrives.
func inboxOf(ctx context.Context, s *client.Session) (mapi.EntryID, error) {
	store, err := s.Store(ctx)
	if err != nil {
		return nil, err
	}
	return s.ReceiveFolder(ctx, store.EntryID, "")
}

func (l *load) attachment(ctx context.Context, s *client.Session, rng *rand.Rand) error {
	inbox, err := inboxOf(ctx, s)
	if err != nil {
		return err
	}
	data := make([]byte, 1<<20<<rng.IntN(6))
	for i := range data { // half of it can be compressed
		data[i] = byte(rng.Uint32() & 0x0f)
	}
	id, err := s.CreateMessage(ctx, inbox, &client.Message{
		Props:       mapi.Props{mapi.String(mapi.PrSubject, "large")},
		Attachments: []client.Attachment{{Name: "large.bin", Data: data}},
	})
	if err != nil {
		return err
	}
	o, err := s.LoadObject(ctx, id)
	if err != nil {
		return err
	}
	for i := range o.Children {
		got, err := s.LoadValue(ctx, id, o.Children[i].ServerID, mapi.PrAttachDataBin)
		if err != nil {
			return err
		}
		if !bytes.Equal(got.Data, data) {
			return errors.New("the attachment is not what was saved")
		}
	}
	l.big.Add(1)
	return s.DeleteMessages(ctx, true, id)
}

// orders reads inboxes in many orders, which fills the cache of sorted views.
func (l *load) orders(ctx context.Context) {
	rng := rand.New(rand.NewPCG(1, 2))
	for ctx.Err() == nil {
		l.note(ctx, "table", l.order(ctx, rng))
	}
}

func (l *load) order(ctx context.Context, rng *rand.Rand) error {
	s, err := client.LogOn(ctx, l.user(1+rng.IntN(l.users)))
	if err != nil {
		return err
	}
	defer s.Close(ctx)
	l.logons.Add(1)
	inbox, err := inboxOf(ctx, s)
	if err != nil {
		return err
	}
	tags := []mapi.PropTag{mapi.PrSubject, mapi.PrSenderName, mapi.PrMessageDeliveryTime, mapi.PrMessageSize, mapi.PrLastModificationTime}
	for _, tag := range tags {
		q := client.TableQuery{Kind: mapi.TableMS, EntryID: inbox, ObjectType: mapi.TypeMessage, Flags: mapi.OpenUnicode, Columns: tags,
			Sort: []mapi.SortOrder{{Tag: tag, Order: uint32(rng.IntN(2))}}}
		if err := s.EachRow(ctx, q, func(mapi.Props) error { return nil }); err != nil {
			return err
		}
		l.tables.Add(1)
	}
	return nil
}

// comings has hundreds of users log on, stay for some seconds and go, so that the number of sessions changes.
func (l *load) comings(ctx context.Context) {
	for ctx.Err() == nil {
		var here []*client.Session
		buffers := client.NewBuffers()
		for n := range 500 {
			o := l.user(1 + n%l.users)
			o.Buffers = buffers
			s, err := client.LogOn(ctx, o)
			l.note(ctx, "log-on", err)
			if err != nil {
				break
			}
			here = append(here, s)
			l.logons.Add(1)
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Second):
		}
		for _, s := range here {
			l.note(ctx, "log-off", s.Close(context.WithoutCancel(ctx)))
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Second):
		}
	}
}
