package browsertest

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Run carries actions out.
func (p *Page) Run(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.fail("an action", err)
	}
}

// text is what the page shows, for the message of a test that fails.
func (p *Page) text() string {
	text, err := chromedp.Run(p.ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 1500)`))
	if err != nil {
		return err.Error()
	}
	return text
}

// Open goes to an address.
func (p *Page) Open(url string) {
	p.t.Helper()
	p.Run(chromedp.Navigate(url))
}

// Eval is the value of an expression.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		p.fail(expression, err)
	}
	return v
}

func (p *Page) fail(what string, err error) {
	p.t.Helper()
	p.mu.Lock()
	errors := slices.Clone(p.errors)
	p.mu.Unlock()
	if folder := os.Getenv("ZARAFA_SHOTS"); folder != "" {
		if png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot()); err == nil {
			_ = os.WriteFile(filepath.Join(folder, "failed.png"), png, 0o600)
		}
	}
	p.t.Fatalf("%s: %v\nthe console says: %q\nthe page shows: %s", what, err, errors, p.text())
}

// frames is for how many frames of the page a condition is waited for; a page draws 60 a second at most.
const frames = 1200

// Until waits for an expression to be true, looking at each frame that the page draws.
func (p *Page) Until(expression string) {
	p.t.Helper()
	if !Eval[bool](p, fmt.Sprintf(`(async () => { for (let i = 0; i < %d; i++) { if (%s) return true; await new Promise(r => requestAnimationFrame(r)); } return false; })()`, frames, expression)) {
		p.fail("never true: "+expression, nil)
	}
}

// quoted is a text as JavaScript writes it.
func quoted(text string) string {
	q, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(q)
}

// UntilText waits for a text to be shown.
func (p *Page) UntilText(text string) {
	p.t.Helper()
	p.Until(`document.body.innerText.includes(` + quoted(text) + `)`)
}

// Click clicks what a selector finds first.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.Run(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Button clicks the button that is shown with a label.
func (p *Page) Button(label string) {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("button, [role^=menuitem]")].filter(b => b.offsetParent !== null && (b.getAttribute("aria-label") ?? b.innerText).trim() === %s)[0]`, quoted(label))
	p.Until(find + ` !== undefined`)
	Eval[chromedp.Void](p, find+`.click()`)
}

// Type types a text where the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	p.Run(chromedp.KeyEvent(text))
}

// keys are the names of keys that are no letters.
var keys = map[string]string{
	"Enter": kb.Enter, "Escape": kb.Escape, "Tab": kb.Tab, "ArrowDown": kb.ArrowDown, "ArrowUp": kb.ArrowUp, "Delete": kb.Delete, "Home": kb.Home, "End": kb.End,
	"PageDown": kb.PageDown, "Space": " ",
}

// Press presses a key, such as "Ctrl+Enter" or "Shift+ArrowDown".
func (p *Page) Press(key string) {
	p.t.Helper()
	parts := strings.Split(key, "+")
	held := 0
	for _, h := range parts[:len(parts)-1] {
		held |= map[string]int{"Alt": 1, "Ctrl": 2, "Shift": 8}[h]
	}
	name := parts[len(parts)-1]
	if code, ok := keys[name]; ok {
		name = code
	}
	p.Run(chromedp.KeyEvent(name, chromedp.KeyModifiers(chromedp.Modifier(held))))
}

// LogOn logs a user on and waits for the list.
func (p *Page) LogOn(url, user, password string) {
	p.t.Helper()
	p.Open(url)
	p.Until(`document.querySelector("#user") !== null`)
	p.Run(chromedp.SendKeys(chromedp.CSS("#user"), user), chromedp.SendKeys(chromedp.CSS("#password"), password+kb.Enter))
	p.Until(`document.querySelector(".grid .row .who") !== null || document.querySelector(".list .empty") !== null`)
}

// Row clicks a row of the list.
func (p *Page) Row(index int) {
	p.t.Helper()
	p.Click(fmt.Sprintf("#row-%d .who", index))
}

// Subjects are those of the rows that are drawn, in their order.
func (p *Page) Subjects() []string {
	p.t.Helper()
	return Eval[[]string](p, `[...document.querySelectorAll(".grid .row")].sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map(r => r.querySelector(".subject")?.innerText ?? "")`)
}

// Shot writes a picture of the page.
func (p *Page) Shot(file string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// focus puts the focus on what a selector finds.
func focus(selector string) chromedp.Action[chromedp.Void] {
	return chromedp.Focus(chromedp.CSS(selector))
}

// ClickRow clicks a row while a key is held, which the name of the event's property tells.
func (p *Page) ClickRow(index int, held string) {
	p.t.Helper()
	Eval[bool](p, fmt.Sprintf(`document.querySelector("#row-%d .who").dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true, %s: true}))`, index, held))
}
