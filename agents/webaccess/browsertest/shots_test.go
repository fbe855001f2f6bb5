package browsertest

import (
	"os"
	"path/filepath"
	"testing"

	"zarafa/agents/webaccess/browsertest/fake"
)

// TestShots writes pictures of the screens into the folder that ZARAFA_SHOTS names, to be looked at.
func TestShots(t *testing.T) {
	folder := os.Getenv("ZARAFA_SHOTS")
	if folder == "" {
		t.Skip("ZARAFA_SHOTS names no folder")
	}
	for name, look := range map[string]Look{"wide": Wide, "dark": Dark, "phone": Phone, "phone-dark": {Width: 390, Height: 844, Dark: true, Touch: true}, "middle": {Width: 1100, Height: 800}} {
		t.Run(name, func(t *testing.T) {
			_, url := Fake(t, 200_000)
			p := Browse(t, look)
			shot := func(what string) { p.Shot(filepath.Join(folder, name+"-"+what+".png")) }
			p.Open(url)
			p.Until(`document.querySelector("#user") !== null`)
			shot("1logon")
			p.LogOn(url, "alice", fake.Password)
			shot("2list")
			p.Row(1)
			p.Until(`document.querySelector(".frame")?.contentDocument?.body?.innerText.length > 20`)
			shot("3reader")
			if !look.Touch {
				p.Row(2)
				p.Until(`document.querySelector(".reader .file, .reader .banner") !== null`)
				shot("4files")
			}
			p.Button("Reply")
			p.Until(`document.querySelector(".editor")?.contentDocument?.getElementById("text")?.isContentEditable`)
			p.Type("Thank you, that fits well.")
			shot("5reply")
			p.Button("Discard")
			p.Press("?")
			shot("6help")
			p.Press("Escape")
			p.Press("Ctrl+k")
			p.Type("mo")
			shot("7palette")
			p.Press("Escape")
			p.Run()
			p.Press("Escape")
			p.Type("n")
			p.Until(`document.querySelector(".editor")?.contentDocument?.getElementById("text")?.isContentEditable`)
			p.Type("ca")
			p.Until(`document.querySelector(".suggest") !== null`)
			shot("8new")
		})
	}
}
