package directory

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Scripts are the programs that run when users, groups and companies come and go (agents.md section 1.2): a path, nothing,
// or the word "internal" for all programs of the directories.
type Scripts struct {
	CreateUser, DeleteUser       string
	CreateGroup, DeleteGroup     string
	CreateCompany, DeleteCompany string
	// Directories holding NAME.d folders; a file in a later one replaces the same name in an earlier one.
	Directories []string
}

// internalScripts is the setting that stands for the NAME.d folders.
const internalScripts = "internal"

// scriptTimeout bounds one script: the client waits for it.
const scriptTimeout = time.Minute

// run starts the scripts of one event with one variable in their environment, under the names of both generations.
// Their failure is logged and changes nothing: the object exists already.
func (s Scripts) run(ctx context.Context, log *slog.Logger, setting, event, variable, value string) {
	programs := []string{setting}
	switch setting {
	case "":
		return
	case internalScripts:
		programs = s.internal(event)
	}
	for _, program := range programs {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), scriptTimeout)
		cmd := exec.CommandContext(ctx, program)
		// No shell, no arguments: a name can do no more than be read from the environment.
		cmd.Env = append(os.Environ(), "ZARAFA_"+variable+"="+value, "KOPANO_"+variable+"="+value)
		out, err := cmd.CombinedOutput()
		cancel()
		if err != nil {
			log.Error("a user script failed; see "+event+"_script", "script", program, "error", err, "output", strings.TrimSpace(string(out)))
		}
	}
}

// internal lists the programs of an event in the order of their names.
func (s Scripts) internal(event string) []string {
	byName := make(map[string]string)
	for _, dir := range s.Directories {
		dir = filepath.Join(dir, event+".d")
		entries, err := os.ReadDir(dir)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			continue
		}
		for _, e := range entries {
			delete(byName, e.Name()) // an entry that is no regular file masks the earlier one
			if e.Type().IsRegular() && !ignoredScript(e.Name()) {
				byName[e.Name()] = filepath.Join(dir, e.Name())
			}
		}
	}
	names := make([]string, 0, len(byName))
	for name := range byName {
		names = append(names, name)
	}
	slices.Sort(names)
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = byName[name]
	}
	return out
}

// ignoredScript tells leftovers of editors and package managers.
func ignoredScript(name string) bool {
	if strings.HasPrefix(name, "#") {
		return true
	}
	for _, suffix := range []string{"~", ".bak", ".old", ".rpmnew", ".rpmorig", ".rpmsave"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
