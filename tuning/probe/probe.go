package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// depths are how many reads are under way at a time.
var depths = [...]int{1, 4, 16, 32}

// Progress is told what is measured and how much of the time has passed, from 0 to 1.
type Progress func(what string, done float64)

// Run measures the storage of a folder within a time.
func Run(ctx context.Context, folder string, limit time.Duration, progress Progress) (Result, error) {
	r := Result{Folder: folder}
	// A read that takes longer than 20 µs loses its place in the runtime's scheduler. With
	// a place for each reader and some to spare it finds one at once when it returns;
	// otherwise the wait would be counted as the disk's.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2 * depths[len(depths)-1]))
	if limit < MinTime || limit > MaxTime {
		return r, fmt.Errorf("a measurement takes between %v and %v, not %v", MinTime, MaxTime, limit)
	}
	size, err := fileSize(folder)
	if err != nil {
		return r, err
	}
	p := &prober{ctx: ctx, folder: folder, start: time.Now(), limit: limit, progress: progress}
	if err := p.measure(&r, size); err != nil {
		return r, err
	}
	r.Seconds = time.Since(p.start).Seconds()
	return r, nil
}

// fileSize is how large the file to read from may be: a quarter of what is free.
func fileSize(folder string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, fmt.Errorf("%s: %w; name the folder with --data-directory", folder, err)
	}
	free := int64(st.Bavail) * st.Bsize
	if free < MinFree {
		return 0, fmt.Errorf("%s has %d MB free, a measurement needs %d; make room, or measure another folder of the same storage with --data-directory", folder, free>>20, MinFree>>20)
	}
	return min(free/4, maxFile) / streamSize * streamSize, nil
}

type prober struct {
	ctx      context.Context
	folder   string
	start    time.Time
	limit    time.Duration
	progress Progress
}

// phase returns the context of a measurement that takes a share of the time.
func (p *prober) phase(what string, share float64) (context.Context, context.CancelFunc) {
	p.progress(what, min(time.Since(p.start).Seconds()/p.limit.Seconds(), 1))
	return context.WithTimeout(p.ctx, time.Duration(float64(p.limit)*share))
}

// measure runs the measurements one after another. Their shares of the time leave a
// tenth for making and removing the files.
func (p *prober) measure(r *Result, size int64) error {
	var err error
	if r.Flush, err = p.flush(0.20); err != nil {
		return err
	}
	file, err := p.openDirect()
	if err != nil {
		return err
	}
	defer file.Close()
	r.Sequential.Write, r.FileBytes, err = p.fill(file, size, 0.22)
	if err != nil {
		return err
	}
	for _, depth := range depths {
		reads, err := p.random(file, r.FileBytes, depth, 0.08, false)
		if err != nil {
			return err
		}
		r.Reads = append(r.Reads, reads)
	}
	if r.Sequential.Read, err = p.stream(file, r.FileBytes, 0.07); err != nil {
		return err
	}
	if r.Write, err = p.random(file, r.FileBytes, 4, 0.08, true); err != nil {
		return err
	}
	p.progress("done", 1)
	return nil
}

// ended reports whether a measurement's time is over; the error is that of the whole
// run, if somebody stopped it.
func (p *prober) ended(phase context.Context) (bool, error) {
	if err := p.ctx.Err(); err != nil {
		return true, fmt.Errorf("the measurement was stopped: %w", err)
	}
	return phase.Err() != nil, nil
}

// flush writes records one after another and makes each durable, as a database's log
// does. It is what fio measures with --rw=write --ioengine=sync --fdatasync=1 --size=22m
// --bs=2300.
func (p *prober) flush(share float64) (Flush, error) {
	f, err := os.CreateTemp(p.folder, ".ztune-probe-*")
	if err != nil {
		return Flush{}, fmt.Errorf("%w; run ztune as a user who may write there", err)
	}
	// The file keeps its name while it is measured: flushing one without may cost less.
	defer func() {
		f.Close()
		os.Remove(f.Name())
	}()
	// Like a database's log, the file has its size beforehand; a file system that
	// cannot do that is measured with a file that grows.
	if err := unix.Fallocate(int(f.Fd()), 0, 0, logSize); err != nil && !errors.Is(err, unix.EOPNOTSUPP) && !errors.Is(err, unix.ENOSYS) {
		return Flush{}, err
	}
	if err := f.Sync(); err != nil {
		return Flush{}, err
	}
	record := make([]byte, recordSize)
	fillRandom(record, 1)
	phase, cancel := p.phase("flushes", share)
	defer cancel()
	var all []time.Duration
	begin := time.Now()
	for range logSize / recordSize {
		if over, err := p.ended(phase); over {
			if err != nil {
				return Flush{}, err
			}
			break
		}
		start := time.Now()
		if _, err := f.Write(record); err != nil {
			return Flush{}, err
		}
		if err := unix.Fdatasync(int(f.Fd())); err != nil {
			return Flush{}, err
		}
		all = append(all, time.Since(start))
	}
	return Flush{PerSecond: float64(len(all)) / time.Since(begin).Seconds(), Latency: latencies(all)}, nil
}

