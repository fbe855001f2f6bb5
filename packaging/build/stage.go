package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// conffiles are the settings files, and what of them is not at its default: what the units of systemd have decided already.
var conffiles = []struct {
	name string
	set  map[string]string
}{
	{"server.cfg", map[string]string{"server_pipe_name": "/run/zarafad/server.sock"}},
	{"dagent.cfg", nil},
	{"spooler.cfg", nil},
	{"monitor.cfg", nil},
	{"gateway.cfg", nil},
}

// units are the files of systemd.
var units = []string{
	"zarafa-server.service", "zarafa-dagent.service", "zarafa-spooler.service", "zarafa-monitor.service", "zarafa-gateway.service", "zarafa@.service",
}

// writeStage puts everything but the programs into the stage.
func writeStage(o Options, stage string) error {
	for _, c := range conffiles {
		sample, err := os.ReadFile(filepath.Join(o.Root, "docs", c.name))
		if err != nil {
			return err
		}
		text, err := conffile(string(sample), c.set)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		if err := os.WriteFile(filepath.Join(stage, c.name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	hardening, err := os.ReadFile(filepath.Join(o.Root, "packaging", "files", "hardening"))
	if err != nil {
		return err
	}
	for _, name := range units {
		text, err := os.ReadFile(filepath.Join(o.Root, "packaging", "files", name))
		if err != nil {
			return err
		}
		unit := strings.Replace(string(text), "@HARDENING@\n", string(hardening), 1)
		if err := os.WriteFile(filepath.Join(stage, name), []byte(unit), 0o644); err != nil {
			return err
		}
	}
	return writeBOM(o, stage)
}

// conffile is the sample of the settings with some of them set. The sample comes from the table of settings, with each at its default in a
// comment; a setting that is not in it is an error.
func conffile(sample string, set map[string]string) (string, error) {
	lines := strings.Split(sample, "\n")
	for name, value := range set {
		found := false
		for i, line := range lines {
			if strings.HasPrefix(line, "#"+name+" =") {
				lines[i], found = name+" = "+value, true
			}
		}
		if !found {
			return "", fmt.Errorf("there is no setting %s in the sample", name)
		}
	}
	return strings.Join(lines, "\n"), nil
}
