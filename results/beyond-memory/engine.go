package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"

	"zarafa/storage"
)

// engine is a database that can be stopped and started cold.
type engine interface {
	// open starts the database and opens the store. For filling it may use more memory.
	open(ctx context.Context, filling bool) (storage.Store, error)
	// stop ends the database, after the store was closed; everything is on the disk then.
	stop() error
	// counts are its counters now.
	counts() (counts, error)
	// settle writes what waits to be written.
	settle() error
	// cool makes sure that the files are not in the page cache.
	cool() error
	// bytes is the size of the files.
	bytes() (int64, error)
	// know has it read what does not depend on the data.
	know() error
}

// counts are counters since the database was started.
type counts struct {
	reads   int64 // pages read from files
	serial  int64 // of them, those directly behind another page that was read
	device  int64 // bytes that the block device read for the process, read-ahead of the kernel included
	written int64 // bytes that the process had the block device write: pages, logs and doublewrite
	detail  map[string]int64
	pool    map[pageID]bool // pages that are in the database's memory, where it tells
}

// pageID is a page of a file.
type pageID struct{ file, number uint32 }

// serialOf are the pages directly behind others in their file, among those that came into memory since.
func (c counts) serialOf(before counts) (n int64) {
	came := func(p pageID) bool { return c.pool[p] && !before.pool[p] }
	for p := range c.pool {
		if p.number > 0 && came(p) && came(pageID{p.file, p.number - 1}) {
			n++
		}
	}
	return n
}

func (c counts) minus(b counts) counts {
	d := counts{reads: c.reads - b.reads, serial: c.serial - b.serial, device: c.device - b.device, written: c.written - b.written, detail: map[string]int64{}}
	if c.pool != nil {
		d.serial = c.serialOf(b)
	}
	for name, n := range c.detail {
		if n -= b.detail[name]; n != 0 {
			d.detail[name] = n
		}
	}
	return d
}

func newEngine(c config) (engine, error) {
	switch c.engine {
	case "sqlite":
		return newSQLite(c.dir), nil
	case "mariadb":
		return newMariaDB(c.dir, c.pool)
	}
	return nil, fmt.Errorf("there is no engine %q", c.engine)
}

// processIO are read_bytes and write_bytes of proc(5), /proc/pid/io.
func processIO(pid string) (read, written int64, err error) {
	text, err := os.ReadFile("/proc/" + pid + "/io")
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		n, _ := strconv.ParseInt(value, 10, 64)
		switch name {
		case "read_bytes":
			read = n
		case "write_bytes":
			written = n
		}
	}
	return read, written, nil
}
