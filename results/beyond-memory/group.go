package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// group is a control group with a limit of memory, page cache included, for the rig and the database that it starts.
type group struct{ dir, home string }

// enterGroup makes a group of version 2 or, where the machine has that, of version 1, and enters it.
func enterGroup(limit int64) (*group, error) {
	name := fmt.Sprintf("beyond-memory-%d", os.Getpid())
	var failed error
	for _, v := range []struct{ root, file string }{{"/sys/fs/cgroup", "memory.max"}, {"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}} {
		if v.file == "memory.max" {
			if _, err := os.Stat(v.root + "/cgroup.controllers"); err != nil {
				failed = err
				continue
			}
		}
		g := &group{filepath.Join(v.root, name), v.root}
		if failed = os.Mkdir(g.dir, 0o755); failed != nil {
			continue
		}
		if failed = os.WriteFile(filepath.Join(g.dir, v.file), []byte(strconv.FormatInt(limit, 10)), 0o644); failed == nil {
			if failed = g.enter(g.dir); failed == nil {
				return g, nil
			}
		}
		os.Remove(g.dir)
	}
	return nil, failed
}

func (g *group) enter(dir string) error {
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0o644)
}

// leave goes back to the root group and removes the group; the database has ended.
func (g *group) leave() {
	if err := g.enter(g.home); err == nil {
		os.Remove(g.dir)
	}
}
