package revision

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Pair are the workers of two revisions.
type Pair struct {
	Old, New *Checkout
	// OldBinaries and NewBinaries are the workers, plain and shifted (package pad), under paths of one length: a path lies on the stack
	// of its process and can be measured.
	OldBinaries, NewBinaries []string
	// OwnBenchmarks says why the old revision has its own benchmarks, empty if both have the same.
	OwnBenchmarks string
	// Identical says that both binaries are the same, byte for byte.
	Identical bool
}

// layouts are how many times a worker is built.
const layouts = 2

// Prepare checks both revisions out below dir and builds their workers there.
func Prepare(ctx context.Context, repo, dir, older, newer string) (p *Pair, err error) {
	p = new(Pair)
	for i := range layouts {
		p.OldBinaries = append(p.OldBinaries, filepath.Join(dir, fmt.Sprintf("old%02d.worker", i)))
		p.NewBinaries = append(p.NewBinaries, filepath.Join(dir, fmt.Sprintf("new%02d.worker", i)))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Remove())
			p = nil
		}
	}()
	if p.New, err = CheckOut(ctx, repo, newer, filepath.Join(dir, "new")); err != nil {
		return p, err
	}
	if p.Old, err = CheckOut(ctx, repo, older, filepath.Join(dir, "old")); err != nil {
		return p, err
	}
	if err = p.build(ctx); err != nil {
		return p, err
	}
	p.Identical, err = same(p.OldBinaries[0], p.NewBinaries[0])
	return p, err
}

func (p *Pair) build(ctx context.Context) error {
	if !p.New.HasBenchmarks() {
		return fmt.Errorf("revision %s has no benchmarks (bench/suite)", p.New.Name)
	}
	if err := p.New.buildAll(ctx, nil, p.NewBinaries); err != nil {
		return err
	}
	if p.Old.Commit == "" {
		p.OwnBenchmarks = "it is the working tree"
	}
	if p.Old.Commit == p.New.Commit { // one program, also where both are the working tree
		return p.copyNew()
	}
	if p.Old.Commit == "" {
		return p.Old.buildAll(ctx, nil, p.OldBinaries)
	}
	hadItsOwn := p.Old.HasBenchmarks()
	err := p.Old.buildAll(ctx, p.New, p.OldBinaries)
	if err == nil || !hadItsOwn || ctx.Err() != nil {
		return err
	}
	p.OwnBenchmarks = "those of the new revision do not compile there"
	if err := p.Old.Restore(ctx); err != nil {
		return err
	}
	return p.Old.buildAll(ctx, nil, p.OldBinaries)
}

// copyNew makes the old binaries of the new ones. They are files of their own: two processes of one file would share its pages in memory,
// and those of two revisions do not.
func (p *Pair) copyNew() error {
	for i, binary := range p.NewBinaries {
		text, err := os.ReadFile(binary)
		if err == nil {
			err = os.WriteFile(p.OldBinaries[i], text, 0o755)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// buildAll builds a worker plain and shifted.
func (c *Checkout) buildAll(ctx context.Context, from *Checkout, binaries []string) error {
	for i, binary := range binaries {
		if err := c.Build(ctx, from, binary, i == 1); err != nil {
			return err
		}
	}
	return nil
}

// Remove takes the worktrees away.
func (p *Pair) Remove() error {
	var err error
	for _, c := range []*Checkout{p.Old, p.New} {
		if c != nil {
			err = errors.Join(err, c.Remove())
		}
	}
	return err
}

// same reports whether two files have the same content.
func same(a, b string) (bool, error) {
	x, err := os.ReadFile(a)
	if err != nil {
		return false, err
	}
	y, err := os.ReadFile(b)
	return string(x) == string(y), err
}
