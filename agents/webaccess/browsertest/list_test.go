package browsertest

import (
	"fmt"
	"testing"

	"zarafa/agents/webaccess/browsertest/fake"
	"zarafa/agents/webaccess/bundle"
)

// The client's code that needs no page, in the engine that it is for.
func TestCode(t *testing.T) {
	script, err := bundle.Tests(Sources)
	if err != nil {
		Pages(t) // says what is missing
		t.Fatal(err)
	}
	p := Browse(t, Wide)
	p.Open("about:blank")
	type result struct {
		Count    int      `json:"count"`
		Failures []string `json:"failures"`
	}
	r := Eval[result](p, script+"; tests.run()")
	if r.Count == 0 {
		t.Error("nothing was tested")
	}
	for _, f := range r.Failures {
		t.Error(f)
	}
}

const many = 200_000

// first is the number of the first row that is seen whole, and its subject lies on the screen.
const first = `(() => { const g = document.querySelector(".grid").getBoundingClientRect(); return Math.min(...[...document.querySelectorAll(".grid .row")].filter(r => r.getBoundingClientRect().top >= g.top - 1 && r.querySelector(".who")).map(r => Number(r.dataset.index))) })()`

// A list of any length opens with one request, scrolls to any row, and is never more than some elements.
func TestLongList(t *testing.T) {
	for _, n := range []int{1_000, many} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s, url := Fake(t, n)
			p := Browse(t, Wide)
			p.LogOn(url, "alice", fake.Password)
			if asked := s.Asked("GET /api/rows"); asked != 1 {
				t.Errorf("the folder opened with %d requests", asked)
			}
			p.Until(fmt.Sprintf(`document.querySelector(".grid").ariaRowCount === "%d"`, n))
			for _, share := range []float64{0.5, 1, 0.1, 0} {
				Eval[bool](p, fmt.Sprintf(`(() => { const g = document.querySelector(".grid"); g.scrollTop = (g.scrollHeight - g.clientHeight) * %g; return true })()`, share))
				want := int(share * float64(n-14))
				p.Until(fmt.Sprintf(`Math.abs(%s - %d) <= %d`, first, want, 2+n/2000))
				if rows := Eval[int](p, `document.querySelectorAll(".grid .row").length`); rows > 60 {
					t.Errorf("%d rows are drawn", rows)
				}
			}
			if high := Eval[int](p, `document.querySelector(".grid").scrollHeight`); high > 8_000_000 {
				t.Errorf("the list is %d pixels high", high)
			}
			p.Run(focus(".grid"))
			p.Press("End")
			p.Until(fmt.Sprintf(`document.querySelector("#row-%d .who") !== null`, n-1))
			p.Press("Home")
			p.Until(`document.querySelector("#row-0[data-cursor]") !== null`)
		})
	}
}

// What is on the screen stays when mail comes in above it, and on top new mail shows by itself.
func TestPlaceSurvives(t *testing.T) {
	s, url := Fake(t, many)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	s.Deliver("Zoe", "First of two")
	p.Until(`document.querySelector("#row-0 .subject").innerText === "First of two"`)
	Eval[bool](p, `(() => { document.querySelector(".grid").scrollTop = 3_000_000; return true })()`)
	p.Until(first + ` > 50_000 && ` + first + ` < 60_000_000`)
	before := Eval[string](p, `document.getElementById("row-" + `+first+`).getAttribute("aria-label")`)
	at := Eval[int](p, first)
	s.Deliver("Zoe", "Second of two")
	p.Until(fmt.Sprintf(`document.querySelector(".grid").ariaRowCount === "%d"`, many+2))
	p.Until(fmt.Sprintf(`%s === %d`, first, at+1))
	if after := Eval[string](p, `document.getElementById("row-" + `+first+`).getAttribute("aria-label")`); after != before {
		t.Errorf("on top is %q, was %q", after, before)
	}
}

// Ways to do the same with the mouse and with the keyboard.
type hands struct {
	name              string
	open, flag, clear func(p *Page)
	choose            func(p *Page, from, to int)
}

