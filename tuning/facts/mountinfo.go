package facts

import (
	"path"
	"strings"
)

// mount is one line of /proc/PID/mountinfo.
type mount struct {
	device       string // major:minor
	root         string // which part of the file system is mounted
	point        string
	options      string
	kind         string // ext4, cgroup2 …
	source       string
	superOptions string
}

// has reports whether the file system was mounted with an option.
func (m mount) has(option string) bool {
	return hasWord(m.options, option) || hasWord(m.superOptions, option)
}

// option returns the value of name=value among the mount options.
func (m mount) option(name string) string {
	for _, list := range []string{m.superOptions, m.options} {
		for o := range strings.SplitSeq(list, ",") {
			if value, ok := strings.CutPrefix(o, name+"="); ok {
				return value
			}
		}
	}
	return ""
}

// hasWord reports whether a list separated by commas has a word.
func hasWord(list, word string) bool {
	for w := range strings.SplitSeq(list, ",") {
		if w == word {
			return true
		}
	}
	return false
}

// mounts reads the mounts that a process sees, "self" for our own. Without its
// mountinfo it takes that of another process, and at last the older table, which lacks
// device numbers.
func (t *Tree) mounts(process string) []mount {
	for _, p := range []string{process, "self", "1"} {
		if text, err := t.Read("/proc/" + p + "/mountinfo"); err == nil && text != "" {
			return parseMountinfo(text)
		}
	}
	for _, file := range []string{"/proc/" + process + "/mounts", "/proc/mounts"} {
		if text, err := t.Read(file); err == nil {
			return parseMounts(text)
		}
	}
	return nil
}

// parseMountinfo reads the format of proc(5): fixed fields, any number of optional
// ones, a hyphen, and three more.
func parseMountinfo(text string) []mount {
	var all []mount
	for line := range strings.Lines(text) {
		before, after, ok := strings.Cut(line, " - ")
		f, s := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 6 || len(s) < 2 {
			continue
		}
		m := mount{device: f[2], root: unescape(f[3]), point: unescape(f[4]), options: f[5], kind: s[0], source: unescape(s[1])}
		if len(s) > 2 {
			m.superOptions = unescape(s[2])
		}
		all = append(all, m)
	}
	return all
}

// parseMounts reads the format of fstab(5).
func parseMounts(text string) []mount {
	var all []mount
	for line := range strings.Lines(text) {
		f := strings.Fields(line)
		if len(f) < 4 {
			continue
		}
		all = append(all, mount{root: "/", source: unescape(f[0]), point: unescape(f[1]), kind: f[2], options: f[3]})
	}
	return all
}

// unescape turns the octal escapes of the kernel's tables into characters.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && isOctal(s[i+1]) && isOctal(s[i+2]) && isOctal(s[i+3]) {
			b.WriteByte((s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isOctal(c byte) bool { return c >= '0' && c <= '7' }

// mountOf returns the mount that holds a resolved path: the one with the longest
// mount point, and of several at one point the last, which hides the others.
func mountOf(all []mount, p string) (mount, bool) {
	var best mount
	found := false
	for _, m := range all {
		if below(p, m.point) && (!found || len(m.point) >= len(best.point)) {
			best, found = m, true
		}
	}
	return best, found
}

// below reports whether p is dir or lies in it.
func below(p, dir string) bool {
	dir = path.Clean(dir)
	return p == dir || dir == "/" || strings.HasPrefix(p, dir+"/")
}
