package settings

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Source says how files are read.
type Source struct {
	// Open opens a file; nil means the file system.
	Open func(path string) (io.ReadCloser, error)
	// LookupEnv finds an environment variable; nil means the process's own.
	LookupEnv func(name string) (string, bool)
	// IgnoreUnknown turns unknown settings from errors into warnings.
	IgnoreUnknown bool
	// Directives are the directives beside !include that a program has, by name without "!". Each gets its
	// argument, a file's path, relative to the file with the directive.
	Directives map[string]func(path string) error
	// Visit, if not nil, gets each line with a setting, in the order in which they take effect, so that a program can tell where a
	// value comes from. Nothing in it has been looked at.
	Visit func(Origin, Line)
}

// Missing reports whether err says that the settings file itself does not exist.
func Missing(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// ReadFile records the settings of a file and of the files it includes. Mistakes in
// a setting are kept for [Set.Apply], so that one start shows all of them; the
// returned error means that a file could not be read to its end.
func (s *Set) ReadFile(path string, src Source) error {
	if src.Open == nil {
		src.Open = func(path string) (io.ReadCloser, error) { return os.Open(path) }
	}
	if src.LookupEnv == nil {
		src.LookupEnv = os.LookupEnv
	}
	r := fileReader{set: s, src: src, seen: make(map[string]bool)}
	return r.read(path)
}

// fileReader follows the includes of one settings file.
type fileReader struct {
	set  *Set
	src  Source
	seen map[string]bool
}

func (r *fileReader) read(path string) error {
	key := path
	if abs, err := filepath.Abs(path); err == nil {
		key = abs
	}
	if r.seen[key] {
		return nil
	}
	if len(r.seen) >= maxIncludes {
		return fmt.Errorf("%s: more than %d settings files include each other; put the settings into fewer files", path, maxIncludes)
	}
	r.seen[key] = true
	f, err := r.src.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return Parse(f, path, func(line Line) error { return r.line(path, line) })
}

// line records one line. A mistake in a setting does not stop the file.
func (r *fileReader) line(path string, line Line) error {
	origin := Origin{path, line.Number}
	if line.Directive != "" {
		return r.directive(origin, line)
	}
	if r.src.Visit != nil {
		r.src.Visit(origin, line)
	}
	err := r.assign(origin, line)
	if err != nil {
		if len(r.set.problems) >= maxProblems {
			return errors.Join(append(r.set.problems, errors.New("there are more mistakes in the file; correct these first"))...)
		}
		r.set.problems = append(r.set.problems, err)
	}
	return nil
}

// maxProblems bounds how many mistakes one start reports.
const maxProblems = 50

func (r *fileReader) directive(origin Origin, line Line) error {
	own := r.src.Directives[line.Directive]
	if line.Directive != "include" && own == nil {
		r.set.warnf("%s: !%s is not a known directive and has no effect", origin, line.Directive)
		return nil
	}
	path := line.Value
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(origin.File), path)
	}
	if own != nil {
		if err := own(path); err != nil {
			return &Error{Origin: origin, Problem: fmt.Sprintf("!%s: %v", line.Directive, err), Remedy: "correct the file, or delete the line"}
		}
		return nil
	}
	if err := r.read(path); errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		// %v: a missing include must not look like a missing settings file.
		return &Error{Origin: origin, Problem: fmt.Sprintf("the included file cannot be read: %v", err),
			Remedy: "create it, or delete the !include line"}
	} else if err != nil {
		return err
	}
	return nil
}

func (r *fileReader) assign(origin Origin, line Line) error {
	o := r.set.byName[line.Name]
	if o == nil {
		err := r.set.unknown(origin, line.Name)
		if r.src.IgnoreUnknown {
			r.set.warnf("%s: %s is not a known setting and is ignored", origin, line.Name)
			return nil
		}
		return err
	}
	text := line.Value
	if name, ok := strings.CutPrefix(text, "$"); ok && !o.secret() {
		if value, found := r.src.LookupEnv(name); found && name != "" {
			text = value
		} else {
			r.set.warnf("%s: %s: the environment variable %s is not set, so the text %q is used", origin, line.Name, name, text)
		}
	}
	return r.set.record(o, line.Name, text, origin)
}

// unknown makes the error about an unknown name, with the likeliest correction.
func (s *Set) unknown(origin Origin, name string) error {
	remedy := "correct or delete it, or start with --ignore-unknown-config-options"
	if near := s.nearest(name); near != "" {
		remedy = "did you mean " + near + "? " + remedy
	}
	return &Error{origin, name, "there is no such setting", remedy}
}
