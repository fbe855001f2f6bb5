// Package fill creates users and fills their mailboxes, repeatably: the same options give the same folders and items
// on every server, whatever the number of workers.
//
// A worker makes one mailbox at a time; all share one session of an administrator. At the end of each mailbox the
// server's counters are compared with what was put in.
//
// It refuses to touch mailboxes that exist: what is in them is not known.
package fill

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"sync"
	"time"

	"zarafa/client"
	"zarafa/loadgen/content"
	"zarafa/mapi"
)

// Options say what to create.
type Options struct {
	Endpoint      string // where the program is an administrator: the Unix socket
	Admin         string // name of the administrator
	AdminPassword string
	Users         int
	Messages      int // items in each mailbox
	Seed          uint64
	TLS           *tls.Config // of https connections
	Prefix        string      // of the users' names
	Password      string      // of the users
	Workers       int
	// Until is the time of the newest items, which go back a year.
	Until time.Time
	// KeepExisting passes over users that exist, instead of failing.
	KeepExisting bool
	// Progress is told of every finished mailbox, by one goroutine at a time.
	Progress func(Result)
}

// Result counts what was done so far.
type Result struct {
	Users, Kept, Folders, Items int
}

// Check returns an error if an option is out of bounds. Its text names the option of the command line and what it may be.
func (o *Options) Check() error {
	switch {
	case o.Users < 1 || o.Users > maxUsers:
		return fmt.Errorf("--users is %d, it must be 1 to %d", o.Users, maxUsers)
	case o.Messages < 0 || o.Messages > maxMessages:
		return fmt.Errorf("--messages is %d, it must be 0 to %d", o.Messages, maxMessages)
	case o.Workers < 1 || o.Workers > maxWorkers:
		return fmt.Errorf("--workers is %d, it must be 1 to %d", o.Workers, maxWorkers)
	case o.Prefix == "":
		return errors.New("--prefix is empty; give the beginning of the users' names")
	}
	return nil
}

// Limits of the options.
const (
	maxUsers    = 100_000
	maxMessages = 1_000_000
	maxWorkers  = 256
)

// Run creates the users that the options ask for. The first error ends it; what was created stays.
func Run(ctx context.Context, o Options) (Result, error) {
	if err := o.Check(); err != nil {
		return Result{}, err
	}
	material, err := content.LoadMaterial()
	if err != nil {
		return Result{}, err
	}
	session, err := client.LogOn(ctx, client.Options{Endpoint: o.Endpoint, User: o.Admin, Password: o.AdminPassword, App: "zload", TLS: o.TLS})
	if err != nil {
		return Result{}, fmt.Errorf("filling needs an administrator; give the server's Unix socket with --admin-url, or https with --sslkey-file: %w", err)
	}
	defer session.Close(context.WithoutCancel(ctx))
	if err := createPublicStore(ctx, session); err != nil {
		return Result{}, err
	}
	f := &filler{options: o, material: material, session: session}
	return f.run(ctx)
}

// createPublicStore creates the store that all users share, in which they publish when they are busy, unless there is one.
func createPublicStore(ctx context.Context, session *client.Session) error {
	_, err := session.PublicStore(ctx)
	if !client.IsNotFound(err) {
		return err
	}
	if _, err := session.CreatePublicStore(ctx); err != nil && mapi.CodeOf(err) != mapi.Collision {
		return fmt.Errorf("creating the public store: %w", err)
	}
	return nil
}

// filler is a run.
type filler struct {
	options  Options
	material *content.Material
	session  *client.Session

	mu     sync.Mutex // protects what follows and serialises Progress
	result Result
}

func (f *filler) run(ctx context.Context) (Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	numbers := make(chan uint32)
	var workers sync.WaitGroup
	for range min(f.options.Workers, f.options.Users) {
		workers.Go(func() {
			for user := range numbers {
				if err := f.user(ctx, user); err != nil {
					cancel(fmt.Errorf("user %s: %w", content.Login(f.options.Prefix, user), err))
					return
				}
			}
		})
	}
	for user := range f.options.Users {
		select {
		case numbers <- uint32(user + 1):
			continue
		case <-ctx.Done():
		}
		break
	}
	close(numbers)
	workers.Wait()
	return f.result, context.Cause(ctx)
}

// user creates one user with a full mailbox.
func (f *filler) user(ctx context.Context, user uint32) error {
	b := newBuilder(f, user)
	u := client.User{
		Name: b.login, Password: f.options.Password, FullName: b.fullName, Email: content.Email(b.login), Class: mapi.ClassActiveUser,
	}
	var err error
	u.ID, u.EntryID, err = f.session.CreateUser(ctx, u)
	switch {
	case mapi.CodeOf(err) == mapi.Collision && f.options.KeepExisting:
		f.done(Result{Kept: 1})
		return nil
	case mapi.CodeOf(err) == mapi.Collision:
		return fmt.Errorf("there is such a user already; choose another --prefix, or pass over those with --keep-existing: %w", err)
	case err != nil:
		return err
	}
	store, err := f.session.CreateStore(ctx, u, b.language())
	if err != nil && mapi.CodeOf(err) != mapi.Collision {
		return err
	}
	if err != nil { // the server's own script has created it
		if store, err = f.session.UserStore(ctx, b.login, mapi.StorePrivate); err != nil {
			return err
		}
	}
	b.session = store.Session
	done, err := b.build(ctx, store)
	if err != nil {
		return err
	}
	f.done(done)
	return nil
}

// done adds to the result.
func (f *filler) done(r Result) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.result.Users += r.Users
	f.result.Kept += r.Kept
	f.result.Folders += r.Folders
	f.result.Items += r.Items
	if f.options.Progress != nil {
		f.options.Progress(f.result)
	}
}
