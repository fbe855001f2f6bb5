package facts

import (
	"bytes"
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"math"
	"path"
	"slices"
	"strings"
)

// Cap32Bit is how much of the memory a 32-bit system can use for the services: the
// documentation's 3 Gb.
const Cap32Bit = 3 << 30

// Memory is the machine's memory and how much of it the services may use, in bytes.
type Memory struct {
	Total     Fact[int64] `json:"total"`
	HugePages Fact[int64] `json:"huge_pages"` // set aside and of no use for anything else
	Swap      Fact[int64] `json:"swap"`
	SwapUsed  Fact[int64] `json:"swap_used"`
	// Bits is the width of the installed programs, which may be less than the kernel's.
	Bits Fact[int] `json:"userland_bits"`
	// Usable is what the server and the database may use together.
	Usable Fact[int64] `json:"usable"`
	// Server and Database are what each may use, were it alone.
	Server   ServiceMemory `json:"server"`
	Database ServiceMemory `json:"database"`
}

// ServiceMemory is the memory of one service.
type ServiceMemory struct {
	Group  string      `json:"group"`  // its control group
	Found  string      `json:"found"`  // how the group was found
	Usable Fact[int64] `json:"usable"` // bytes
	Limits []Limit     `json:"limits"` // all that apply, the smallest first
}

// memory reads the memory and the limits on the two services.
func (t *Tree) memory(server, database service) (Memory, error) {
	var m Memory
	info, err := t.meminfo()
	if err != nil {
		return m, err
	}
	total := info["MemTotal"]
	m.Total = certain(total, "/proc/meminfo MemTotal")
	m.HugePages = certain(info["huge pages"], "/proc/meminfo HugePages_Total")
	m.Swap = certain(info["SwapTotal"], "/proc/meminfo SwapTotal")
	m.SwapUsed = certain(info["SwapTotal"]-info["SwapFree"], "/proc/meminfo SwapFree")
	m.Bits = t.userlandBits(database.process)

	common := []Limit{{total, "/proc/meminfo MemTotal"}}
	if huge := info["huge pages"]; huge > 0 && huge < total {
		common = append(common, Limit{total - huge, "/proc/meminfo MemTotal without the huge pages"})
	}
	if m.Bits.Known() && m.Bits.Value == 32 {
		common = append(common, Limit{Cap32Bit, "32-bit programs (" + m.Bits.Source + ")"})
	}
	groups := t.controlGroups()
	of := func(s service) []Limit {
		limits := slices.Concat(common, groups.memoryLimits(s.groups), t.unitLimits(s, total), t.nodeLimits(groups, s), t.addressSpace(s))
		slices.SortStableFunc(limits, func(a, b Limit) int { return cmp.Compare(a.Bytes, b.Bytes) })
		return limits
	}
	m.Server, m.Database = serviceMemory(server, of(server)), serviceMemory(database, of(database))
	m.Usable = together(m.Server, m.Database)
	return m, nil
}

func serviceMemory(s service, limits []Limit) ServiceMemory {
	group, ok := s.groups["memory"]
	if !ok {
		group = s.groups[""]
	}
	return ServiceMemory{Group: group, Found: s.how, Usable: certain(limits[0].Bytes, limits[0].Source), Limits: limits}
}

// together is what both services may use at once: the smallest of the limits that
// they share, and never more than what each has for itself.
func together(a, b ServiceMemory) Fact[int64] {
	for _, l := range a.Limits {
		if !slices.Contains(b.Limits, l) {
			continue
		}
		if sum := a.Usable.Value + b.Usable.Value; sum < l.Bytes {
			return certain(sum, "sum of "+a.Usable.Source+" and "+b.Usable.Source)
		}
		return certain(l.Bytes, l.Source)
	}
	return certain(min(a.Usable.Value, b.Usable.Value), "the smaller of both services' limits")
}

// override puts a given size in the place of what was found.
func (m *Memory) override(bytes int64) {
	given := certain(bytes, "--memory")
	m.Usable, m.Server.Usable, m.Database.Usable = given, given, given
	m.Server.Limits = []Limit{{bytes, "--memory"}}
	m.Database.Limits = m.Server.Limits
}

// meminfo reads /proc/meminfo in bytes, and what huge pages take under "huge pages".
func (t *Tree) meminfo() (map[string]int64, error) {
	text, err := t.Read("/proc/meminfo")
	if err != nil {
		return nil, fmt.Errorf("the size of the memory: %w; mount /proc, or give the size with --memory", err)
	}
	info := make(map[string]int64)
	var pages int64
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		if n, ok := kilobytes(value); ok {
			info[name] = n
		} else if name == "HugePages_Total" {
			_, _ = fmt.Sscan(value, &pages) // stays 0 if it is no number
		}
	}
	if info["MemTotal"] <= 0 {
		return nil, errors.New("/proc/meminfo has no MemTotal; give the size of the memory with --memory")
	}
	if pages > 0 {
		info["huge pages"] = pages * info["Hugepagesize"]
	}
	// Pages of all sizes, where the kernel tells.
	info["huge pages"] = max(info["huge pages"], info["Hugetlb"])
	return info, nil
}

