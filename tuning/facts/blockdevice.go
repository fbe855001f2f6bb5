package facts

import (
	"path"
	"strings"
)

// device reads a block device and what it rests on.
func (r *stacker) device(name string, depth int) *Layer {
	if l, ok := r.seen[name]; ok {
		return l
	}
	dir := r.tree.deviceDir(name)
	if dir == "" || depth > maxLayers {
		return unknownLayer(name, "/sys/class/block has no "+name)
	}
	l := &Layer{Name: strings.ReplaceAll(name, "!", "/"), Source: dir, Confidence: Certain}
	r.seen[name] = l
	t := r.tree
	switch {
	case t.Exists(dir + "/partition"):
		l.Kind = KindPartition
		l.Below = []*Layer{r.device(t.diskOf(name, dir), depth+1)}
	case t.Exists(dir + "/dm"):
		r.mapper(l, dir, depth)
	case t.Exists(dir + "/md"):
		r.software(l, dir, depth)
	case t.Exists(dir + "/bcache"):
		l.Kind, l.Detail = KindCache, "bcache"
		l.Below = r.slaves(dir, depth)
	case t.Exists(dir + "/loop/backing_file"):
		r.loop(l, dir, depth)
	case strings.HasPrefix(name, "drbd"):
		l.Kind, l.Detail = KindReplicated, "DRBD"
		if l.Below = r.slaves(dir, depth); len(l.Below) == 0 {
			l.Below = []*Layer{r.drbdBacking(name, depth)}
		}
	default:
		if below := r.slaves(dir, depth); len(below) > 0 {
			l.Kind, l.Below = KindMapper, below
			break
		}
		r.disk(l, name, dir)
	}
	return l
}

// diskOf returns the disk of a partition: the folder that the partition's lies in, or
// where the tree was copied without links, the disk whose name the partition's begins
// with.
func (t *Tree) diskOf(name, dir string) string {
	if disk := path.Base(path.Dir(dir)); t.deviceDir(disk) != "" {
		return disk
	}
	best := ""
	for _, disk := range t.List("/sys/block") {
		if strings.HasPrefix(name, disk) && len(disk) > len(best) {
			best = disk
		}
	}
	return best
}

// slaves reads the devices that a device is made of.
func (r *stacker) slaves(dir string, depth int) []*Layer {
	var below []*Layer
	for _, name := range r.tree.List(dir + "/slaves") {
		below = append(below, r.device(name, depth+1))
	}
	return below
}

// mapperKinds says what the first word of a device mapper's UUID stands for.
var mapperKinds = map[string]string{
	"LVM": "LVM", "CRYPT": "dm-crypt", "mpath": "multipath", "DMRAID": "BIOS RAID", "VDO": "VDO", "stratis": "Stratis",
}

// mapper reads a device of the device mapper.
func (r *stacker) mapper(l *Layer, dir string, depth int) {
	l.Kind = KindMapper
	if name, err := r.tree.Read(dir + "/dm/name"); err == nil && name != "" {
		l.Name = name
	}
	uuid, _ := r.tree.Read(dir + "/dm/uuid") // without it the kind stays unknown
	word, rest, _ := strings.Cut(uuid, "-")
	kind, known := mapperKinds[word]
	switch {
	case known:
		l.Detail = kind
	case strings.HasPrefix(word, "part"):
		l.Kind = KindPartition
	default:
		l.Detail, l.Confidence = "device mapper", Likely
	}
	l.Below = r.slaves(dir, depth)
	switch kind {
	case "LVM":
		r.logicalVolume(l, rest)
	case "BIOS RAID":
		l.Kind = KindRAID
		l.RAID = &RAID{Level: unknown[string]("dmsetup table tells"), Members: certain(len(l.Below), dir+"/slaves")}
	}
}

// logicalVolume recognises the volumes that LVM makes arrays, pools and caches of. The
// kernel's names of their parts tell what they are; the level of an array only lvs does.
func (r *stacker) logicalVolume(l *Layer, uuid string) {
	switch {
	case strings.HasSuffix(uuid, "-tpool"), strings.HasSuffix(uuid, "-pool") && strings.Contains(l.Name, "tpool"):
		l.Kind, l.Detail = KindPool, "LVM thin pool"
		return
	case strings.HasSuffix(uuid, "-cpool"), strings.HasSuffix(uuid, "-cvol"):
		l.Kind, l.Detail = KindCache, "LVM cache"
		return
	}
	images := 0
	for _, b := range l.Below {
		if strings.Contains(b.Name, "_rimage_") || strings.Contains(b.Name, "_mimage_") {
			images++
		}
	}
	if images == 0 {
		return
	}
	l.Kind = KindRAID
	l.RAID = &RAID{Level: unknown[string]("lvs -o segtype tells"), Members: certain(images, "dm names of the images")}
	if out, err := r.tree.Tool(r.ctx, "lvs", "--noheadings", "-o", "segtype", "/dev/mapper/"+l.Name); err == nil {
		if level, ok := raidLevel(out); ok {
			l.RAID.Level = certain(level, "lvs")
		}
	}
}

// raidLevel brings a level as tools write it into one form.
func raidLevel(text string) (string, bool) {
	s := strings.ToLower(strings.TrimSpace(text))
	s = strings.NewReplacer(" ", "", "-", "", "+", "", "_", "").Replace(s)
	s = strings.TrimPrefix(s, "raid")
	switch {
	case s == "linear", s == "jbod", s == "concat":
		return "linear", true
	case s == "mirror", strings.HasPrefix(s, "1adm"), s == "1e":
		return "raid1", true
	case strings.HasPrefix(s, "10"), s == "1(adm)", s == "01":
		return "raid10", true
	case strings.HasPrefix(s, "50"), strings.HasPrefix(s, "60"):
		return "raid" + s[:2], true
	case s != "" && strings.ContainsRune("01456", rune(s[0])):
		return "raid" + s[:1], true
	}
	return "", false
}

// loop goes on with the file behind a loop device.
func (r *stacker) loop(l *Layer, dir string, depth int) {
	l.Kind = KindLoop
	file, err := r.tree.Read(dir + "/loop/backing_file")
	if err != nil || file == "" {
		l.Below = []*Layer{unknownLayer(l.Name, "the device has no backing file")}
		return
	}
	l.Detail = strings.TrimSuffix(file, " (deleted)")
	l.Below = []*Layer{r.filesystem(l.Detail, depth+1)}
	l.Detail = ""
}

// drbdBacking finds the local disk of a replicated device in its resource files.
func (r *stacker) drbdBacking(name string, depth int) *Layer {
	for _, file := range r.tree.List("/etc/drbd.d") {
		text, err := r.tree.Read("/etc/drbd.d/" + file)
		if err != nil || !strings.Contains(text, "/dev/"+name+";") {
			continue
		}
		for line := range strings.Lines(text) {
			f := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), ";"))
			if len(f) == 2 && f[0] == "disk" {
				if disk := r.tree.deviceByPath(f[1]); disk != "" {
					return r.device(disk, depth+1)
				}
			}
		}
	}
	return unknownLayer("disk of "+name, "no resource in /etc/drbd.d names its disk; drbdadm dump tells")
}
