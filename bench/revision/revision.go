// Package revision builds the workers of revisions of this repository.
//
// A revision is anything that git knows as a commit, or "." for the working tree as it is. Commits are checked out into worktrees in a
// folder of the caller's, which [Checkout.Remove] takes away again; nothing else of the repository is touched.
//
// Both sides of a comparison get the same benchmarks, those of the new side, so that a change of a benchmark does not look like a
// change of the product. Where these do not compile in the old revision it keeps its own.
//
// It refuses names that begin with "-" and revisions without any benchmarks, unless they are given some.
package revision

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// folders are what a worker is built from, besides the product.
func folders() []string { return []string{"bench/pad", "bench/suite", "bench/worker"} }

// WorkTree is the name of the working tree as a revision.
const WorkTree = "."

// Checkout is a revision as files.
type Checkout struct {
	Name   string // as it was given
	Commit string // empty for the working tree
	Dir    string
	repo   string
}

// Root finds the repository that a folder is in.
func Root(ctx context.Context, dir string) (string, error) {
	out, err := run(ctx, dir, "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return "", fmt.Errorf("%w; run zbench in a clone of the repository", err)
	}
	return out, nil
}

// CheckOut makes the files of a revision, in dir if it is a commit.
func CheckOut(ctx context.Context, repo, name, dir string) (*Checkout, error) {
	if name == WorkTree {
		return &Checkout{Name: name, Dir: repo, repo: repo}, nil
	}
	if strings.HasPrefix(name, "-") {
		return nil, fmt.Errorf("%q is not the name of a revision", name)
	}
	commit, err := run(ctx, repo, "git", "rev-parse", "--verify", "--quiet", name+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("there is no revision %q; in a shallow clone run \"git fetch --unshallow\"", name)
	}
	c := &Checkout{Name: name, Commit: commit, Dir: dir, repo: repo}
	if _, err := run(ctx, repo, "git", "worktree", "add", "--detach", "--force", dir, commit); err != nil {
		return nil, err
	}
	return c, nil
}

// Remove takes the files away.
func (c *Checkout) Remove() error {
	if c.Commit == "" {
		return nil
	}
	_, err := run(context.Background(), c.repo, "git", "worktree", "remove", "--force", c.Dir)
	return err
}

// HasBenchmarks reports whether the revision has benchmarks of its own.
func (c *Checkout) HasBenchmarks() bool {
	for _, f := range folders() {
		if _, err := os.Stat(filepath.Join(c.Dir, f)); err != nil {
			return false
		}
	}
	return true
}

// Build builds the worker, with the benchmarks of another revision if from is not nil. If these do not compile, those of the load
// generator, which change most often, are left out.
//
// shifted moves all functions by half a line of the processor's cache, see package pad.
func (c *Checkout) Build(ctx context.Context, from *Checkout, binary string, shifted bool) error {
	if from != nil && c.Commit == "" {
		return errors.New("the working tree keeps its benchmarks")
	}
	if from != nil {
		for _, f := range folders() {
			if err := replace(filepath.Join(c.Dir, f), filepath.Join(from.Dir, f)); err != nil {
				return err
			}
		}
	}
	tags := "unshifted"
	if shifted {
		tags = "shifted"
	}
	build := func(tags string) error {
		_, err := run(ctx, c.Dir, "go", "build", "-trimpath", "-buildvcs=false", "-o", binary, "-tags="+tags, "./bench/worker")
		return err
	}
	err := build(tags)
	if err != nil && from != nil {
		err = build(tags + ",without_load")
	}
	return err
}

// Restore takes benchmarks of another revision out again.
func (c *Checkout) Restore(ctx context.Context) error {
	for _, f := range folders() {
		if err := os.RemoveAll(filepath.Join(c.Dir, f)); err != nil {
			return err
		}
	}
	_, err := run(ctx, c.Dir, "git", "checkout", "--force", "HEAD", "--", ".")
	return err
}

// replace makes a folder a copy of another one.
func replace(to, from string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return os.CopyFS(to, os.DirFS(from))
}

// run runs a command and returns what it prints.
func run(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	// Without C the binaries are the same wherever they are built.
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off")
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(problems.String()))
	}
	return strings.TrimSpace(out.String()), nil
}
