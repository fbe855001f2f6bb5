package facts

import (
	"path"
	"strings"
)

// software reads an array of the md driver.
func (r *stacker) software(l *Layer, dir string, depth int) {
	t := r.tree
	l.Kind = KindRAID
	l.RAID = &RAID{
		Level: unknown[string](dir + "/md/level cannot be read"), Action: unknown[string](dir + "/md/sync_action is not there"),
		Members: unknown[int](dir + "/md/raid_disks cannot be read"), Degraded: unknown[int](dir + "/md/degraded is not there"),
	}
	if text, err := t.Read(dir + "/md/level"); err == nil {
		level, ok := raidLevel(text)
		if !ok {
			level = text
		}
		if text == "container" { // metadata of a BIOS RAID, no array itself
			l.Detail = "container"
		}
		l.RAID.Level = certain(level, dir+"/md/level")
	}
	if n, ok := t.number(dir + "/md/raid_disks"); ok {
		l.RAID.Members = certain(int(n), dir+"/md/raid_disks")
	}
	if n, ok := t.number(dir + "/md/degraded"); ok {
		l.RAID.Degraded = certain(int(n), dir+"/md/degraded")
	}
	if n, ok := t.number(dir + "/md/chunk_size"); ok && n > 0 {
		l.RAID.Chunk = certain(n, dir+"/md/chunk_size")
	}
	if action, err := t.Read(dir + "/md/sync_action"); err == nil {
		l.RAID.Action = certain(action, dir+"/md/sync_action")
	}
	l.Below = r.slaves(dir, depth)
	if len(l.Below) == 0 {
		r.membersFromStat(l, depth)
	}
}

// membersFromStat finds the members of an array in /proc/mdstat, for trees without
// the folder of slaves.
func (r *stacker) membersFromStat(l *Layer, depth int) {
	text, err := r.tree.Read("/proc/mdstat")
	if err != nil {
		return
	}
	for line := range strings.Lines(text) {
		name, rest, ok := strings.Cut(line, " : ")
		if !ok || strings.TrimSpace(name) != l.Name {
			continue
		}
		for _, word := range strings.Fields(rest) {
			if member, _, ok := strings.Cut(word, "["); ok && member != "" {
				l.Below = append(l.Below, r.device(path.Base(member), depth+1))
			}
		}
	}
}
