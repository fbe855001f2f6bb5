package facts

import (
	"path"
	"strings"
)

// zpool reads the devices of a ZFS pool. The kernel does not show them; zpool does.
func (r *stacker) zpool(m mount) *Layer {
	pool, _, _ := strings.Cut(m.source, "/")
	l := &Layer{Kind: KindPool, Name: pool, Detail: "zpool", Source: "mountinfo", Confidence: Certain}
	out, err := r.tree.Tool(r.ctx, "zpool", "status", "-P", "-L", pool)
	if err != nil {
		l.Below = []*Layer{unknownLayer("devices of "+pool, "zpool status tells; "+err.Error())}
		return l
	}
	l.RAID = &RAID{Level: likely("raid0", "zpool status: plain devices"), Action: certain("idle", "zpool status"), Members: unknown[int]("")}
	degraded := 0
	_, config, _ := strings.Cut(out, "config:")
	for line := range strings.Lines(config) {
		f := strings.Fields(line)
		if len(f) > 0 && (f[0] == "logs" || f[0] == "cache" || f[0] == "spares" || f[0] == "errors:") {
			break // what follows holds no data of the pool
		}
		if len(f) < 2 {
			continue
		}
		switch name := f[0]; {
		case strings.HasPrefix(name, "mirror-"):
			l.RAID.Level = certain("raid1", "zpool status")
		case strings.HasPrefix(name, "raidz3"), strings.HasPrefix(name, "raidz2"):
			l.RAID.Level = certain("raid6", "zpool status "+name)
		case strings.HasPrefix(name, "raidz"), strings.HasPrefix(name, "draid"):
			l.RAID.Level = certain("raid5", "zpool status "+name)
		case strings.HasPrefix(name, "/dev/"):
			if f[1] != "ONLINE" {
				degraded++
			}
			if device := r.tree.deviceByPath(name); device != "" {
				l.Below = append(l.Below, r.device(device, 1))
			} else {
				l.Below = append(l.Below, unknownLayer(name, "/sys/class/block does not have it"))
			}
		}
	}
	if strings.Contains(out, "resilver in progress") || strings.Contains(out, "scrub in progress") {
		l.RAID.Action = certain("resync", "zpool status")
	}
	if strings.Count(out, "mirror-") > 1 {
		l.RAID.Level = certain("raid10", "zpool status: several mirrors")
	}
	l.RAID.Degraded = certain(degraded, "zpool status")
	l.RAID.Members = certain(len(l.Below), "zpool status")
	if len(l.Below) == 1 {
		l.RAID = nil
	}
	return l
}

// btrfs reads the devices of a file system that may have several.
func (r *stacker) btrfs(m mount, depth int) []*Layer {
	t := r.tree
	first := t.deviceByPath(m.source)
	for _, id := range t.List("/sys/fs/btrfs") {
		devices := t.List("/sys/fs/btrfs/" + id + "/devices")
		ours := false
		for _, d := range devices {
			ours = ours || d == first
		}
		if !ours || len(devices) < 2 {
			continue
		}
		dir := path.Join("/sys/fs/btrfs", id)
		l := &Layer{Kind: KindPool, Name: "pool", Detail: "btrfs", Source: dir, Confidence: Certain, RAID: &RAID{
			Level: unknown[string](dir + "/allocation/data names no profile"), Members: certain(len(devices), dir+"/devices"),
		}}
		for _, profile := range t.List(dir + "/allocation/data") {
			if profile == "single" {
				l.RAID.Level = certain("linear", dir+"/allocation/data/single")
			} else if level, ok := raidLevel(profile); ok && strings.HasPrefix(profile, "raid") {
				l.RAID.Level = certain(level, dir+"/allocation/data/"+profile)
			}
		}
		for _, d := range devices {
			l.Below = append(l.Below, r.device(d, depth+1))
		}
		return []*Layer{l}
	}
	return []*Layer{r.mounted(m, depth)}
}
