package facts

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
)

// Limit is one restriction on the memory of a service.
type Limit struct {
	Bytes  int64  `json:"bytes"`
	Source string `json:"source"` // the file that says so
}

// hierarchy is one mounted tree of control groups.
type hierarchy struct {
	version int    // 1 or 2
	root    string // the group that is visible at the mount point
	point   string
}

// controlGroups is where the hierarchies are mounted.
type controlGroups struct {
	tree *Tree
	v1   map[string]hierarchy // by controller
	v2   hierarchy            // version 0 where there is none
}

// controlGroups finds the mounts in mountinfo, and at the usual places where the
// tree has none of it.
func (t *Tree) controlGroups() controlGroups {
	g := controlGroups{tree: t, v1: make(map[string]hierarchy)}
	for _, m := range t.mounts("self") {
		switch m.kind {
		case "cgroup2":
			if g.v2.version == 0 {
				g.v2 = hierarchy{2, m.root, m.point}
			}
		case "cgroup":
			for _, controller := range []string{"memory", "cpu", "cpuset"} {
				if _, seen := g.v1[controller]; !seen && m.has(controller) {
					g.v1[controller] = hierarchy{1, m.root, m.point}
				}
			}
		}
	}
	if g.v2.version == 0 && len(g.v1) == 0 {
		g.guess()
	}
	return g
}

func (g *controlGroups) guess() {
	for _, controller := range []string{"memory", "cpu", "cpuset"} {
		if point := "/sys/fs/cgroup/" + controller; g.tree.Exists(point) && !g.tree.Exists(point+"/memory.max") && !g.tree.Exists("/sys/fs/cgroup/cgroup.controllers") {
			g.v1[controller] = hierarchy{1, "/", point}
		}
	}
	for _, point := range []string{"/sys/fs/cgroup", "/sys/fs/cgroup/unified"} {
		if g.v2.version == 0 && (g.tree.Exists(point+"/cgroup.controllers") || g.tree.Exists(point+"/cgroup.procs") || g.tree.Exists(point+"/memory.max")) {
			g.v2 = hierarchy{2, "/", point}
		}
	}
}

// membership is the groups of one process or service: the path in the hierarchy of
// each version 1 controller, and in that of version 2 under the empty name.
type membership map[string]string

// parseMembership reads /proc/PID/cgroup.
func parseMembership(text string) membership {
	m := make(membership)
	for line := range strings.Lines(text) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		for controller := range strings.SplitSeq(f[1], ",") {
			m[controller] = f[2]
		}
	}
	return m
}

// dirs returns the folders of a service's group and of all groups round it, the
// innermost first, with the version of their files. Groups that the mount does not
// show are left out; what is at the mount point then stands for them.
func (g controlGroups) dirs(m membership, controller string) ([]string, int) {
	h, group := g.v2, m[""]
	if v1, ok := g.v1[controller]; ok {
		if p, ok := m[controller]; ok {
			h, group = v1, p
		}
	}
	if h.version == 0 {
		return nil, 0
	}
	// A path that climbs above the root of a namespace is one we cannot see.
	rel := path.Clean("/" + group)
	if h.root != "/" && !strings.HasPrefix(h.root, "/..") {
		if below(rel, h.root) {
			rel = "/" + strings.TrimPrefix(strings.TrimPrefix(rel, h.root), "/")
		} else if !g.tree.Exists(path.Join(h.point, rel)) {
			rel = "/"
		}
	}
	var dirs []string
	for dir := rel; ; dir = path.Dir(dir) {
		dirs = append(dirs, path.Join(h.point, dir))
		if dir == "/" {
			return dirs, h.version
		}
	}
}

// memoryLimits returns every limit on the memory of a service's group.
func (g controlGroups) memoryLimits(m membership) []Limit {
	dirs, version := g.dirs(m, "memory")
	var limits []Limit
	for _, dir := range dirs {
		if version == 2 {
			// memory.high does not kill, but holds the group back by swapping it out,
			// which is what a cache must never come to.
			for _, name := range []string{"memory.max", "memory.high"} {
				limits = append(limits, g.limitFile(path.Join(dir, name))...)
			}
			continue
		}
		if !g.tree.Exists(dir) {
			continue
		}
		limits = append(limits, g.limitFile(path.Join(dir, "memory.limit_in_bytes"))...)
		// This one counts groups above the mount point as well.
		limits = append(limits, g.hierarchicalLimit(path.Join(dir, "memory.stat"))...)
		if n, ok := g.tree.number(path.Join(path.Dir(dir), "memory.use_hierarchy")); ok && n == 0 {
			break // the groups above do not count their children
		}
	}
	return limits
}

// limitFile reads one limit. No file, "max" and the numbers that stand for no limit
// give none, and neither does 0, with which nothing could run.
func (g controlGroups) limitFile(file string) []Limit {
	text, err := g.tree.Read(file)
	if err != nil {
		return nil
	}
	return parseLimit(text, file)
}

func (g controlGroups) hierarchicalLimit(file string) []Limit {
	text, err := g.tree.Read(file)
	if err != nil {
		return nil
	}
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, "hierarchical_memory_limit "); ok {
			return parseLimit(strings.TrimSpace(value), file+" hierarchical_memory_limit")
		}
	}
	return nil
}

// noLimit is where version 1 begins to mean "no limit": it writes the largest number
// of pages it can count, which depends on the page size.
const noLimit = math.MaxInt64 >> 1

func parseLimit(text, source string) []Limit {
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 || n >= noLimit {
		return nil
	}
	return []Limit{{Bytes: int64(n), Source: source}}
}

// quota returns the processor time that a service may use, in processors.
func (g controlGroups) quota(m membership) (float64, string, bool) {
	dirs, version := g.dirs(m, "cpu")
	best, source := math.Inf(1), ""
	for _, dir := range dirs {
		quota, file, ok := g.quotaOf(dir, version)
		if ok && quota < best {
			best, source = quota, file
		}
	}
	return best, source, source != ""
}

func (g controlGroups) quotaOf(dir string, version int) (float64, string, bool) {
	if version == 2 {
		file := path.Join(dir, "cpu.max")
		text, err := g.tree.Read(file)
		var quota, period float64
		if err != nil {
			return 0, "", false
		}
		if n, _ := fmt.Sscanf(text, "%f %f", &quota, &period); n != 2 || period <= 0 || quota <= 0 {
			return 0, "", false
		}
		return quota / period, file, true
	}
	file := path.Join(dir, "cpu.cfs_quota_us")
	quota, ok1 := g.tree.number(file)
	period, ok2 := g.tree.number(path.Join(dir, "cpu.cfs_period_us"))
	if !ok1 || !ok2 || quota <= 0 || period <= 0 {
		return 0, "", false
	}
	return float64(quota) / float64(period), file, true
}

// cpuset returns the list that a cpuset file gives for a service, and the file.
// The innermost group with a list decides, as its list is a part of those above.
func (g controlGroups) cpuset(m membership, names ...string) (string, string) {
	dirs, _ := g.dirs(m, "cpuset")
	for _, dir := range dirs {
		for _, name := range names {
			file := path.Join(dir, name)
			if text, err := g.tree.Read(file); err == nil && text != "" {
				return text, file
			}
		}
	}
	return "", ""
}
