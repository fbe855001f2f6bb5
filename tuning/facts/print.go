package facts

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// branch is one line of the tree that people read.
type branch struct {
	text       string
	source     string
	confidence Confidence
	below      []branch
}

// Print writes the facts as a tree. With color, what is less than certain stands out.
func (m Machine) Print(w io.Writer, color bool) error {
	var b strings.Builder
	for _, top := range []branch{m.memoryBranch(), m.processorBranch(), m.databaseBranch(), m.storageBranch(), m.runningBranch()} {
		top.write(&b, "", "", color)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (n branch) write(b *strings.Builder, first, rest string, color bool) {
	b.WriteString(first + n.text)
	if n.source != "" {
		evidence := "  [" + n.source
		if n.confidence != Certain && n.confidence != "" {
			evidence += "; " + string(n.confidence)
		}
		evidence += "]"
		if color {
			evidence = "\x1b[2m" + evidence + "\x1b[0m"
		}
		b.WriteString(evidence)
	}
	b.WriteByte('\n')
	for i, child := range n.below {
		if i == len(n.below)-1 {
			child.write(b, rest+"└─ ", rest+"   ", color)
		} else {
			child.write(b, rest+"├─ ", rest+"│  ", color)
		}
	}
}

// leaf shows one fact.
func leaf[T any](label string, f Fact[T], show func(T) string) branch {
	text := label + ": unknown"
	if f.Known() {
		text = label + ": " + show(f.Value)
	}
	return branch{text: text, source: f.Source, confidence: f.Confidence}
}

// Size writes bytes for people, in powers of 1024.
func Size(n int64) string {
	const units = "kMGTPE"
	if n < 1<<10 {
		return strconv.FormatInt(n, 10) + " B"
	}
	f, i := float64(n)/1024, 0
	for f >= 1023.95 && i < len(units)-1 {
		f /= 1024
		i++
	}
	text := strings.TrimSuffix(strconv.FormatFloat(f, 'f', 1, 64), ".0")
	return text + " " + units[i:i+1] + "B"
}

func itself(s string) string { return s }

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (m Machine) memoryBranch() branch {
	mem := m.Memory
	top := branch{text: "memory", below: []branch{
		leaf("in the machine", mem.Total, Size),
		leaf("usable for server and database together", mem.Usable, Size),
		serviceBranch("server", mem.Server),
		serviceBranch("database", mem.Database),
		leaf("width of the programs", mem.Bits, func(n int) string { return strconv.Itoa(n) + " bit" }),
		leaf("swap", mem.Swap, func(n int64) string { return Size(n) + ", used " + Size(mem.SwapUsed.Value) }),
	}}
	if mem.HugePages.Value > 0 {
		top.below = append(top.below, leaf("set aside as huge pages", mem.HugePages, Size))
	}
	return top
}

func serviceBranch(name string, s ServiceMemory) branch {
	b := leaf("usable for the "+name, s.Usable, Size)
	b.below = append(b.below, branch{text: "control group " + s.Group, source: s.Found})
	shown := 0
	for _, l := range s.Limits {
		if shown++; shown > 5 {
			break
		}
		b.below = append(b.below, branch{text: "limit " + Size(l.Bytes), source: l.Source})
	}
	return b
}

func (m Machine) processorBranch() branch {
	p := m.Processors
	return branch{text: "processors", below: []branch{
		leaf("usable", p.Usable, strconv.Itoa),
		leaf("architecture", p.Architecture, itself),
		leaf("model", p.Model, itself),
		leaf("logical", p.Logical, strconv.Itoa),
		leaf("cores", p.Cores, strconv.Itoa),
		leaf("sockets", p.Sockets, strconv.Itoa),
		leaf("several threads a core", p.SMT, yesNo),
		leaf("NUMA nodes", p.NUMANodes, strconv.Itoa),
		leaf("quota", p.Quota, func(f float64) string { return strconv.FormatFloat(f, 'g', 4, 64) + " processors" }),
	}}
}

func (m Machine) databaseBranch() branch {
	d := m.Database
	state := "not running"
	if d.Running {
		state = "running"
	}
	version := "none found"
	if d.Version.Known() {
		version = d.Version.Value.String()
	}
	b := branch{text: "database: " + version + ", " + state, source: d.Version.Source, confidence: d.Version.Confidence, below: []branch{
		leaf("data directory", d.DataDirectory, itself),
		leaf("option file", d.OptionFile, itself),
	}}
	if len(d.Instances) > 1 {
		for _, i := range d.Instances {
			b.below = append(b.below, branch{text: "instance " + describe([]Instance{i}), source: i.OptionFile.Source, confidence: i.OptionFile.Confidence})
		}
	}
	if d.Undecided != "" {
		b.below = append(b.below, branch{text: d.Undecided})
	}
	if d.OptionError != "" {
		b.below = append(b.below, branch{text: "the option files cannot be read to their end: " + d.OptionError})
	}
	return b
}

func (m Machine) storageBranch() branch {
	b := branch{text: "storage: " + m.Storage.Chain()}
	b.below = append(b.below, leaf("medium", m.Storage.Medium, itself), layerBranch(m.Storage.Stack))
	return b
}

// layerBranch shows a layer, what is known of it and what it rests on.
func layerBranch(l *Layer) branch {
	b := branch{text: string(l.Kind) + " " + l.Title(), source: l.Source, confidence: l.Confidence}
	if fs := l.Filesystem; fs != nil {
		b.below = append(b.below, leaf("free", fs.FreeBytes, Size), branch{text: "options: " + fs.Options})
	}
	if r := l.RAID; r != nil {
		b.below = append(b.below, leaf("level", r.Level, itself), leaf("members", r.Members, strconv.Itoa),
			leaf("missing members", r.Degraded, strconv.Itoa), leaf("at work", r.Action, itself))
		if r.Chunk.Known() {
			b.below = append(b.below, leaf("chunk", r.Chunk, Size))
		}
		if r.Controller != "" {
			b.below = append(b.below, leaf("controller's write cache", r.WriteCache, itself), leaf("battery", r.Battery, itself))
		}
	}
	if d := l.Disk; d != nil {
		b.below = append(b.below, leaf("model", d.Model, itself), leaf("size", d.Bytes, Size), leaf("turns", d.Rotational, yesNo))
		if d.RPM.Known() {
			b.below = append(b.below, leaf("speed", d.RPM, func(n int) string { return fmt.Sprintf("%d rpm", n) }))
		}
		b.below = append(b.below, leaf("virtual", d.Virtual, yesNo), leaf("write cache", d.WriteCache, itself), leaf("when the power fails", d.PowerLoss, powerLossText))
	}
	for _, below := range l.Below {
		b.below = append(b.below, layerBranch(below))
	}
	return b
}

func powerLossText(s string) string {
	switch s {
	case "safe":
		return "no cache that forgets"
	case "flushed":
		return "the kernel flushes a cache that forgets"
	case "lost":
		return "data in the cache is LOST"
	}
	return s
}

func (m Machine) runningBranch() branch {
	b := branch{text: "running"}
	for _, r := range m.Running {
		b.below = append(b.below, branch{text: fmt.Sprintf("%s: %s, %s", r.Role, r.Name, Size(r.Bytes)), source: "/proc/" + strconv.Itoa(r.PID)})
	}
	if len(m.Running) == 0 {
		b.text = "running: no server, database, MTA or web server"
	}
	return b
}
