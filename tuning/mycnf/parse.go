package mycnf

import (
	"fmt"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Option is one line of an option file.
type Option struct {
	Group string // of the line, in lower case, without the brackets
	// Name is as written; Key is its form for comparison.
	Name     string
	Value    string
	HasValue bool
	File     string
	Line     int
}

// Key is the option's name with underscores and without the prefixes loose_ and
// the like, which both spellings mean the same to the servers.
func (o Option) Key() string { return strings.TrimPrefix(Key(o.Name), "loose_") }

// Loose reports whether the servers only warn if they do not know the option.
func (o Option) Loose() bool { return strings.HasPrefix(Key(o.Name), "loose_") }

// Key brings a name into the form in which the servers' variables are named.
func Key(name string) string { return strings.ReplaceAll(name, "-", "_") }

// Files gives the package access to files.
type Files interface {
	// Read returns a file's content.
	Read(path string) (string, error)
	// List returns the sorted names in a folder, none if it cannot be read.
	List(path string) []string
	// Exists reports whether there is anything at a path.
	Exists(path string) bool
}

// The limits on includes; the servers' own depth is 10.
const (
	maxDepth = 10
	maxFiles = 500
)

// Read returns the options of a file and of what it includes, in the order in which
// they take effect. A file that cannot be read is an error; so is a malformed line,
// but the options before it are returned all the same.
func Read(files Files, file string) ([]Option, error) {
	r := reader{files: files}
	err := r.file(file, 0)
	return r.options, err
}

type reader struct {
	files   Files
	options []Option
	read    int
}

func (r *reader) file(file string, depth int) error {
	if r.read++; depth > maxDepth || r.read > maxFiles {
		return fmt.Errorf("%s: too many files include each other; remove an !include", file)
	}
	text, err := r.files.Read(file)
	if err != nil {
		return err
	}
	group, number := "", 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '!':
			if err := r.include(file, number, line, depth); err != nil {
				return err
			}
		case line[0] == '[':
			end := strings.IndexByte(line, ']')
			if end < 0 {
				return fmt.Errorf("%s:%d: %q lacks its closing bracket; write [mysqld]", file, number, line)
			}
			group = strings.ToLower(strings.TrimSpace(line[1:end]))
		case group == "":
			return fmt.Errorf("%s:%d: the option %q stands before any [group]; write [mysqld] above it", file, number, line)
		default:
			o := parseOption(line)
			o.Group, o.File, o.Line = group, file, number
			r.options = append(r.options, o)
		}
	}
	return nil
}

func (r *reader) include(file string, number int, line string, depth int) error {
	directive, target, _ := strings.Cut(line[1:], " ")
	if tab, rest, ok := strings.Cut(directive, "\t"); ok {
		directive, target = tab, rest+" "+target
	}
	target = strings.TrimSpace(target)
	if target != "" && !strings.HasPrefix(target, "/") {
		target = path.Join(path.Dir(file), target)
	}
	switch {
	case directive == "include" && target != "":
		// The servers pass over a file that is not there.
		if _, err := r.files.Read(target); err != nil {
			return nil
		}
		return r.file(target, depth+1)
	case directive == "includedir" && target != "":
		// Other than a file, a folder that is not there stops the servers.
		if !r.files.Exists(target) {
			return fmt.Errorf("%s:%d: the folder %s is not there, so the database does not start; make it, or remove the line", file, number, target)
		}
		for _, name := range r.files.List(target) {
			if path.Ext(name) != ".cnf" {
				continue
			}
			if err := r.file(path.Join(target, name), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("%s:%d: %q is no directive; write !include FILE or !includedir FOLDER", file, number, line)
}

// parseOption reads "name", "name = value" or "name = 'quoted value'".
func parseOption(line string) Option {
	name, value, ok := strings.Cut(line, "=")
	if !ok {
		name = cutComment(line)
	}
	return Option{Name: strings.TrimSpace(name), Value: parseValue(value), HasValue: ok}
}

// cutComment removes a comment that begins in the middle of a line.
func cutComment(s string) string {
	before, _, _ := strings.Cut(s, "#")
	return strings.TrimSpace(before)
}

func parseValue(s string) string {
	s = strings.TrimSpace(s)
	if s == "" {
		return ""
	}
	if quote := s[0]; quote == '"' || quote == '\'' {
		if end := closing(s, quote); end > 0 {
			return escapes(s[1:end])
		}
	}
	return escapes(cutComment(s))
}

// closing returns the place of the closing quote, 0 if there is none.
func closing(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case quote:
			return i
		}
	}
	return 0
}

var escape = strings.NewReplacer(`\\`, `\`, `\n`, "\n", `\t`, "\t", `\r`, "\r", `\b`, "\b", `\s`, " ", `\"`, `"`, `\'`, `'`)

func escapes(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	return escape.Replace(s)
}

// Last returns the last option with the key in one of the groups, which is the one
// that counts.
func Last(options []Option, groups []string, key string) (Option, bool) {
	for _, o := range slices.Backward(options) {
		if o.Key() == key && slices.Contains(groups, o.Group) {
			return o, true
		}
	}
	return Option{}, false
}

// Size reads a number as the servers do, with k, m, g or t for powers of 1024.
func Size(value string) (int64, bool) {
	text, shift := strings.ToLower(strings.TrimSpace(value)), 0
	if text == "" {
		return 0, false
	}
	if i := strings.IndexByte("kmgt", text[len(text)-1]); i >= 0 {
		text, shift = text[:len(text)-1], 10*(i+1)
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 || n > math.MaxInt64>>shift {
		return 0, false
	}
	return n << shift, true
}
