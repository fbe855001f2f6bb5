package facts

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// toolTimeout bounds a program that asks hardware. Some tools of RAID controllers
// hang when the controller does.
const toolTimeout = 5 * time.Second

// toolRunner returns the standard output of a program.
type toolRunner func(ctx context.Context, name string, args ...string) (string, error)

// toolFolders is where programs are looked for: those of root, whoever runs ztune,
// and no folder that a user can write to. The last are where the vendors of RAID
// controllers put theirs.
var toolFolders = [...]string{
	"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin",
	"/opt/MegaRAID/storcli", "/opt/MegaRAID/perccli", "/opt/MegaRAID/MegaCli", "/usr/StorMan", "/usr/Arcconf",
}

func runTool(ctx context.Context, name string, args ...string) (string, error) {
	for _, folder := range toolFolders {
		file := filepath.Join(folder, name)
		if info, err := os.Stat(file); err != nil || info.IsDir() {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, toolTimeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, file, args...)
		cmd.Env = []string{"LC_ALL=C", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/"}
		cmd.Dir = os.TempDir() // some vendors' tools leave log files where they run
		cmd.WaitDelay = time.Second
		out, err := cmd.Output()
		if err != nil {
			return "", fmt.Errorf("%s: %w", file, err)
		}
		return string(out), nil
	}
	return "", fmt.Errorf("%s: %w", name, exec.ErrNotFound)
}

// recordedTool returns the output of a program as it was captured with the tree.
func (t *Tree) recordedTool(_ context.Context, name string, args ...string) (string, error) {
	b, err := t.readBytes(toolFile(name, args...))
	return string(b), err
}

// toolFile is where a captured tree has the output of a program: the command line
// with _ for spaces and % for slashes.
func toolFile(name string, args ...string) string {
	line := strings.Join(append([]string{name}, args...), "_")
	return "/.ztune/tools/" + strings.ReplaceAll(line, "/", "%")
}
