package facts

import (
	"path"
	"slices"
	"strconv"
	"strings"
)

// unitFolders is where systemd looks for units, the strongest first.
var unitFolders = [...]string{
	"/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
	"/etc/systemd/system", "/run/systemd/system", "/usr/local/lib/systemd/system",
	"/usr/lib/systemd/system", "/lib/systemd/system",
}

// assignment is one setting of a unit with the file it comes from.
type assignment struct{ name, value, file string }

// unit is what systemd knows of a service or slice.
type unit struct {
	name     string
	settings []assignment // in the order in which they take effect
}

// findUnit returns the first of the candidates that systemd has a file for. Distributions
// make one name a link to the other, so the name is that of the file itself.
func (t *Tree) findUnit(candidates ...string) (unit, bool) {
	for _, name := range candidates {
		for _, folder := range unitFolders {
			file := path.Join(folder, name)
			if !t.Exists(file) {
				continue
			}
			if real, err := t.Resolve(file); err == nil && strings.HasSuffix(real, path.Ext(name)) {
				name = path.Base(real)
			}
			return t.readUnit(name), true
		}
	}
	return unit{}, false
}

// readUnit reads a unit's file and its drop-ins, which are sorted by name over all
// folders, one that is in a stronger folder hiding its namesakes. An instance of a template has the template's.
func (t *Tree) readUnit(name string) unit { return t.readUnitIn(unitFolders[:], name) }

func (t *Tree) readUnitIn(folders []string, name string) unit {
	u := unit{name: name}
	template, _ := splitInstance(name)
	for _, file := range slices.Compact([]string{name, template}) {
		if u.settings = t.unitFile(folders, file); u.settings != nil {
			break
		}
	}
	dropins := make(map[string]string)
	for _, folder := range folders {
		for _, dir := range dropinFolders(name) {
			for _, file := range t.List(path.Join(folder, dir)) {
				if _, hidden := dropins[file]; !hidden && strings.HasSuffix(file, ".conf") {
					dropins[file] = path.Join(folder, dir, file)
				}
			}
		}
	}
	var order []string
	for file := range dropins {
		order = append(order, file)
	}
	slices.Sort(order)
	for _, file := range order {
		if text, err := t.Read(dropins[file]); err == nil {
			u.settings = append(u.settings, parseUnit(text, dropins[file])...)
		}
	}
	return u
}

// unitFile reads the strongest file of a unit, without drop-ins.
func (t *Tree) unitFile(folders []string, name string) []assignment {
	for _, folder := range folders {
		if text, err := t.Read(path.Join(folder, name)); err == nil {
			return append([]assignment{}, parseUnit(text, path.Join(folder, name))...)
		}
	}
	return nil
}

// dropinFolders returns the folders of drop-ins for a unit, its own first, then those
// for all units of its kind and for all whose name begins with the same words.
func dropinFolders(name string) []string {
	ext := path.Ext(name)
	base := strings.TrimSuffix(name, ext)
	dirs := []string{name + ".d"}
	if template, _ := splitInstance(name); template != name {
		dirs = append(dirs, template+".d")
	}
	for {
		i := strings.LastIndexByte(base, '-')
		if i <= 0 {
			break
		}
		base = base[:i]
		dirs = append(dirs, base+"-"+ext+".d")
	}
	return append(dirs, strings.TrimPrefix(ext, ".")+".d")
}

// parseUnit reads the assignments of a unit file.
func parseUnit(text, file string) []assignment {
	var all []assignment
	joined := strings.ReplaceAll(text, "\\\n", " ")
	for line := range strings.Lines(joined) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == ';' || line[0] == '[' {
			continue
		}
		if name, value, ok := strings.Cut(line, "="); ok {
			all = append(all, assignment{strings.TrimSpace(name), strings.TrimSpace(value), file})
		}
	}
	return all
}

// get returns the last assignment of a setting.
func (u unit) get(name string) (assignment, bool) {
	for _, a := range slices.Backward(u.settings) {
		if a.name == name {
			return a, true
		}
	}
	return assignment{}, false
}

// memoryLimits returns the limits that the unit's settings give it. Percentages are
// of the machine's memory.
func (u unit) memoryLimits(total int64) []Limit {
	var limits []Limit
	for _, name := range []string{"MemoryMax", "MemoryHigh", "MemoryLimit", "LimitAS"} {
		a, ok := u.get(name)
		if !ok {
			continue
		}
		// LimitAS may give a soft and a hard value.
		soft, _, _ := strings.Cut(a.value, ":")
		if n, ok := systemdSize(soft, total); ok {
			limits = append(limits, Limit{n, a.file + " " + name})
		}
	}
	return limits
}

// systemdSize reads a size as systemd writes it: bytes, K to E for powers of 1024, a
// percentage, or infinity, which is no size.
func systemdSize(text string, total int64) (int64, bool) {
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		p, err := strconv.ParseFloat(percent, 64)
		if err != nil || p <= 0 || p > 100 {
			return 0, false
		}
		return int64(float64(total) / 100 * p), true
	}
	text = strings.TrimSuffix(strings.TrimSuffix(text, "B"), "i")
	shift := 0
	if n := len(text); n > 0 {
		if i := strings.IndexByte("KMGTPE", text[n-1]); i >= 0 {
			shift = 10 * (i + 1)
			text = text[:n-1]
		}
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || f <= 0 {
		return 0, false
	}
	if f *= float64(uint64(1) << shift); f >= noLimit {
		return 0, false
	}
	return int64(f), true
}

// sliceFolder is the control group of a slice: a-b.slice lies in a.slice.
func sliceFolder(name string) string {
	base := strings.TrimSuffix(name, ".slice")
	if base == "-" || base == "" {
		return "/"
	}
	dir := "/"
	for i, c := range base {
		if c == '-' && i > 0 {
			dir = path.Join(dir, base[:i]+".slice")
		}
	}
	return path.Join(dir, base+".slice")
}

// slices returns the slices that a unit runs in, the innermost first.
func (u unit) slices() []string {
	name := "system.slice"
	if a, ok := u.get("Slice"); ok && strings.HasSuffix(a.value, ".slice") {
		name = a.value
	}
	var all []string
	for dir := sliceFolder(name); dir != "/"; dir = path.Dir(dir) {
		all = append(all, path.Base(dir))
	}
	return append(all, "-.slice")
}