// unitLimits returns the limits in the files of the unit and of the slices round it.
// They count even where the control groups are there: the files may have changed
// since the start.
func (t *Tree) unitLimits(s service, total int64) []Limit {
	if s.unit.name == "" {
		return nil
	}
	limits := s.unit.memoryLimits(total)
	for _, name := range s.unit.slices() {
		limits = append(limits, t.readUnit(name).memoryLimits(total)...)
	}
	return limits
}

// nodeLimits returns the memory of the NUMA nodes that a service is bound to, if
// these are not all.
func (t *Tree) nodeLimits(g controlGroups, s service) []Limit {
	list, file := "", ""
	if s.process != nil {
		list, file = t.status(path.Base(s.process.dir()))["Mems_allowed_list"], s.process.dir()+"/status Mems_allowed_list"
	}
	if list == "" {
		list, file = g.cpuset(s.groups, "cpuset.mems.effective", "cpuset.effective_mems", "cpuset.mems")
	}
	allowed, sum, others := parseList(list), int64(0), false
	if len(allowed) == 0 {
		return nil
	}
	for _, node := range t.numaNodes() {
		bytes, ok := t.nodeMemory(node)
		switch {
		case !ok:
			return nil
		case slices.Contains(allowed, node):
			sum += bytes
		case bytes > 0:
			others = true
		}
	}
	if !others || sum == 0 {
		return nil
	}
	return []Limit{{sum, file}}
}

func (t *Tree) nodeMemory(node int) (int64, bool) {
	text, err := t.Read(fmt.Sprintf("/sys/devices/system/node/node%d/meminfo", node))
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(text) {
		if _, value, ok := strings.Cut(line, "MemTotal:"); ok {
			return kilobytes(strings.TrimSpace(value))
		}
	}
	return 0, false
}

// addressSpace returns the resource limit on a running service's memory.
func (t *Tree) addressSpace(s service) []Limit {
	if s.process == nil {
		return nil
	}
	file := s.process.dir() + "/limits"
	text, err := t.Read(file)
	if err != nil {
		return nil
	}
	var limits []Limit
	for line := range strings.Lines(text) {
		for _, name := range []string{"Max address space", "Max data size"} {
			if rest, ok := strings.CutPrefix(line, name); ok {
				if f := strings.Fields(rest); len(f) > 0 {
					limits = append(limits, parseLimit(f[0], file+" "+name)...)
				}
			}
		}
	}
	return limits
}

// userlandBits finds the width of the installed programs: a 32-bit system on a 64-bit
// kernel is common on small ARM boards.
func (t *Tree) userlandBits(database *program) Fact[int] {
	files := []string{"/usr/sbin/mariadbd", "/usr/sbin/mysqld", "/usr/libexec/mysqld", "/bin/sh", "/usr/bin/env", "/sbin/init"}
	if database != nil {
		files = append([]string{database.dir() + "/exe"}, files...)
	}
	for _, file := range files {
		if bits, ok := t.elfBits(file); ok {
			return certain(bits, "program "+file)
		}
	}
	for _, loader := range []struct {
		file string
		bits int
	}{
		{"/lib64/ld-linux-x86-64.so.2", 64}, {"/lib/ld-linux-aarch64.so.1", 64}, {"/lib64/ld64.so.2", 64},
		{"/lib/ld-linux-riscv64-lp64d.so.1", 64}, {"/lib/ld-linux-armhf.so.3", 32}, {"/lib/ld-linux.so.2", 32},
	} {
		if t.Exists(loader.file) {
			return likely(loader.bits, loader.file)
		}
	}
	if text, err := t.Read("/var/lib/dpkg/arch"); err == nil {
		first, _, _ := strings.Cut(text, "\n")
		if bits := archBits(first); bits != 0 {
			return likely(bits, "/var/lib/dpkg/arch")
		}
	}
	arch := t.kernelArchitecture()
	if bits := archBits(arch.Value); arch.Known() && bits != 0 {
		return Fact[int]{bits, arch.Source, arch.Confidence}
	}
	return unknown[int]("no program, package list or kernel architecture to tell by")
}

func (t *Tree) elfBits(file string) (int, bool) {
	real, err := t.Resolve(file)
	if err != nil {
		return 0, false
	}
	b, err := t.readHead(real, elf.EI_NIDENT)
	if err != nil || len(b) <= elf.EI_CLASS || !bytes.HasPrefix(b, []byte(elf.ELFMAG)) {
		return 0, false
	}
	switch elf.Class(b[elf.EI_CLASS]) {
	case elf.ELFCLASS32:
		return 32, true
	case elf.ELFCLASS64:
		return 64, true
	}
	return 0, false
}

// archBits is the width of an architecture, in the names of the kernel and of the
// packagers; 0 if it is not known.
func archBits(arch string) int {
	switch {
	case arch == "":
		return 0
	case strings.Contains(arch, "64"), arch == "s390x", strings.HasPrefix(arch, "sparc64"):
		return 64
	case arch == "i386", arch == "i486", arch == "i586", arch == "i686", arch == "armhf", arch == "armel", strings.HasPrefix(arch, "armv"),
		arch == "mips", arch == "mipsel", arch == "ppc", arch == "powerpc":
		return 32
	}
	return 0
}

// saturate turns a processor quota into a whole number of processors.
func saturate(f float64) int {
	return int(min(max(math.Ceil(f), 1), math.MaxInt32))
}
