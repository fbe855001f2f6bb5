package facts

import (
	"context"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// maxLayers bounds how deep devices may rest on each other.
const maxLayers = 24

// stacker reads the layers below one directory.
type stacker struct {
	ctx    context.Context
	tree   *Tree
	mounts []mount
	seen   map[string]*Layer // devices by name, as layers share them
}

// storage reads what lies below a directory, as the process sees it that keeps its
// data there ("self" for us).
func (t *Tree) storage(ctx context.Context, dir, process string) Storage {
	s := Storage{Directory: dir}
	resolved, err := t.Resolve(dir)
	if err != nil {
		s.Stack = unknownLayer(dir, err.Error())
		s.summarise()
		return s
	}
	s.Resolved = resolved
	r := stacker{ctx: ctx, tree: t, mounts: t.mounts(process), seen: make(map[string]*Layer)}
	s.Stack = r.filesystem(resolved, 0)
	s.summarise()
	return s
}

func unknownLayer(name, why string) *Layer {
	return &Layer{Kind: KindUnknown, Name: name, Source: why, Confidence: Unknown}
}

// filesystem reads the file system that holds a resolved path.
func (r *stacker) filesystem(p string, depth int) *Layer {
	m, ok := mountOf(r.mounts, p)
	if !ok {
		return unknownLayer(p, "/proc/self/mountinfo has no mount for it")
	}
	l := &Layer{Kind: KindFilesystem, Name: m.kind, Source: "mountinfo, mounted at " + m.point, Confidence: Certain}
	l.Filesystem = &Filesystem{Type: m.kind, MountPoint: m.point, Options: strings.Trim(m.options+","+m.superOptions, ","), FreeBytes: r.tree.freeBytes(p)}
	if depth > maxLayers {
		return l
	}
	switch m.kind {
	case "tmpfs", "ramfs":
		l.Below = []*Layer{{Kind: KindMemory, Name: "memory", Source: l.Source, Confidence: Certain}}
	case "nfs", "nfs4", "cifs", "smb3", "ceph", "glusterfs", "lustre", "gpfs", "beegfs", "ocfs2", "gfs2", "9p", "virtiofs", "vboxsf", "afs":
		l.Below = []*Layer{{Kind: KindNetwork, Name: m.source, Detail: m.kind, Source: l.Source, Confidence: Certain}}
	case "overlay":
		l.Below = []*Layer{r.overlay(m, depth)}
	case "zfs":
		l.Below = []*Layer{r.zpool(m)}
	case "btrfs":
		l.Below = r.btrfs(m, depth)
	default:
		if strings.HasPrefix(m.kind, "fuse") && !strings.HasPrefix(m.source, "/dev/") {
			l.Below = []*Layer{unknownLayer(m.source, "a file system in user space; its program knows what is below")}
			break
		}
		l.Below = []*Layer{r.mounted(m, depth)}
	}
	return l
}

// freeBytes asks this machine's kernel.
func (t *Tree) freeBytes(p string) Fact[int64] {
	if !t.Live() {
		return unknown[int64]("a captured tree does not tell")
	}
	var st unix.Statfs_t
	for {
		err := unix.Statfs(p, &st)
		if err == nil {
			return certain(int64(st.Bavail)*st.Bsize, "statfs "+p)
		}
		if p == "/" {
			return unknown[int64](err.Error())
		}
		p = path.Dir(p) // the directory may not be there yet
	}
}

// overlay goes on with the folder that takes the writes, where it can be seen; in a
// container it often cannot.
func (r *stacker) overlay(m mount, depth int) *Layer {
	upper := m.option("upperdir")
	if upper == "" {
		return unknownLayer("overlay", "the mount names no upperdir")
	}
	holder, ok := mountOf(r.mounts, upper)
	if !ok || holder.kind == "overlay" || !r.tree.Exists(upper) {
		return unknownLayer("overlay", "its upperdir "+upper+" lies outside the container; run ztune on the host, or put the data on a volume")
	}
	return r.filesystem(upper, depth+1)
}

// mounted goes from a mount to its block device, by number or else by name.
func (r *stacker) mounted(m mount, depth int) *Layer {
	if name := r.tree.deviceByNumber(m.device); name != "" {
		return r.device(name, depth+1)
	}
	if name := r.tree.deviceByPath(m.source); name != "" {
		return r.device(name, depth+1)
	}
	return unknownLayer(m.source, "/sys/dev/block has no device "+m.device+", nor /sys/class/block one of that name")
}

// deviceByNumber returns the kernel's name of a device such as 253:0.
func (t *Tree) deviceByNumber(number string) string {
	if number == "" || strings.HasPrefix(number, "0:") {
		return "" // not a block device
	}
	link := "/sys/dev/block/" + number
	if real, err := t.Resolve(link); err == nil && real != link {
		return path.Base(real)
	}
	// Trees that were copied without links still have the numbers.
	for _, folder := range []string{"/sys/class/block", "/sys/block"} {
		for _, name := range t.List(folder) {
			if text, err := t.Read(path.Join(folder, name, "dev")); err == nil && text == number {
				return name
			}
			for _, part := range t.List(path.Join(folder, name)) {
				if !strings.HasPrefix(part, name) {
					continue
				}
				if text, err := t.Read(path.Join(folder, name, part, "dev")); err == nil && text == number {
					return part
				}
			}
		}
	}
	return ""
}

// deviceByPath returns the kernel's name of a device such as /dev/mapper/vg0-mysql.
func (t *Tree) deviceByPath(p string) string {
	if !strings.HasPrefix(p, "/dev/") {
		return ""
	}
	if real, err := t.Resolve(p); err == nil {
		p = real
	}
	name := strings.ReplaceAll(strings.TrimPrefix(p, "/dev/"), "/", "!")
	if t.deviceDir(name) != "" {
		return name
	}
	mapped, ok := strings.CutPrefix(name, "mapper!")
	if !ok {
		return ""
	}
	for _, dm := range t.List("/sys/block") {
		if text, err := t.Read("/sys/block/" + dm + "/dm/name"); err == nil && text == mapped {
			return dm
		}
	}
	return ""
}

// deviceDir returns the folder of a device in /sys, "" if there is none.
func (t *Tree) deviceDir(name string) string {
	for _, p := range []string{"/sys/class/block/" + name, "/sys/block/" + name} {
		if t.Exists(p) {
			if real, err := t.Resolve(p); err == nil && t.Exists(real) {
				return real
			}
		}
	}
	// A partition lies in its disk's folder.
	for _, disk := range t.List("/sys/block") {
		if strings.HasPrefix(name, disk) && t.Exists(path.Join("/sys/block", disk, name)) {
			if real, err := t.Resolve(path.Join("/sys/block", disk, name)); err == nil {
				return real
			}
		}
	}
	return ""
}
