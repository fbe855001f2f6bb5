package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// rig is a measurement under way.
type rig struct {
	e engine
	p *population
	c config
}

// measure prints a table: one line for each piece of work, cold.
func measure(ctx context.Context, e engine, p *population, c config) error {
	r := &rig{e, p, c}
	size, err := e.bytes()
	if err != nil {
		return err
	}
	fmt.Printf("%s: %d messages in %d mailboxes; mail %d MiB, on disk %d MiB: %.2f of its MIME size\n\n", c.engine, p.Messages, len(p.Folders), p.MIME>>20, size>>20, float64(size)/float64(p.MIME))
	fmt.Println("| work, cold | pages read | serial | KiB from the device | KiB written | ms | detail |")
	fmt.Println("|---|---|---|---|---|---|---|")
	for _, f := range p.byMeasure() {
		if err := r.open(ctx, f); err != nil {
			return err
		}
	}
	return errors.Join(r.random(ctx), r.deliveries(ctx), r.purge(ctx))
}

// byMeasure is one folder of each size that is measured.
func (p *population) byMeasure() (list []*folder) {
	for _, f := range p.Folders {
		if f.Measured && !slices.ContainsFunc(list, func(o *folder) bool { return o.Messages == f.Messages }) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(a, b *folder) int { return a.Messages - b.Messages })
	return list
}

// cold runs work on a database that has just been started, and prints a line. n is by how many what it cost is divided.
func (r *rig) cold(ctx context.Context, what string, n int, work func(s storage.Store) error) (err error) {
	if err := r.e.cool(); err != nil {
		return err
	}
	began := time.Now()
	s, err := r.e.open(ctx, false)
	if err != nil {
		return err
	}
	started := time.Since(began)
	if err := r.e.know(); err != nil {
		return err
	}
	before, err := r.e.counts()
	if err != nil {
		return err
	}
	began = time.Now()
	err = work(s)
	took := time.Since(began)
	if err == nil {
		err = r.e.settle()
	}
	_, sqlite := r.e.(*sqliteEngine)
	if sqlite {
		err = errors.Join(err, s.Close())
	}
	after, countErr := r.e.counts()
	if !sqlite {
		err = errors.Join(err, s.Close())
	}
	if err = errors.Join(err, countErr, r.e.stop()); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	d := after.minus(before)
	of := float64(n)
	serial := "–"
	read := d.reads
	if after.pool != nil { // the list has pages that are there at the end
		read = int64(len(after.pool) - len(before.pool))
	}
	if read > 0 {
		serial = fmt.Sprintf("%.0f %%", 100*float64(d.serial)/float64(read))
	}
	fmt.Printf("| %s | %.4g | %s | %.4g | %.4g | %.4g | start %d ms%s |\n", what, float64(d.reads)/of, serial, float64(d.device)/1024/of, float64(d.written)/1024/of,
		float64(took.Microseconds())/1000/of, started.Milliseconds(), details(d.detail, of))
	return nil
}

func details(d map[string]int64, of float64) string {
	var list []string
	for name, n := range d {
		list = append(list, fmt.Sprintf("%s %.4g", strings.TrimPrefix(name, "Innodb_"), float64(n)/of))
	}
	slices.Sort(list)
	return "; " + strings.Join(list, "; ")
}

// pageRows is how many rows a client shows.
const pageRows = 50