// openDirect makes a file that vanishes when it is closed, and goes past the cache.
func (p *prober) openDirect() (*os.File, error) {
	f, err := os.CreateTemp(p.folder, ".ztune-probe-*")
	if err != nil {
		return nil, err
	}
	name := f.Name()
	direct, err := os.OpenFile(name, os.O_RDWR|unix.O_DIRECT, 0o600)
	err = errors.Join(err, f.Close(), os.Remove(name))
	if errors.Is(err, unix.EINVAL) {
		return nil, ErrNoDirect
	}
	if err != nil {
		return nil, err
	}
	return direct, nil
}

// buffer is memory at the start of a page, which direct access needs.
func buffer(size int) ([]byte, error) {
	return unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
}

// fillRandom fills a buffer with bytes that no storage can compress.
func fillRandom(b []byte, seed uint64) {
	r := rand.NewPCG(seed, 0)
	for i := 0; i+8 <= len(b); i += 8 {
		binary.LittleEndian.PutUint64(b[i:], r.Uint64())
	}
}

// stamp makes the blocks of a buffer different from those written before, so that no
// storage can merge them.
func stamp(b []byte, n uint64) {
	for i := 0; i+8 <= len(b); i += 4096 {
		binary.LittleEndian.PutUint64(b[i:], n<<20|uint64(i))
	}
}

// fill writes the file from one end to the other, until it has its size or the time
// is over, and returns the rate in MB/s and the size.
func (p *prober) fill(f *os.File, size int64, share float64) (float64, int64, error) {
	b, err := buffer(streamSize)
	if err != nil {
		return 0, 0, err
	}
	defer unix.Munmap(b)
	fillRandom(b, 2)
	phase, cancel := p.phase("sequential writes", share)
	defer cancel()
	begin, written := time.Now(), int64(0)
	for written < size {
		over, err := p.ended(phase)
		if err != nil {
			return 0, 0, err
		}
		if over && written >= 64*streamSize {
			break
		}
		stamp(b, uint64(written))
		if _, err := f.WriteAt(b, written); err != nil {
			if errors.Is(err, unix.EINVAL) {
				return 0, 0, ErrNoDirect
			}
			return 0, 0, err
		}
		written += streamSize
	}
	if err := unix.Fdatasync(int(f.Fd())); err != nil {
		return 0, 0, err
	}
	return float64(written) / 1e6 / time.Since(begin).Seconds(), written, nil
}

// random reads or writes pages at random places, several at a time.
func (p *prober) random(f *os.File, size int64, depth int, share float64, write bool) (Random, error) {
	what := fmt.Sprintf("random reads, %d at a time", depth)
	if write {
		what = "random writes"
	}
	phase, cancel := p.phase(what, share)
	defer cancel()
	type outcome struct {
		times []time.Duration
		err   error
	}
	outcomes := make([]outcome, depth)
	var workers sync.WaitGroup
	begin := time.Now()
	for i := range outcomes {
		workers.Go(func() { outcomes[i].times, outcomes[i].err = pages(phase, f, size, uint64(i), write) })
	}
	workers.Wait()
	var all []time.Duration
	var failed []error
	for _, o := range outcomes {
		all = append(all, o.times...)
		failed = append(failed, o.err)
	}
	if write {
		failed = append(failed, unix.Fdatasync(int(f.Fd())))
	}
	elapsed := time.Since(begin).Seconds()
	if _, err := p.ended(phase); err != nil {
		return Random{}, err
	}
	return Random{Depth: depth, IOPS: float64(len(all)) / elapsed, Latency: latencies(all)}, errors.Join(failed...)
}

// pages is one of the workers of random.
func pages(phase context.Context, f *os.File, size int64, seed uint64, write bool) ([]time.Duration, error) {
	b, err := buffer(pageSize)
	if err != nil {
		return nil, err
	}
	defer unix.Munmap(b)
	fillRandom(b, seed+3)
	r := rand.New(rand.NewPCG(seed, 4))
	fd, done := int(f.Fd()), 0
	var times []time.Duration
	for n := uint64(0); phase.Err() == nil; n++ {
		at := r.Int64N(size/pageSize) * pageSize
		start := time.Now()
		if write {
			stamp(b, n<<8|seed)
			done, err = unix.Pwrite(fd, b, at)
		} else {
			done, err = unix.Pread(fd, b, at)
		}
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err == nil && done != len(b) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		times = append(times, time.Since(start))
	}
	return times, nil
}

// stream reads the file from one end to the other and returns the rate in MB/s.
func (p *prober) stream(f *os.File, size int64, share float64) (float64, error) {
	b, err := buffer(streamSize)
	if err != nil {
		return 0, err
	}
	defer unix.Munmap(b)
	phase, cancel := p.phase("sequential reads", share)
	defer cancel()
	begin, read := time.Now(), int64(0)
	for {
		over, err := p.ended(phase)
		if err != nil {
			return 0, err
		}
		if over {
			break
		}
		if _, err := f.ReadAt(b, read%size); err != nil {
			return 0, err
		}
		read += streamSize
	}
	return float64(read) / 1e6 / time.Since(begin).Seconds(), nil
}
