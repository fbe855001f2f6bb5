// Beyond-memory measures the engines when the data is many times larger than the memory: what a cold open of a folder, a message opened at
// random and a delivery read and write, in pages and bytes. It fills a database in the order in which mail arrives, everywhere at once, and
// measures through package storage, as the server does. The counts are those of the database and the kernel; the times are this machine's.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"syscall"
)

// config is what the flags say.
type config struct {
	engine     string
	dir        string
	scale      int
	pool       string // MariaDB's buffer pool while it is measured
	limit      int64  // bytes of the control group; 0: none
	reuse      bool
	keep       bool
	deliveries int
	purge      int
	samples    int
}

func main() {
	var c config
	flag.StringVar(&c.engine, "engine", "sqlite", "sqlite or mariadb")
	flag.StringVar(&c.dir, "dir", "", "folder of the database, 19 KB for a message (default: a temporary one)")
	flag.IntVar(&c.scale, "scale", 50, "divides the full form: 5,000,000 messages in 5,000 mailboxes, one folder of 1,000,000 and five of 200,000. Up to 12 one folder has 200,000, beyond that the largest has two fifths of all")
	flag.StringVar(&c.pool, "pool", "64M", "innodb_buffer_pool_size while measuring")
	flag.Int64Var(&c.limit, "limit", 256, "memory of the control group of rig and database in MiB, page cache included; 0: no group")
	flag.BoolVar(&c.reuse, "reuse", false, "measure the database that is in -dir already")
	flag.BoolVar(&c.keep, "keep", false, "leave the database there")
	flag.IntVar(&c.deliveries, "deliveries", 5000, "deliveries that are measured; they make a database a bit larger")
	flag.IntVar(&c.purge, "purge", 20000, "messages to delete; 0 if the database is measured again")
	flag.IntVar(&c.samples, "samples", 300, "messages opened at random")
	flag.Parse()
	if err := run(context.Background(), c); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, c config) (err error) {
	if c.dir == "" {
		if c.dir, err = os.MkdirTemp("", "beyond"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	if !c.keep {
		defer os.RemoveAll(c.dir)
	}
	e, err := newEngine(c)
	if err != nil {
		return err
	}
	plan := filepath.Join(c.dir, "plan.json")
	var p *population
	if c.reuse {
		p, err = readPopulation(plan)
	} else {
		p, err = fill(ctx, e, c)
	}
	if err != nil {
		return err
	}
	if !c.reuse {
		if err := p.write(plan); err != nil {
			return err
		}
	}
	if c.limit > 0 {
		g, err := enterGroup(c.limit << 20)
		if err != nil {
			fmt.Printf("no control group (%v): the engines' own budgets are the limit\n", err)
		} else {
			defer g.leave()
			fmt.Printf("control group %s: %d MiB\n", g.dir, c.limit)
		}
	}
	return measure(ctx, e, p, c)
}

// minFree is what the rig leaves of the disk.
const minFree = 10 << 30

// room fails before the disk is full: others use it.
func room(dir string) error {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return err
	}
	if free := int64(s.Bavail) * s.Bsize; free < minFree {
		return fmt.Errorf("%s has %d MiB left; the rig stops below %d (-scale makes it smaller)", dir, free>>20, minFree>>20)
	}
	return nil
}
