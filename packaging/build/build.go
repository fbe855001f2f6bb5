// Package build makes packages of the programs: it compiles them for each architecture, puts what belongs to a package into a stage, and has
// nfpm pack that. The same source, version and date make the same bytes, on whichever machine and in whichever folder.
//
// One goroutine does it. It refuses a release without version or date, since nobody could build it again.
package build

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Options say what to build.
type Options struct {
	Root          string // the repository
	Out           string // where the packages go
	Version       string
	Date          time.Time // of all files
	Architectures []string  // in Go's words
	NFPM          string    // the program nfpm
}

// PackageVersion is the version of the packages: what comes before the +, which names the commit.
func (o *Options) PackageVersion() string {
	version, _, _ := strings.Cut(o.Version, "+")
	return version
}

// Run builds everything.
func Run(ctx context.Context, o Options) error {
	switch {
	case o.PackageVersion() == "":
		return errors.New("--version is missing; make packages takes it from the file VERSION")
	case o.Date.Unix() <= 0:
		return errors.New("--date is missing; make packages takes it from the last commit, or from SOURCE_DATE_EPOCH")
	case o.NFPM == "":
		return errors.New("--nfpm is missing; make packages builds it")
	}
	if err := os.MkdirAll(o.Out, 0o755); err != nil {
		return err
	}
	for _, arch := range o.Architectures {
		if err := buildFor(ctx, o, arch); err != nil {
			return fmt.Errorf("%s: %w", arch, err)
		}
	}
	return nil
}

// buildFor builds the packages and the image of one architecture.
func buildFor(ctx context.Context, o Options, arch string) (err error) {
	stage, err := os.MkdirTemp("", "zarafa-packages")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(stage)) }()
	if err := compile(ctx, o, arch, stage); err != nil {
		return err
	}
	if err := writeStage(o, stage); err != nil {
		return err
	}
	for _, p := range packages() {
		for _, format := range []string{"deb", "rpm"} {
			if err := pack(ctx, o, p, arch, format, stage); err != nil {
				return fmt.Errorf("%s of %s: %w", format, p.name, err)
			}
		}
	}
	return writeImage(o, arch, stage)
}

// compile builds the programs into the stage.
func compile(ctx context.Context, o Options, arch, stage string) error {
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.version=" + o.Version, "-o", stage + string(filepath.Separator)}
	for _, program := range []string{"zarafa", "zarafa-pam", "ztune", "zload"} {
		args = append(args, "./cmd/"+program)
	}
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.Root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch, "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}
