package bundle

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const sources = "../ui"

// built bundles the client.
func built(t *testing.T) *Bundle {
	t.Helper()
	err := Fetch(t.Context(), sources)
	if errors.Is(err, ErrNoNPM) && (os.Getenv("CI") == "" || os.Getenv("ZARAFA_SKIP_BROWSER") != "") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	b, err := Build(sources)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// zipped is how many bytes files take on their way.
func zipped(t *testing.T, b *Bundle, names ...string) int {
	t.Helper()
	sum := 0
	for _, n := range names {
		var out bytes.Buffer
		w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b.Files[n]); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		sum += out.Len()
	}
	return sum
}

// What browsers load has a budget.
func TestBudgets(t *testing.T) {
	b := built(t)
	first := b.Meta.Loaded("main.tsx")
	compose := slices.DeleteFunc(b.Meta.Loaded("mail/compose.tsx"), func(n string) bool { return slices.Contains(first, n) })
	if len(first) == 0 || len(compose) == 0 {
		t.Fatalf("%v %v", first, compose)
	}
	for _, part := range []struct {
		name   string
		files  []string
		budget int
	}{
		{"shell, list and reader", first, 60 << 10}, {"compose", compose, 50 << 10}, {"style sheet", []string{b.Meta.Style}, 14 << 10},
	} {
		if n := zipped(t, b, part.files...); n > part.budget {
			t.Errorf("%s has %d bytes, more than %d", part.name, n, part.budget)
		} else {
			t.Logf("%s: %d of %d bytes", part.name, n, part.budget)
		}
	}
}

// The same sources make the same files.
func TestRepeatable(t *testing.T) {
	one, two := built(t), built(t)
	for name, contents := range one.Files {
		if !bytes.Equal(contents, two.Files[name]) {
			t.Errorf("%s differs", name)
		}
	}
}

// arrows are what the sources in a folder may import of other folders; words may be imported by all but geometry.
var arrows = map[string][]string{
	"api":      {},
	"geometry": {},
	"i18n":     {},
	"parts":    {"geometry", "i18n"},
	"editor":   {"api", "i18n", "parts"},
	"model":    {"api", "geometry", "i18n"},
	"actions":  {"i18n", "model", "parts"},
	"settings": {"api", "i18n", "model", "parts"},
	"mail":     {"actions", "api", "editor", "geometry", "i18n", "model", "parts", "settings"},
	"theme":    {},
	".":        {"actions", "mail", "model", "theme"},
}

func TestArrows(t *testing.T) {
	b := built(t)
	for from, list := range b.Meta.Imports {
		folder := path.Dir(from)
		may, known := arrows[folder]
		if strings.HasPrefix(from, "node_modules/") || strings.Contains(from, ":") {
			continue
		}
		if !known {
			t.Errorf("%s is in a folder that has no arrows", from)
		}
		for _, to := range list {
			if d := path.Dir(to); d != folder && !strings.HasPrefix(to, "node_modules/") && !strings.Contains(to, ":") && !slices.Contains(may, d) {
				t.Errorf("%s imports %s", from, to)
			}
		}
	}
}

// each calls a function with each source of the client.
func each(t *testing.T, f func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(sources, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "node_modules" {
			return fs.SkipDir
		}
		rel, err := filepath.Rel(sources, name)
		if err != nil || d.IsDir() || !strings.Contains(".ts.tsx.css", filepath.Ext(name)) || filepath.Ext(name) == "" {
			return err
		}
		text, err := os.ReadFile(name)
		f(filepath.ToSlash(rel), string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Every source is part of the client, or of its tests.
func TestReached(t *testing.T) {
	b := built(t)
	each(t, func(name, _ string) {
		if _, ok := b.Meta.Imports[name]; !ok && !strings.HasSuffix(name, ".d.ts") && !strings.HasPrefix(name, "test/") && name != "api/types.gen.ts" {
			// Sources that have types alone leave nothing in a bundle.
			t.Errorf("nothing imports %s", name)
		}
	})
}

var (
	inner    = regexp.MustCompile(`\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write)\b`)
	physical = regexp.MustCompile(`(?m)[{;]\s*(left|right|margin-(left|right)|padding-(left|right)|border-(left|right)|text-align: (left|right))\b`)
	anys     = regexp.MustCompile(`: any\b|\bas any\b|<any>|@ts-`)
	casts    = regexp.MustCompile(`\bas [A-Z]\w+|\w!\.|\]!|\)!`)
	signals  = regexp.MustCompile(`(?m)^(export )?(const|let) \w+( *:[^=]+)? = (signal|computed|useSignal)\(`)
)

// castLimit only falls.
const castLimit = 16

// Rules that keep the sources small and safe.
func TestRules(t *testing.T) {
	n := 0
	each(t, func(name, text string) {
		if lines := strings.Count(text, "\n"); lines > 300 && !strings.HasSuffix(name, ".gen.ts") {
			t.Errorf("%s has %d lines", name, lines)
		}
		if inner.MatchString(text) && name != "editor/sanitize.ts" {
			t.Errorf("%s makes elements of text, as only editor/sanitize.ts may", name)
		}
		if strings.HasSuffix(name, ".css") && physical.MatchString(text) {
			t.Errorf("%s has sides that do not turn with the direction of writing: %q", name, physical.FindString(text))
		}
		if anys.MatchString(text) && !strings.HasSuffix(name, ".gen.ts") {
			t.Errorf("%s: %q", name, anys.FindString(text))
		}
		if signals.MatchString(text) {
			t.Errorf("%s has a signal of the module: %q", name, signals.FindString(text))
		}
		if !strings.HasSuffix(name, ".css") {
			n += len(casts.FindAllString(text, -1))
		}
	})
	if n > castLimit {
		t.Errorf("%d casts, more than %d", n, castLimit)
	}
}

var (
	used  = regexp.MustCompile(`\bt\(\s*"([^"]+)"|label(?:=|: )"([a-z][\w.-]*)"|setting[^>]*label="([^"]+)"|\? "([a-z]\w*\.\w+)" : "([a-z]\w*\.\w+)"`)
	used2 = regexp.MustCompile(`\bn\(\s*"([^"]+)"`)
	made  = regexp.MustCompile("t\\(`([a-z.]+)\\$\\{")
)

// No word is missing, and none is left over.
func TestWords(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(sources, "i18n", "en.json"))
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]string{}
	if err := json.Unmarshal(text, &words); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	see := func(key, where string) {
		if key == "" {
			return
		}
		if _, ok := words[key]; !ok {
			t.Errorf("%s: no word for %s", where, key)
		}
		seen[key] = true
	}
	var prefixes, all []string
	each(t, func(name, text string) {
		all = append(all, text)
		for _, m := range used.FindAllStringSubmatch(text, -1) {
			for _, key := range m[1:] {
				if _, ok := words[key]; ok || strings.HasPrefix(m[0], "t(") {
					see(key, name)
				}
			}
		}
		for _, m := range used2.FindAllStringSubmatch(text, -1) {
			see(m[1]+"_other", name)
			seen[m[1]+"_one"] = true
		}
		for _, m := range made.FindAllStringSubmatch(text, -1) {
			prefixes = append(prefixes, m[1])
		}
	})
	source := strings.Join(all, "\n")
	for key := range words {
		byPrefix := slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) })
		if !seen[key] && !byPrefix && !strings.Contains(source, `"`+key+`"`) && !strings.HasPrefix(key, "settings.seconds.") && !strings.HasPrefix(key, "error.") {
			t.Errorf("nothing says %s", key)
		}
	}
}
