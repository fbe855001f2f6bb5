package facts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// maxFile is how much of a file is read. The largest that is of interest, the list of
// installed packages, has a few megabytes.
const maxFile = 16 << 20

// maxLinks is how many symbolic links a path may lead through, as in the kernel.
const maxLinks = 40

// Tree is the files of a machine below a folder of this one. Paths are those of the
// machine, with or without the leading slash; symbolic links never lead out of the
// folder.
type Tree struct {
	dir   string
	tools toolRunner
}

// Open returns the tree below dir. The folder "/" is this machine; with any other,
// the outputs of programs are read from the files that toolFile names, because the
// programs here would speak of the wrong machine.
func Open(dir string) (*Tree, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("root folder: %w; give the folder of a captured tree, or / for this machine", err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("root folder %s is not a folder; unpack the captured tree first", dir)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{dir: abs}
	if t.Live() {
		t.tools = runTool
	} else {
		t.tools = t.recordedTool
	}
	return t, nil
}

// Live reports whether the tree is this machine.
func (t *Tree) Live() bool { return t.dir == "/" }

// Dir is the tree's folder on this machine.
func (t *Tree) Dir() string { return t.dir }

// Path returns where a resolved path of the tree lies on this machine.
func (t *Tree) Path(p string) string { return filepath.Join(t.dir, filepath.FromSlash(p)) }

var errTooManyLinks = errors.New("too many levels of symbolic links")

// Resolve follows the symbolic links in p inside the tree and returns the clean
// absolute path. Components that do not exist are kept as they are.
func (t *Tree) Resolve(p string) (string, error) {
	rest := strings.Split(p, "/")
	done, links := "/", 0
	for len(rest) > 0 {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			done = path.Dir(done)
			continue
		}
		next := path.Join(done, name)
		target, err := os.Readlink(t.Path(next))
		if err != nil { // no link, or not there
			done = next
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("%s: %w", p, errTooManyLinks)
		}
		if strings.HasPrefix(target, "/") {
			done = "/"
		}
		rest = append(strings.Split(target, "/"), rest...)
	}
	return done, nil
}

// Read returns a file's content without the white space at its ends.
func (t *Tree) Read(p string) (string, error) {
	b, err := t.readBytes(p)
	return strings.TrimSpace(string(b)), err
}

// ReadText returns a file's content as it is.
func (t *Tree) ReadText(p string) (string, error) {
	b, err := t.readBytes(p)
	return string(b), err
}

func (t *Tree) readBytes(p string) ([]byte, error) {
	real, err := t.Resolve(p)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(t.Path(real))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe or a device would block
		return nil, fmt.Errorf("%s is not a regular file", p)
	}
	f, err := os.Open(t.Path(real))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxFile))
}

// number reads a file that holds one number.
func (t *Tree) number(p string) (int64, bool) {
	text, err := t.Read(p)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}

// Exists reports whether there is anything at p.
func (t *Tree) Exists(p string) bool {
	real, err := t.Resolve(p)
	if err != nil {
		return false
	}
	_, err = os.Lstat(t.Path(real))
	return err == nil
}

// List returns the sorted names in a folder, none if it cannot be read.
func (t *Tree) List(p string) []string {
	real, err := t.Resolve(p)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir(t.Path(real))
	if err != nil {
		return nil
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	slices.Sort(names)
	return names
}

// Tool returns what a program prints on standard output. Only programs that read are
// to be run.
func (t *Tree) Tool(ctx context.Context, name string, args ...string) (string, error) {
	return t.tools(ctx, name, args...)
}

// readHead returns the first bytes of a regular file, which may be large.
func (t *Tree) readHead(resolved string, n int) ([]byte, error) {
	// Looked at first, because opening a pipe would block.
	if info, err := os.Stat(t.Path(resolved)); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", resolved)
	}
	f, err := os.Open(t.Path(resolved))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, int64(n)))
}
