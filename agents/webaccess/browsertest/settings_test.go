package browsertest

import (
	"testing"

	"zarafa/agents/webaccess/browsertest/fake"
)

// Settings change what is seen at once, and are there after a reload.
func TestSettings(t *testing.T) {
	_, url := Fake(t, 500)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	p.Button("Settings")
	p.Until(`document.querySelector(".settings") !== null`)
	p.Button("Dark")
	p.Until(`getComputedStyle(document.body).backgroundColor === "rgb(18, 20, 24)"`)
	p.Button("One line")
	p.Until(`document.querySelector("#row-0").offsetHeight === 32`)
	p.Button("Gmail")
	p.Until(`[...document.querySelectorAll(".settings [aria-pressed=true]")].some(b => b.innerText === "Gmail")`)
	p.Press("Escape")
	p.Until(`document.querySelector(".settings") === null`)
	p.Open(url)
	p.Until(`document.querySelector("#row-0")?.offsetHeight === 32 && document.documentElement.dataset.theme === "dark"`)
	p.Type("c") // Gmail's key for a new mail
	p.Until(writing)
}
