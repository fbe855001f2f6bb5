package backup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"zarafa/agents/backup/repository"
	"zarafa/daemon/subcommand"
)

func (e *environment) checkCommand() subcommand.Command {
	fs := e.options("check")
	readData := fs.Bool("read-data", false, "read every file whole; with the identity every message is opened too")
	return subcommand.Command{
		Name: "check", Short: "look whether the repository is sound", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			_, r, err := e.open(ctx)
			if err != nil {
				return 0, err
			}
			c, err := r.Check(ctx, repository.CheckOptions{Reach: reach(r), ReadData: *readData})
			if err != nil {
				return 0, err
			}
			for _, d := range c.Damage {
				fmt.Fprintln(e.out, "damaged:", d)
			}
			for name, what := range c.Broken {
				fmt.Fprintf(e.out, "snapshot %.12s is not whole: %s\n", name, what)
			}
			fmt.Fprintf(e.out, "%d snapshots, %d packs", c.Snapshots, c.Packs)
			if *readData {
				fmt.Fprintf(e.out, ", %d blobs read", c.Blobs)
			}
			fmt.Fprintln(e.out)
			if len(c.Damage)+len(c.Broken) > 0 {
				return exitDamage, errors.New("the repository is damaged; docs/backup.md says what to do")
			}
			return 0, nil
		},
	}
}

func (e *environment) pruneCommand() subcommand.Command {
	fs := e.options("prune")
	simulate := fs.Bool("simulate", false, "remove nothing, and say what would be removed")
	return subcommand.Command{
		Name: "prune", Short: "remove snapshots by the settings keep_…, and what no snapshot needs", Options: fs,
		Run: func(ctx context.Context, _ []string) (int, error) {
			c, r, err := e.open(ctx)
			if err != nil {
				return 0, err
			}
			if c.Keep.Empty() {
				return 0, errors.New("keep_last and the other settings of retention are all 0; nothing is removed")
			}
			if err := e.forget(ctx, c, r, *simulate); err != nil {
				return 0, err
			}
			done, err := r.Prune(ctx, repository.PruneOptions{Reach: reach(r), Now: e.now(), Waste: c.Waste, Simulate: *simulate})
			if err != nil {
				return 0, err
			}
			fmt.Fprintf(e.out, "%d packs removed, %d bytes freed; %d packs condemned, to be removed by a prune after %d hours; %d bytes written anew\n",
				done.Removed, done.Freed, done.Condemned, int(repository.Grace.Hours()), done.Rewritten)
			return 0, nil
		},
	}
}

// forget removes the snapshots that the settings do not keep.
func (e *environment) forget(ctx context.Context, c *Config, r *repository.Repository, simulate bool) error {
	list, err := r.Snapshots(ctx)
	if err != nil {
		return err
	}
	if d := r.Damaged(); len(d) > 0 {
		return fmt.Errorf("the repository is damaged (%v); nothing is removed before \"zarafa-backup check\" finds nothing any more", d[0])
	}
	byStore := make(map[string][]repository.Snapshot)
	for _, s := range list {
		byStore[s.Store] = append(byStore[s.Store], s)
	}
	removed := 0
	for _, of := range byStore {
		_, remove := c.Keep.Apply(of, time.Local)
		for _, s := range remove {
			removed++
			if simulate {
				continue
			}
			if err := r.RemoveSnapshot(ctx, s.Name); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(e.out, "%d of %d snapshots removed\n", removed, len(list))
	return nil
}
