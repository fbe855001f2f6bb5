// Command fulltextbench compares two embedded engines for the full-text index on the same words: SQLite's FTS5, as the
// server uses it, and bleve. See ../fulltext.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"zarafa/server/fulltext"
)

// engine is an index of one store.
type engine interface {
	put(batch []fulltext.Entry, position uint32) error
	// find lists messages with a word of each list in one of the properties.
	find(properties []uint16, words ...string) ([]uint32, error)
	// position is that of the last put.
	position() (uint32, error)
	close() error
}

func open(name, dir string) (engine, error) {
	if name == "bleve" {
		return openBleve(filepath.Join(dir, "bleve"))
	}
	return openFTS5(filepath.Join(dir, "fts5.db"))
}

func main() {
	name := flag.String("engine", "fts5", "fts5 or bleve")
	n := flag.Int("n", 20_000, "messages")
	batch := flag.Int("batch", 256, "messages a commit")
	kills := flag.Int("kills", 0, "how often to kill a writer")
	dir := flag.String("dir", "", "where to index; only for the writer that is killed")
	flag.Parse()
	var err error
	switch {
	case *dir != "":
		err = write(*name, *dir, *n, *batch)
	case *kills > 0:
		err = kill(*name, *kills)
	default:
		err = measure(*name, *n, *batch)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func measure(name string, n, size int) error {
	dir, err := os.MkdirTemp("", "fulltext")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	e, err := open(name, dir)
	if err != nil {
		return err
	}
	texts, words := 0, time.Duration(0)
	var indexing time.Duration
	m := newMaterial()
	for at := 0; at < n; at += size {
		begun := time.Now()
		var entries []fulltext.Entry
		for i := at; i < min(at+size, n); i++ {
			entry, bytes := m.message(uint32(i + 1))
			entries = append(entries, entry)
			texts += bytes
		}
		words += time.Since(begun)
		begun = time.Now()
		if err := e.put(entries, uint32(at)); err != nil {
			return err
		}
		indexing += time.Since(begun)
	}
	cpu := cpuTime()
	fmt.Printf("%s, %d messages, %d a commit, %.1f MB of text\n", name, n, size, float64(texts)/1e6)
	fmt.Printf("  making and splitting texts  %7.0f µs a message\n", perMessage(words, n))
	fmt.Printf("  index (waited)              %7.0f µs a message; processor in all %.0f µs\n", perMessage(indexing, n), perMessage(cpu, n))
	fmt.Printf("  largest memory              %7.0f MB\n", float64(peak())/1e6)
	if err := e.close(); err != nil {
		return err
	}
	fmt.Printf("  on disk                     %7.1f MB\n", float64(diskUse(dir))/1e6)
	begun := time.Now()
	if e, err = open(name, dir); err != nil {
		return err
	}
	fmt.Printf("  opening                     %7.1f ms\n", milliseconds(time.Since(begun)))
	if err := queries(e, m); err != nil {
		return err
	}
	return e.close()
}

func queries(e engine, m *material) error {
	common, middle, rare := m.word(0, 0), m.word(0, 200), m.word(0, 9000)
	for _, q := range []struct {
		name  string
		words []string
	}{
		{"rare word", []string{rare}}, {"common word", []string{common}}, {"two words", []string{middle, m.word(0, 250)}},
		{"common and rare word", []string{common, rare}}, {"beginning, 3 letters", []string{middle[:3]}}, {"beginning, 1 letter", []string{middle[:1]}},
		{"Japanese word", []string{m.pair}}, {"absent word", []string{"qqqxyz"}},
	} {
		var took []time.Duration
		found := 0
		for range 11 {
			begun := time.Now()
			list, err := e.find([]uint16{0x0037, 0x1000, 0x0C1A}, q.words...)
			if err != nil {
				return err
			}
			took = append(took, time.Since(begun))
			found = len(list)
		}
		first := took[0]
		slices.Sort(took)
		fmt.Printf("  %-24s %8.2f ms (first %8.2f), %d found\n", q.name, milliseconds(took[len(took)/2]), milliseconds(first), found)
	}
	return nil
}

// write indexes until it is killed and tells of each commit.
func write(name, dir string, n, size int) error {
	e, err := open(name, dir)
	if err != nil {
		return err
	}
	m := newMaterial()
	for at := 0; at < n; at += size {
		var entries []fulltext.Entry
		for i := at; i < at+size; i++ {
			entry, _ := m.message(uint32(i + 1))
			entries = append(entries, entry)
		}
		if err := e.put(entries, uint32(at+size)); err != nil {
			return err
		}
		fmt.Println(at + size)
	}
	return e.close()
}

// kill ends writers with SIGKILL and looks whether all that they had committed is found.
func kill(name string, times int) error {
	lost, broken := 0, 0
	for i := range times {
		dir, err := os.MkdirTemp("", "fulltext")
		if err != nil {
			return err
		}
		var told strings.Builder
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(300+137*i)*time.Millisecond)
		cmd := exec.CommandContext(ctx, os.Args[0], "-engine", name, "-dir", dir, "-n", "100000", "-batch", "64")
		cmd.Stdout = &told
		cmd.Run() // ends with the kill
		cancel()
		lines := strings.Fields(told.String())
		var committed uint32
		if len(lines) > 0 {
			fmt.Sscan(lines[len(lines)-1], &committed)
		}
		e, err := open(name, dir)
		if err != nil {
			fmt.Println("  cannot be opened:", err)
			broken++
			continue
		}
		at, err := e.position()
		if err != nil || at < committed {
			fmt.Printf("  told of %d, has %d (%v)\n", committed, at, err)
			lost++
		}
		if err := e.close(); err != nil {
			broken++
		}
		os.RemoveAll(dir)
	}
	fmt.Printf("%s: killed %d times, %d broken, %d lost commits\n", name, times, broken, lost)
	return nil
}

func diskUse(dir string) (size int64) {
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if info, e := d.Info(); err == nil && e == nil && !d.IsDir() {
			size += info.Size()
		}
		return nil
	})
	return size
}

func perMessage(d time.Duration, n int) float64 { return float64(d.Microseconds()) / float64(n) }

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
