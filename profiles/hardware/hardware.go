// Package hardware has trees of machines as the tuner reads them: the files of /proc,
// /sys and /etc that tell the memory, the processors and the storage.
//
// Most were not captured on such machines but written from the formats that the
// kernel's documentation, systemd's and the vendors' manuals describe; the line
// "made" of each says which. The package only hands out data, and refuses archives
// whose files would lie outside the folder that they are unpacked to.
//
// An archive is text: lines "name: value" first, then files, each under a line
// "-- path --". A path may be followed by "-> target" for a symbolic link, by "(hex)"
// where the content is hexadecimal, or by "(args)" where each line ends with a zero
// byte, as in /proc/PID/cmdline.
package hardware

import (
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

//go:embed memory/*.txt storage/*.txt
var archives embed.FS

// Machine is one tree with what a reader must find out about it.
type Machine struct {
	Name string
	// What describes the machine, Made says where the files come from.
	What, Made string
	// Want has the expected facts by name.
	Want  map[string]string
	files []file
}

type file struct{ path, link, content string }

// Memory returns the machines that differ in memory and control groups.
func Memory() ([]Machine, error) { return load("memory") }

// Storage returns the machines that differ in storage.
func Storage() ([]Machine, error) { return load("storage") }

func load(folder string) ([]Machine, error) {
	names, err := fs.Glob(archives, folder+"/*.txt")
	if err != nil {
		return nil, err
	}
	var all []Machine
	for _, name := range names {
		text, err := archives.ReadFile(name)
		if err != nil {
			return nil, err
		}
		m, err := parse(string(text))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		m.Name = strings.TrimSuffix(path.Base(name), ".txt")
		all = append(all, m)
	}
	return all, nil
}

// parse reads an archive.
func parse(text string) (Machine, error) {
	m := Machine{Want: make(map[string]string)}
	kind := ""
	var err error
	for line := range strings.Lines(text) {
		if header, ok := headerOf(line); ok {
			if err := m.finish(kind); err != nil {
				return m, err
			}
			kind, err = m.begin(header)
			if err != nil {
				return m, err
			}
			continue
		}
		if len(m.files) > 0 {
			m.files[len(m.files)-1].content += line
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case !ok:
		case name == "what":
			m.What = value
		case name == "made":
			m.Made = value
		default:
			m.Want[strings.TrimPrefix(name, "want ")] = value
		}
	}
	return m, m.finish(kind)
}

// headerOf returns what stands between the dashes of a line "-- path --".
func headerOf(line string) (string, bool) {
	rest, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return "", false
	}
	return strings.CutSuffix(strings.TrimSpace(rest), " --")
}

// begin adds the file that a header names and returns the kind of its content.
func (m *Machine) begin(header string) (kind string, err error) {
	var f file
	f.path, f.link, _ = strings.Cut(header, " -> ")
	if before, after, ok := strings.Cut(f.path, " ("); ok {
		f.path, kind = before, strings.TrimSuffix(after, ")")
	}
	if !filepath.IsLocal(f.path) {
		return "", fmt.Errorf("the path %q leaves the folder", f.path)
	}
	m.files = append(m.files, f)
	return kind, nil
}

// finish brings the last file's content into its real form.
func (m *Machine) finish(kind string) error {
	if len(m.files) == 0 {
		return nil
	}
	f := &m.files[len(m.files)-1]
	switch kind {
	case "hex":
		b, err := hex.DecodeString(strings.Join(strings.Fields(f.content), ""))
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		f.content = string(b)
	case "args":
		f.content = strings.ReplaceAll(f.content, "\n", "\x00")
	}
	return nil
}

// Unpack writes the machine's files below a folder.
func (m Machine) Unpack(dir string) error {
	for _, f := range m.files {
		name := filepath.Join(dir, filepath.FromSlash(f.path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		if f.link != "" {
			if err := os.Symlink(f.link, name); err != nil {
				return err
			}
			continue
		}
		if strings.HasSuffix(f.path, "/") {
			if err := os.MkdirAll(name, 0o755); err != nil {
				return err
			}
			continue
		}
		if err := os.WriteFile(name, []byte(f.content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
