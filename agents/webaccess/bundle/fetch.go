package bundle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// ErrNoNPM says that packages cannot be fetched.
var ErrNoNPM = errors.New("npm is not installed, which fetches the packages of the web client (apt-get install npm)")

// Fetch has npm fetch the packages of the folder ui as its package-lock.json says, unless that was done already. None of their scripts is run. It waits while
// another process does the same.
func Fetch(ctx context.Context, ui string) error {
	lock, err := os.OpenFile(filepath.Join(ui, ".fetching"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return err
	}
	defer lock.Close()
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		return err
	}
	wanted, err := os.ReadFile(filepath.Join(ui, "package-lock.json"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(wanted)
	stamp := filepath.Join(ui, "node_modules", ".fetched")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == hex.EncodeToString(sum[:]) {
		return nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return ErrNoNPM
	}
	command := exec.CommandContext(ctx, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	command.Dir = ui
	if out, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci in %s: %w\n%s", ui, err, out)
	}
	return os.WriteFile(stamp, []byte(hex.EncodeToString(sum[:])), 0o644)
}