// open opens a folder sorted by date, newest first, in the ways that there are, and then once more, when the view is there.
func (r *rig) open(ctx context.Context, f *folder) error {
	q := storage.RowQuery{Parent: f.ID, Type: mapi.TypeMessage, FlagsMask: mapi.FlagDeleted | mapi.FlagAssociated}
	newest := slices.Clone(f.Filled[max(0, len(f.Filled)-pageRows):])
	count := func(*storage.Row) error { return nil }
	first := q
	first.Limit = 64
	return errors.Join(
		r.cold(ctx, fmt.Sprintf("opening %d by date, and %d newest", f.Messages, len(newest)), 1, func(s storage.Store) error { // as package tables does it
			err := s.Rows(ctx, first, count)
			rest := q
			rest.After = f.Filled[first.Limit-1]
			return errors.Join(err, s.DateKeys(ctx, rest, func(storage.DateKey) error { return nil }),
				s.Rows(ctx, storage.RowQuery{IDs: newest, Within: f.ID}, count))
		}),
		r.cold(ctx, fmt.Sprintf("view of %d, by rows", f.Messages), 1, func(s storage.Store) error { return s.Rows(ctx, q, count) }),
		r.cold(ctx, fmt.Sprintf("%d newest of %d, by their ids", len(newest), f.Messages), 1, func(s storage.Store) error {
			return s.Rows(ctx, storage.RowQuery{IDs: newest}, count)
		}),
		r.cold(ctx, fmt.Sprintf("%d newest of %d, in their folder", len(newest), f.Messages), 1, func(s storage.Store) error {
			return s.Rows(ctx, storage.RowQuery{IDs: newest, Within: f.ID}, count)
		}),
	)
}

// random opens messages anywhere.
func (r *rig) random(ctx context.Context) error {
	rng := rand.New(rand.NewPCG(8, 9))
	return r.cold(ctx, "a message at random", r.c.samples, func(s storage.Store) error {
		for range r.c.samples {
			if _, err := s.Object(ctx, r.p.Sample[rng.IntN(len(r.p.Sample))]); err != nil {
				return err
			}
		}
		return nil
	})
}

// deliverers is how many deliveries are under way at a time.
const deliverers = 8

// deliveries are mails to mailboxes in proportion to their size, one commit each unless they happen to share it.
func (r *rig) deliveries(ctx context.Context) error {
	if r.c.deliveries == 0 {
		return nil
	}
	order := arrivals(r.p.Folders)
	var mime int64
	err := r.cold(ctx, "a delivery", r.c.deliveries, func(s storage.Store) error {
		sizes, errs := make(chan int64, r.c.deliveries), make(chan error, deliverers)
		for w := range deliverers {
			go func() { errs <- r.deliverer(ctx, s, order, w, sizes) }()
		}
		var err error
		for range deliverers {
			err = errors.Join(err, <-errs)
		}
		close(sizes)
		for n := range sizes {
			mime += n
		}
		return err
	})
	fmt.Printf("\nA delivery has %d bytes of mail.\n\n", mime/int64(r.c.deliveries))
	return err
}

func (r *rig) deliverer(ctx context.Context, s storage.Store, order []int32, w int, sizes chan<- int64) error {
	for i := w; i < r.c.deliveries; i += deliverers {
		f := r.p.Folders[order[i]]
		var mime int64
		err := s.Update(ctx, f.Store, func(ctx context.Context, tx storage.Tx) (err error) {
			_, mime, err = deliver(ctx, tx, f, r.p.Messages+i)
			return err
		}, nil)
		if err != nil {
			return err
		}
		sizes <- mime
	}
	return nil
}

// purge deletes the newest messages of the largest folder, 1,000 to a commit, as the server does.
func (r *rig) purge(ctx context.Context) error {
	folders := r.p.byMeasure()
	f := folders[len(folders)-1]
	n := min(r.c.purge, len(f.Filled))
	if n == 0 {
		return nil
	}
	gone := f.Filled[len(f.Filled)-n:]
	return r.cold(ctx, fmt.Sprintf("deleting one of %d", n), n, func(s storage.Store) error {
		for ids := range slices.Chunk(gone, 1000) {
			if err := s.Update(ctx, f.Store, func(ctx context.Context, tx storage.Tx) error {
				return errors.Join(tx.Delete(ctx, ids), tx.AddCounters(ctx, f.Store, f.ID, storage.Counters{Content: -int64(len(ids))}))
			}, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
