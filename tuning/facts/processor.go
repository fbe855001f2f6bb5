package facts

import (
	"fmt"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Processors is what the services can compute with.
type Processors struct {
	Architecture Fact[string] `json:"architecture"` // the kernel's
	Model        Fact[string] `json:"model"`
	Logical      Fact[int]    `json:"logical"` // as the scheduler sees them
	Cores        Fact[int]    `json:"cores"`   // physical
	Sockets      Fact[int]    `json:"sockets"`
	SMT          Fact[bool]   `json:"smt"` // Hyper-Threading and its like are on
	NUMANodes    Fact[int]    `json:"numa_nodes"`
	// Quota is the processor time that control groups grant, in processors.
	Quota Fact[float64] `json:"quota"`
	// Usable is how many processors the services can keep busy.
	Usable Fact[int] `json:"usable"`
}

func (t *Tree) processors(server, database service) Processors {
	p := Processors{Architecture: t.kernelArchitecture(), Model: t.processorModel()}
	online, file := t.onlineProcessors()
	p.Logical = certain(len(online), file)
	if len(online) == 0 {
		p.Logical = unknown[int]("neither /sys/devices/system/cpu/online nor /proc/cpuinfo tells")
	}
	p.Cores, p.Sockets = t.cores(online)
	p.SMT = t.smt(p.Logical, p.Cores)
	if nodes := t.numaNodes(); len(nodes) > 0 {
		p.NUMANodes = certain(len(nodes), "/sys/devices/system/node")
	} else {
		p.NUMANodes = assumed(1, "no /sys/devices/system/node")
	}
	p.Quota, p.Usable = t.usableProcessors(p.Logical, server, database)
	return p
}

// usableProcessors takes the smaller of affinity and quota, and of the two services.
func (t *Tree) usableProcessors(logical Fact[int], services ...service) (Fact[float64], Fact[int]) {
	groups := t.controlGroups()
	quota := Fact[float64]{Source: "no control group limits it", Confidence: Unknown}
	usable := logical
	for _, s := range services {
		list, file := "", ""
		if s.process != nil {
			list, file = t.status(path.Base(s.process.dir()))["Cpus_allowed_list"], s.process.dir()+"/status Cpus_allowed_list"
		}
		if list == "" {
			list, file = groups.cpuset(s.groups, "cpuset.cpus.effective", "cpuset.effective_cpus", "cpuset.cpus")
		}
		if n := len(parseList(list)); n > 0 && (!usable.Known() || n < usable.Value) {
			usable = certain(n, file)
		}
		if q, file, ok := groups.quota(s.groups); ok && (!quota.Known() || q < quota.Value) {
			quota = certain(q, file)
			if n := saturate(q); !usable.Known() || n < usable.Value {
				usable = certain(n, file)
			}
		}
	}
	if !usable.Known() {
		usable = assumed(1, "nothing tells how many there are")
	}
	return quota, usable
}

// onlineProcessors lists the processors that run.
func (t *Tree) onlineProcessors() ([]int, string) {
	const file = "/sys/devices/system/cpu/online"
	if text, err := t.Read(file); err == nil {
		if all := parseList(text); len(all) > 0 {
			return all, file
		}
	}
	text, _ := t.Read("/proc/cpuinfo") // without it there are none
	var all []int
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "processor" {
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil {
				all = append(all, n)
			}
		}
	}
	return all, "/proc/cpuinfo"
}

// cores counts the physical cores and sockets by their numbers in the topology.
func (t *Tree) cores(online []int) (cores, sockets Fact[int]) {
	type core struct{ socket, id int64 }
	seenCores, seenSockets := make(map[core]bool), make(map[int64]bool)
	for _, n := range online {
		dir := fmt.Sprintf("/sys/devices/system/cpu/cpu%d/topology/", n)
		id, ok1 := t.number(dir + "core_id")
		socket, ok2 := t.number(dir + "physical_package_id")
		if !ok1 || !ok2 {
			const why = "/sys/devices/system/cpu has no topology"
			return unknown[int](why), unknown[int](why)
		}
		seenCores[core{socket, id}] = true
		seenSockets[socket] = true
	}
	const source = "/sys/devices/system/cpu/cpu*/topology"
	if len(online) == 0 {
		return unknown[int](source), unknown[int](source)
	}
	return certain(len(seenCores), source), certain(len(seenSockets), source)
}

func (t *Tree) smt(logical, cores Fact[int]) Fact[bool] {
	const file = "/sys/devices/system/cpu/smt/active"
	if n, ok := t.number(file); ok {
		return certain(n == 1, file)
	}
	if logical.Known() && cores.Known() {
		return likely(logical.Value > cores.Value, cores.Source)
	}
	return unknown[bool](file + " is not there")
}

// numaNodes lists the NUMA nodes.
func (t *Tree) numaNodes() []int {
	var nodes []int
	for _, name := range t.List("/sys/devices/system/node") {
		if number, ok := strings.CutPrefix(name, "node"); ok {
			if n, err := strconv.Atoi(number); err == nil {
				nodes = append(nodes, n)
			}
		}
	}
	slices.Sort(nodes)
	return nodes
}

func (t *Tree) processorModel() Fact[string] {
	text, _ := t.Read("/proc/cpuinfo") // without it the model is unknown
	for _, key := range []string{"model name", "Hardware", "Model", "cpu", "uarch"} {
		for line := range strings.Lines(text) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == key {
				return certain(strings.TrimSpace(value), "/proc/cpuinfo "+key)
			}
		}
	}
	return unknown[string]("/proc/cpuinfo has no model")
}

// kernelArchitecture is the machine name of uname(2).
func (t *Tree) kernelArchitecture() Fact[string] {
	if arch, err := t.Read("/proc/sys/kernel/arch"); err == nil && arch != "" {
		return certain(arch, "/proc/sys/kernel/arch")
	}
	if t.Live() {
		var name unix.Utsname
		if err := unix.Uname(&name); err == nil {
			return certain(unix.ByteSliceToString(name.Machine[:]), "uname")
		}
		return likely(runtime.GOARCH, "the architecture of ztune")
	}
	if text, err := t.Read("/proc/version"); err == nil {
		for _, arch := range []string{"x86_64", "amd64", "aarch64", "arm64", "riscv64", "ppc64le", "s390x", "armv8l", "armv7l", "armv6l", "i686", "i586"} {
			if strings.Contains(text, arch) {
				return likely(arch, "/proc/version")
			}
		}
	}
	return unknown[string]("/proc/sys/kernel/arch is not there")
}
