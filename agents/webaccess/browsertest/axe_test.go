package browsertest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/agents/webaccess/browsertest/fake"
)

// The screens have no violation that axe knows of.
func TestAccessible(t *testing.T) {
	for name, look := range map[string]Look{"light": Wide, "dark": Dark, "phone": Phone} {
		t.Run(name, func(t *testing.T) {
			_, url := Fake(t, 500)
			axe, err := os.ReadFile(filepath.Join(Sources, "node_modules", "axe-core", "axe.min.js"))
			if err != nil {
				t.Fatal(err)
			}
			p := Browse(t, look)
			check := func(screen string) {
				t.Helper()
				found := Eval[[]string](p, string(axe)+`; axe.run(document, {iframes: false}).then(r => r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 200) + " " + n.failureSummary)))`)
				for _, f := range found {
					t.Errorf("%s: %s", screen, strings.ReplaceAll(f, "\n", " "))
				}
			}
			p.Open(url)
			p.Until(`document.querySelector("#user") !== null`)
			check("log-on")
			p.LogOn(url, "alice", fake.Password)
			check("list")
			p.Row(2)
			p.Until(`document.querySelector(".reader .banner") !== null`)
			check("reader")
			p.Button("More")
			p.Until(`document.querySelector(".menu [role=menuitem]") !== null`)
			check("menu")
			p.Press("Escape")
			p.Press("Ctrl+k")
			p.Until(`document.querySelector(".palette") !== null`)
			check("palette")
			p.Press("Escape")
			p.Press("?")
			p.Until(`document.querySelector(".help") !== null`)
			check("help")
			p.Press("Escape")
			p.Until(`document.querySelector(".help") === null`)
			p.Press("Ctrl+k")
			p.Until(`document.querySelector(".palette") !== null`)
			p.Type("settings")
			p.Press("Enter")
			p.Until(`document.querySelector(".settings") !== null && document.querySelectorAll(".settings li").length > 0`)
			check("settings")
			if folder := os.Getenv("ZARAFA_SHOTS"); folder != "" {
				p.Shot(filepath.Join(folder, name+"-9settings.png"))
			}
			p.Press("Escape")
			p.Until(`document.querySelector(".settings") === null`)
			p.Press("r")
			p.Until(writing)
			check("compose")
			p.Button("Discard")
			p.Until(`document.querySelector(".compose") === null`)
		})
	}
}
