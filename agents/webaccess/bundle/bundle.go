// Package bundle makes the pages of the web client of its TypeScript, with esbuild. The program does not contain it: "make build" runs it, and tests.
// Functions may be called by several goroutines and processes at once. It refuses sources that esbuild has an error or a warning about.
package bundle

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Bundle is the client as browsers get it.
type Bundle struct {
	// Files are by their path: index.html, editor.html, and the assets that they load.
	Files map[string][]byte
	// Meta is what went into each asset.
	Meta Meta
}

// engines are the oldest browsers in which the client works; light-dark() came with them.
var engines = []api.Engine{{Name: api.EngineChrome, Version: "123"}, {Name: api.EngineFirefox, Version: "121"}, {Name: api.EngineSafari, Version: "17.5"}}

// Build bundles the sources in the folder ui, whose packages Fetch has fetched.
func Build(ui string) (*Bundle, error) {
	ui, err := filepath.Abs(ui)
	if err != nil {
		return nil, err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: ui, EntryPoints: []string{"main.tsx"}, Outdir: "assets", Bundle: true, Splitting: true, Metafile: true,
		Format: api.FormatESModule, Platform: api.PlatformBrowser, Engines: engines, JSX: api.JSXAutomatic, JSXImportSource: "preact",
		MinifySyntax: true, MinifyWhitespace: true, MinifyIdentifiers: true, Charset: api.CharsetUTF8, LegalComments: api.LegalCommentsNone,
		EntryNames: "[name]-[hash]", ChunkNames: "[name]-[hash]", AssetNames: "[name]-[hash]",
		Plugins: []api.Plugin{sprite(ui), squire(ui)}, LogLevel: api.LogLevelSilent,
	})
	if err := errors.Join(problems(result.Errors), problems(result.Warnings)); err != nil {
		return nil, err
	}
	b := &Bundle{Files: map[string][]byte{}}
	for _, f := range result.OutputFiles {
		name, err := filepath.Rel(ui, f.Path)
		if err != nil {
			return nil, err
		}
		b.Files[filepath.ToSlash(name)] = f.Contents
	}
	if b.Meta, err = readMeta(result.Metafile); err != nil {
		return nil, err
	}
	return b, b.addPages(ui)
}

// Tests bundles the tests of the client's code that needs no page: a script that gives a global tests, whose function run returns what failed.
func Tests(ui string) (string, error) {
	ui, err := filepath.Abs(ui)
	if err != nil {
		return "", err
	}
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: ui, EntryPoints: []string{"test/main.ts"}, Outfile: "tests.js", Bundle: true, Format: api.FormatIIFE, GlobalName: "tests", Engines: engines,
		Platform: api.PlatformBrowser, JSX: api.JSXAutomatic, JSXImportSource: "preact", Plugins: []api.Plugin{sprite(ui), squire(ui)}, LogLevel: api.LogLevelSilent,
		Define: map[string]string{"import.meta.url": `"http://127.0.0.1/"`}, Loader: map[string]api.Loader{".css": api.LoaderEmpty}, AssetNames: "[name]",
	})
	if err := errors.Join(problems(result.Errors), problems(result.Warnings)); err != nil {
		return "", err
	}
	for _, f := range result.OutputFiles {
		if strings.HasSuffix(f.Path, "tests.js") {
			return string(f.Contents), nil
		}
	}
	return "", errors.New("esbuild made no script of the tests")
}

// problems is what esbuild has to say, a line each; nil if that is nothing.
func problems(messages []api.Message) error {
	var all []error
	for _, m := range messages {
		at := ""
		if m.Location != nil {
			at = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		all = append(all, errors.New(at+m.Text))
	}
	return errors.Join(all...)
}

// addPages adds the pages, with the names of the assets that the first of them loads.
func (b *Bundle) addPages(ui string) error {
	icon, err := os.ReadFile(filepath.Join(ui, "icon.svg"))
	if err != nil {
		return err
	}
	b.Files["assets/icon.svg"] = icon
	page, err := os.ReadFile(filepath.Join(ui, "index.html"))
	if err != nil {
		return err
	}
	names := strings.NewReplacer("{{js}}", b.Meta.Entry, "{{css}}", b.Meta.Style, "{{icon}}", "assets/icon.svg")
	b.Files["index.html"] = []byte(names.Replace(string(page)))
	editor, err := os.ReadFile(filepath.Join(ui, "editor", "editor.html"))
	if err != nil {
		return err
	}
	b.Files["editor.html"] = editor
	return nil
}

// Write writes the files below a folder, and removes what an older bundle has left there.
func (b *Bundle) Write(folder string) error {
	if err := os.RemoveAll(filepath.Join(folder, "assets")); err != nil {
		return err
	}
	for name, contents := range b.Files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, contents, 0o644); err != nil {
			return err
		}
	}
	return nil
}
