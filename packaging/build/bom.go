package build

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// component is a module in a bill of materials.
type component struct {
	Type    string `json:"type"`
	Ref     string `json:"bom-ref"`
	Name    string `json:"name"`
	Version string `json:"version"`
	PURL    string `json:"purl"`
}

func componentOf(kind, module, version string) component {
	purl := "pkg:golang/" + strings.ToLower(module) + "@" + version
	return component{Type: kind, Ref: purl, Name: module, Version: version, PURL: purl}
}

// writeBOM writes what the program is made of, as CycloneDX 1.5: the modules that the linker has put into it, and Go's library.
func writeBOM(o Options, stage string) error {
	info, err := buildinfo.ReadFile(filepath.Join(stage, "zarafa"))
	if err != nil {
		return err
	}
	parts := []component{componentOf("library", "std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		parts = append(parts, componentOf("library", m.Path, m.Version))
	}
	bom := map[string]any{
		"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
		"metadata":   map[string]any{"timestamp": o.Date.Format(time.RFC3339), "component": componentOf("application", "zarafa", o.Version)},
		"components": parts,
	}
	text, err := json.MarshalIndent(bom, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(stage, "sbom.cdx.json"), append(text, '\n'), 0o644)
}
