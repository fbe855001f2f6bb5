package bundle

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// virtual is a plugin that gives a module which is no file.
func virtual(name string, loader api.Loader, resolve string, contents func() (string, error)) api.Plugin {
	return api.Plugin{Name: name, Setup: func(b api.PluginBuild) {
		full := "^virtual:" + name + "$"
		b.OnResolve(api.OnResolveOptions{Filter: full}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			// The loader of files names its output by the path.
			return api.OnResolveResult{Path: a.Path + resolve, Namespace: name}, nil
		})
		b.OnLoad(api.OnLoadOptions{Filter: ".*", Namespace: name}, func(api.OnLoadArgs) (api.OnLoadResult, error) {
			text, err := contents()
			if err != nil {
				return api.OnLoadResult{}, err
			}
			return api.OnLoadResult{Contents: &text, Loader: loader}, nil
		})
	}}
}

var svg = regexp.MustCompile(`(?s)<svg[^>]*>(.*)</svg>`)
var space = regexp.MustCompile(`\s+`)

// sprite makes one file of the icons that parts/icons.json names.
func sprite(ui string) api.Plugin {
	return virtual("sprite", api.LoaderFile, "/icons.svg", func() (string, error) {
		list, err := os.ReadFile(filepath.Join(ui, "parts", "icons.json"))
		if err != nil {
			return "", err
		}
		names := map[string]string{}
		if err := json.Unmarshal(list, &names); err != nil {
			return "", fmt.Errorf("parts/icons.json: %w", err)
		}
		var out strings.Builder
		out.WriteString(`<svg xmlns="http://www.w3.org/2000/svg">`)
		for _, id := range slices.Sorted(maps.Keys(names)) {
			icon, err := os.ReadFile(filepath.Join(ui, "node_modules", "lucide-static", "icons", names[id]+".svg"))
			if err != nil {
				return "", err
			}
			body := svg.FindSubmatch(icon)
			if body == nil {
				return "", fmt.Errorf("icon %s is no picture", names[id])
			}
			fmt.Fprintf(&out, `<symbol id="%s" viewBox="0 0 24 24">%s</symbol>`, id, space.ReplaceAllString(strings.TrimSpace(string(body[1])), " "))
		}
		out.WriteString(`</svg>`)
		return out.String(), nil
	})
}

// globals are those that Squire uses. In a frame they are others than in the page, also the classes that instanceof asks for.
const globals = "window, document, navigator, location, Node, Text, Element, CharacterData, DocumentFragment, Event, CustomEvent, InputEvent, MutationObserver, " +
	"Range, HTMLElement, HTMLAnchorElement, HTMLDivElement, HTMLInputElement, HTMLLIElement, HTMLOListElement, getComputedStyle"

// squire makes a function of the editor's module that gives the editor for a window. So its script is the page's, while it works on a frame in which
// no script may run.
func squire(ui string) api.Plugin {
	return virtual("squire", api.LoaderJS, "", func() (string, error) {
		source, err := os.ReadFile(filepath.Join(ui, "node_modules", "squire-rte", "dist", "squire-raw.mjs"))
		if err != nil {
			return "", err
		}
		body, found := strings.CutSuffix(strings.TrimSpace(string(source)), "export {\n  Squire_default as default\n};")
		if !found {
			return "", fmt.Errorf("squire-raw.mjs does not end as its pinned version does")
		}
		return "export function squireFor(frame) {\nconst {" + globals + "} = frame;\n" + body + "\nreturn Squire_default;\n}\n", nil
	})
}
