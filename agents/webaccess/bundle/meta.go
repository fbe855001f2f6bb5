package bundle

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Meta is what esbuild tells of a bundle.
type Meta struct {
	// Entry and Style are the assets that the page loads first.
	Entry, Style string
	// Imports are the files that each source imports when it runs or later, by their paths in the folder of the sources.
	Imports map[string][]string
	// Chunks are, by asset, the assets that it loads at once.
	Chunks map[string][]string
	// Of is, by asset, the source that it begins with.
	Of map[string]string
}

type metafile struct {
	Inputs map[string]struct {
		Imports []struct {
			Path string
		}
	}
	Outputs map[string]struct {
		EntryPoint string
		CSSBundle  string `json:"cssBundle"`
		Imports    []struct {
			Path string
			Kind string
		}
	}
}

func readMeta(text string) (Meta, error) {
	var raw metafile
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return Meta{}, err
	}
	m := Meta{Imports: map[string][]string{}, Chunks: map[string][]string{}, Of: map[string]string{}}
	for name, input := range raw.Inputs {
		m.Imports[name] = []string{}
		for _, i := range input.Imports {
			m.Imports[name] = append(m.Imports[name], i.Path)
		}
	}
	for name, output := range raw.Outputs {
		if output.EntryPoint != "" {
			m.Of[name] = output.EntryPoint
		}
		if output.EntryPoint == "main.tsx" {
			m.Entry, m.Style = name, output.CSSBundle
		}
		for _, i := range output.Imports {
			if i.Kind == "import-statement" {
				m.Chunks[name] = append(m.Chunks[name], i.Path)
			}
		}
	}
	if m.Entry == "" || m.Style == "" {
		return Meta{}, fmt.Errorf("the bundle of main.tsx has no script or no style sheet")
	}
	return m, nil
}

// Loaded are the scripts that have been loaded when the one that begins with a source runs.
func (m Meta) Loaded(source string) []string {
	var names []string
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		if seen[name] || !strings.HasSuffix(name, ".js") {
			return
		}
		seen[name] = true
		names = append(names, name)
		for _, n := range m.Chunks[name] {
			visit(n)
		}
	}
	for name, of := range m.Of {
		if of == source {
			visit(name)
		}
	}
	return names
}
