package backup

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zarafa/agents/backup/repository"
	"zarafa/agents/backup/snapshot"
	"zarafa/client"
	"zarafa/daemon/subcommand"
	"zarafa/mapi"
)

func (e *environment) backupCommand() subcommand.Command {
	fs := e.options("backup")
	users := fs.StringSliceP("user", "u", nil, "only the stores of these users; \"public\" is the public store")
	verify := fs.Bool("verify-stored", false, "look whether all that the last snapshots refer to is in the repository, and read again what is missing")
	return subcommand.Command{
		Name: "backup", Short: "make a snapshot of each store", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			opened := e.now()
			c, r, err := e.open(ctx)
			if err != nil {
				return 0, err
			}
			session, err := e.logOn(ctx, c)
			if err != nil {
				return 0, err
			}
			defer session.Close(context.WithoutCancel(ctx))
			b := backup{environment: e, config: c, repo: r, opened: opened, users: *users, suspicious: *verify}
			if d := r.Damaged(); len(d) > 0 {
				b.suspicious = true
				e.log.Warn("backup: the repository is damaged; what is missing is read again where the server still has it", "first", d[0].String(), "places", len(d))
			}
			err = b.run(ctx, session)
			return 0, errors.Join(err, e.writeMetrics(c, &b))
		},
	}
}

// backup is one run over all stores.
type backup struct {
	*environment
	config     *Config
	repo       *repository.Repository
	opened     time.Time
	users      []string
	suspicious bool

	stores, failures, faults atomic.Int64
	items, bytes             atomic.Int64
}

// run makes a snapshot of each store.
func (b *backup) run(ctx context.Context, session *client.Session) error {
	sessions, err := b.sessions(ctx, session)
	if err != nil {
		return err
	}
	last, err := lastSnapshots(ctx, b.repo)
	if err != nil {
		return err
	}
	for _, at := range sessions {
		if err := b.server(ctx, at, last); err != nil {
			return err
		}
	}
	fmt.Fprintf(b.out, "%d stores with %d items, %d bytes added to the repository\n", b.stores.Load(), b.items.Load(), b.repo.Added())
	if n := b.failures.Load() + b.faults.Load(); n > 0 {
		return fmt.Errorf("%d stores or folders are not complete; the log names them", n)
	}
	if b.stores.Load() == 0 {
		return errors.New("there was no store to back up")
	}
	return nil
}

// sessions are those on the servers whose stores are backed up.
func (b *backup) sessions(ctx context.Context, session *client.Session) ([]*client.Session, error) {
	if len(b.config.Servers) == 0 {
		return []*client.Session{session}, nil
	}
	var list []*client.Session
	for _, name := range b.config.Servers {
		at, err := session.OnServer(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("backup_servers: %s: %w", name, err)
		}
		list = append(list, at)
	}
	return list, nil
}

// lastSnapshots are the newest of each store.
func lastSnapshots(ctx context.Context, r *repository.Repository) (map[string]*repository.Snapshot, error) {
	list, err := r.Snapshots(ctx)
	if err != nil {
		return nil, err
	}
	last := make(map[string]*repository.Snapshot)
	for i := range list {
		last[list[i].Store] = &list[i]
	}
	return last, nil
}

// server makes snapshots of the stores of one server, some at a time.
func (b *backup) server(ctx context.Context, session *client.Session, last map[string]*repository.Snapshot) error {
	principals, err := snapshot.ReadPrincipals(ctx, session)
	if err != nil {
		return err
	}
	list, err := session.Stores(ctx)
	if err != nil {
		return fmt.Errorf("listing the stores: %w", err)
	}
	work := make(chan client.StoreInfo)
	var workers sync.WaitGroup
	for range b.config.Workers {
		workers.Go(func() {
			for info := range work {
				b.store(ctx, session, principals, info, last[hex.EncodeToString(info.GUID[:])])
			}
		})
	}
	for _, info := range list {
		if info.HasStore && b.wanted(info) && ctx.Err() == nil {
			work <- info
		}
	}
	close(work)
	workers.Wait()
	return ctx.Err()
}

// wanted reports whether a store is among those that were named.
func (b *backup) wanted(info client.StoreInfo) bool {
	name := info.UserName
	if info.Type == mapi.StorePublic {
		name = "public"
	}
	return len(b.users) == 0 || slices.ContainsFunc(b.users, func(u string) bool { return strings.EqualFold(u, name) })
}

// store makes a snapshot of one store. What fails is told, and the others go on.
func (b *backup) store(ctx context.Context, session *client.Session, p *snapshot.Principals, info client.StoreInfo, last *repository.Snapshot) {
	st, err := session.StoreByGUID(ctx, info.GUID)
	var s repository.Snapshot
	if err == nil {
		c := snapshot.Capture{Repo: b.repo, Log: b.log, Now: b.now, Opened: b.opened, Principals: p, RightsInterval: b.config.RightsInterval, Suspicious: b.suspicious}
		s, err = c.Store(ctx, snapshot.Subject{Store: st, User: info.UserName, Kind: kindOf(info.Type)}, last)
	}
	if err != nil {
		b.failures.Add(1)
		b.log.Error("backup: a store was left out", "user", info.UserName, "store", info.DisplayName, "error", err)
		return
	}
	for _, fault := range s.Faults {
		b.faults.Add(1)
		b.log.Error("backup: a snapshot is not complete; the next backup tries again", "user", info.UserName, "fault", fault)
	}
	b.stores.Add(1)
	b.items.Add(s.Items)
	b.bytes.Add(s.Bytes)
}

func kindOf(storeType uint32) string {
	switch storeType {
	case mapi.StorePrivate:
		return snapshot.Private
	case mapi.StorePublic:
		return snapshot.Public
	}
	return snapshot.Other
}
