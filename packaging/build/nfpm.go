package build

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// pack has nfpm make one package. Its configuration is JSON, which is YAML too.
func pack(ctx context.Context, o Options, p pkg, arch, format, stage string) error {
	config, err := configuration(o, p, arch, stage)
	if err != nil {
		return err
	}
	path := filepath.Join(stage, "nfpm.yaml")
	if err := os.WriteFile(path, config, 0o644); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, o.NFPM, "package", "--config", path, "--packager", format, "--target", o.Out)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH="+strconv.FormatInt(o.Date.Unix(), 10))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("nfpm: %w\n%s", err, out)
	}
	return nil
}

// configuration is nfpm's for a package.
func configuration(o Options, p pkg, arch, stage string) ([]byte, error) {
	if p.any {
		arch = "all"
	}
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, err
	}
	date := o.Date.Format(time.RFC3339)
	var contents []map[string]any
	for _, e := range p.entries {
		c := map[string]any{"dst": e.to, "file_info": map[string]any{"mtime": date}}
		if e.kind != "" {
			c["type"] = e.kind
		}
		if e.mode != "" {
			mode, err := strconv.ParseUint(e.mode, 8, 32)
			if err != nil {
				return nil, err
			}
			c["file_info"] = map[string]any{"mtime": date, "mode": mode}
		}
		switch {
		case e.kind == "symlink":
			c["src"] = e.from
		case strings.HasPrefix(e.from, "/"):
			c["src"] = root + e.from
		case e.from != "":
			c["src"] = filepath.Join(stage, e.from)
		}
		contents = append(contents, c)
	}
	config := map[string]any{
		"name": p.name, "arch": arch, "platform": "linux", "version": o.PackageVersion(), "version_schema": "semver", "release": "1",
		"section": "mail", "priority": "optional", "maintainer": "Zarafa in Go <root@localhost>", "description": p.summary, "license": "MIT",
		"mtime": date, "contents": contents, "depends": p.depends, "recommends": p.recommends, "provides": p.provides, "conflicts": p.conflicts,
		"replaces": p.replaces,
		"rpm":      map[string]any{"buildhost": "localhost", "compression": "gzip:6"},
		"deb":      map[string]any{"compression": "gzip"},
	}
	if p.scripts {
		files := filepath.Join(root, "packaging", "files")
		config["scripts"] = map[string]any{
			"postinstall": filepath.Join(files, "postinst"), "preremove": filepath.Join(files, "prerm"), "postremove": filepath.Join(files, "postrm"),
		}
	}
	return json.MarshalIndent(config, "", "  ")
}