var twins = []hands{
	{
		name:   "mouse",
		open:   func(p *Page) { p.Row(2) },
		flag:   func(p *Page) { p.Button("Flag") },
		clear:  func(p *Page) { p.Button("Delete") },
		choose: func(p *Page, from, to int) { p.ClickRow(from, "ctrlKey"); p.ClickRow(to, "shiftKey") },
	},
	{
		name:  "keyboard",
		open:  func(p *Page) { p.Press("ArrowDown"); p.Press("ArrowDown"); p.Press("ArrowDown") },
		flag:  func(p *Page) { p.Press("!") },
		clear: func(p *Page) { p.Press("Delete") },
		choose: func(p *Page, from, to int) {
			p.Press("Home")
			for range from {
				p.Press("Ctrl+ArrowDown")
			}
			for range to - from {
				p.Press("Shift+ArrowDown")
			}
		},
	},
}

// Reading, flagging, deleting and undoing, with both.
func TestReadAndDelete(t *testing.T) {
	for _, h := range twins {
		t.Run(h.name, func(t *testing.T) {
			_, url := Fake(t, 1_000)
			p := Browse(t, Wide)
			p.LogOn(url, "alice", fake.Password)
			h.open(p)
			p.Until(`document.querySelector(".reader h1")?.innerText === document.querySelector("#row-2 .subject").innerText`)
			p.Until(`document.querySelector(".frame")?.contentDocument?.body?.innerText.includes("Hello Alice") || document.querySelector(".frame")?.contentDocument?.body?.innerText.includes("autumn")`)
			h.flag(p)
			p.Until(`document.querySelector("#row-2 [data-tone=flag]") !== null`)
			gone := Eval[string](p, `document.querySelector("#row-2").ariaLabel`)
			h.clear(p)
			p.Until(`document.querySelector(".grid").ariaRowCount === "999"`)
			p.UntilText("Deleted.")
			if now := Eval[string](p, `document.querySelector("#row-2").ariaLabel`); now == gone {
				t.Errorf("%q is still there", now)
			}
			p.Press("Ctrl+z")
			p.Until(`document.querySelector(".grid").ariaRowCount === "1000"`)
			p.Until(fmt.Sprintf(`document.querySelector("#row-2")?.ariaLabel === %s`, quoted(gone)))
			h.choose(p, 1, 5)
			p.UntilText("5 selected")
			h.clear(p)
			p.Until(`document.querySelector(".grid").ariaRowCount === "995"`)
		})
	}
}

// All of a folder is chosen without being loaded.
func TestChooseAll(t *testing.T) {
	s, url := Fake(t, many)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	asked := s.Asked("GET /api/rows")
	p.Press("Ctrl+a")
	p.UntilText("200,000 selected")
	if n := s.Asked("GET /api/rows"); n != asked {
		t.Errorf("choosing took %d requests", n-asked)
	}
	p.Press("q")
	p.Until(`[...document.querySelectorAll(".tree [aria-selected=true] .count")].length === 0`)
	p.Press("Escape")
	p.Until(`document.querySelector(".choice") === null`)
}

// A mail that was read under "unread" stays until one leaves the filter.
func TestFilterKeeps(t *testing.T) {
	_, url := Fake(t, 1_000)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	p.Button("Unread")
	p.Until(`Number(document.querySelector(".grid").ariaRowCount) < 200 && document.querySelectorAll(".grid .row[data-unread]").length > 8`)
	total := Eval[string](p, `document.querySelector(".grid").ariaRowCount`)
	p.Row(3)
	p.Until(`document.querySelector("#row-3:not([data-unread])") !== null`)
	p.Until(`parseInt(document.querySelector(".tree [aria-selected=true] .count").innerText) < ` + total)
	if now := Eval[string](p, `document.querySelector(".grid").ariaRowCount`); now != total {
		t.Errorf("%s rows, were %s", now, total)
	}
	p.Button("All")
	p.Until(`document.querySelector(".grid")?.ariaRowCount === "1000"`)
}
