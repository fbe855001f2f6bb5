package browsertest

import (
	"strings"
	"testing"

	"zarafa/agents/webaccess/api"
	"zarafa/agents/webaccess/browsertest/fake"
)

// writing is the state in which the text can be written.
const writing = `document.querySelector(".editor")?.contentDocument?.getElementById("text")?.isContentEditable`

// A mail is written with the keyboard alone, saved while it is written, and its sending undone.
func TestWrite(t *testing.T) {
	s, url := Fake(t, 100)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	p.Type("n")
	p.Until(writing)
	p.Type("car")
	p.Until(`document.querySelector(".suggest [aria-selected=true]") !== null`)
	p.Press("Enter")
	p.Until(`document.querySelector(".compose .chip")?.innerText.includes("Carol Chen")`)
	p.Type("dora@example.org,")
	p.Until(`document.querySelectorAll(".compose .chip").length === 2`)
	p.Run(focus(".subject.input"))
	p.Type("Crane")
	p.Press("Tab")
	Eval[bool](p, `(() => { document.querySelector(".editor").contentDocument.getElementById("text").focus(); return true })()`)
	p.Press("Ctrl+b")
	p.Type("Bold")
	p.Press("Ctrl+b")
	p.Type(" & plain")
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	d := s.Draft("Crane")
	if d == nil || len(d.Recipients) != 2 || d.Recipients[0].Address != "carol@example.com" || !strings.Contains(d.HTML, "<b>Bold</b>") || !strings.Contains(d.HTML, "&amp; plain") {
		t.Fatalf("%+v", d)
	}
	p.Press("Ctrl+Enter")
	p.UntilText("Sent.")
	p.Until(`document.querySelector(".compose") === null`)
	if d := s.Draft("Crane"); !d.Queued {
		t.Error("the mail was not sent")
	}
	p.Press("Ctrl+z")
	p.Until(writing + ` && document.querySelector(".editor").contentDocument.body.innerText.includes("Bold & plain")`)
}

// An answer keeps the quoted mail as it is until somebody edits it.
func TestReply(t *testing.T) {
	s, url := Fake(t, 100)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	p.Row(1)
	p.Until(`document.querySelector(".frame") !== null`)
	p.Press("r")
	p.Until(writing)
	p.Until(`document.querySelector(".editor").contentDocument.getElementById("quote").innerText.includes("second date")`)
	p.Type("Yes.")
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	if d := s.Draft("Re: "); d == nil || !strings.Contains(d.HTML, "Yes.") || strings.Contains(d.HTML, "second date") || !strings.Contains(d.Quote, "second date") {
		t.Fatalf("%+v", d)
	}
	p.Button("Edit quote")
	p.Until(`document.querySelector(".editor").contentDocument.getElementById("text").innerText.includes("second date")`)
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	if d := s.Draft("Re: "); d.Quote != "" || !strings.Contains(d.HTML, "Yes.") || !strings.Contains(d.HTML, "second date") {
		t.Errorf("%+v", d)
	}
}

// A draft that another program has changed is not overwritten without being asked.
func TestConflict(t *testing.T) {
	s, url := Fake(t, 100)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	p.Type("n")
	p.Until(writing)
	p.Run(focus(".subject.input"))
	p.Type("Mine")
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	d := s.Draft("Mine")
	s.Change(d.ID, func(d *api.Draft) { d.Subject = "Theirs" })
	p.Type(" again")
	p.UntilText("This draft was changed somewhere else.")
	if s.Draft("Theirs") == nil {
		t.Error("the other's change is gone")
	}
	p.Button("Keep mine")
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	if s.Draft("Mine again") == nil {
		t.Error("the own change is gone")
	}
}

// Nothing that is quoted or pasted runs or loads anything.
func TestHostileQuote(t *testing.T) {
	s, url := Fake(t, 100)
	p := Browse(t, Wide)
	p.LogOn(url, "alice", fake.Password)
	p.Type("n")
	p.Until(writing)
	p.Run(focus(".subject.input"))
	p.Type("Evil")
	p.Until(`document.querySelector(".send [role=status]").innerText === "Saved"`)
	s.Change(s.Draft("Evil").ID, func(d *api.Draft) {
		d.HTML = `<p style="color:red">text</p><img src="x" onerror="parent.bad=1"><script>parent.bad=1</script><svg><animate onbegin="parent.bad=1" attributeName="x" dur="1s"></svg>`
		d.Quote = `<a href="javascript:parent.bad=1">link</a><iframe srcdoc="<script>parent.parent.bad=1</script>"></iframe>`
	})
	p.Button("Close, and keep the draft")
	p.Button("Open")
	p.Until(writing + ` && document.querySelector(".editor").contentDocument.body.innerText.includes("link")`)
	if Eval[bool](p, `"bad" in window || /onerror|javascript:|<script|srcdoc/i.test(document.querySelector(".editor").contentDocument.body.innerHTML)`) {
		t.Error(Eval[string](p, `document.querySelector(".editor").contentDocument.body.innerHTML`))
	}
	// The parser of the frame reports what it will not run, before that is taken out.
	p.Allow("inline event handler")
	p.Allow("404") // of the picture
}
