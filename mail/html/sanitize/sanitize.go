package sanitize

import (
	"bytes"
	"net/url"
	"strings"

	mailhtml "zarafa/mail/html"
)

// The limits of a page that is shown as HTML. Mails of real senders stay far below them.
const (
	MaxBytes = 2 << 20 // of the page
	MaxDepth = 256     // elements in each other
	MaxNodes = 100_000 // elements and pieces of text
)

// DefaultPrefix is the prefix of names if the policy has none.
const DefaultPrefix = "zm-"

// Reference is what a page names another part of its mail by: one of the two is set.
type Reference struct {
	ContentID string // RFC 2392, without "cid:" and angle brackets, percent signs decoded
	Location  string // Content-Location (RFC 2557), as the page writes it, or absolute if the page has a base
}

// Policy is what the caller decides about a page. The addresses that its functions return are put into the page as they are, so they must
// be addresses of the caller's own server; one with other signs than those of a URI (RFC 3986) is not used.
type Policy struct {
	// Inline returns the address of a part of the mail that the page shows, false if the mail has no such part or it is no picture. Without
	// this function there are no parts.
	Inline func(Reference) (address string, ok bool)

	// Remote returns the address under which the caller's proxy fetches a picture from an absolute http or https address. Without this
	// function, or if it returns false, the picture is blocked and counted.
	Remote func(address string) (proxied string, ok bool)

	// Compose returns the address of a page for writing to the recipients of a mailto link, whose text it gets. Without it such a link
	// has no address, and is reached by keys all the same. In both cases the attribute data-mailto holds the text.
	Compose func(mailto string) (address string)

	// Prefix begins every id and name of the page and the classes that this package adds; letters, digits and '-', beginning with a
	// letter. It is DefaultPrefix if empty.
	Prefix string
}

// Reason says why a page is shown as text.
type Reason string

// The reasons; None stands for a page that is shown as HTML.
const (
	None         Reason = ""
	TooLarge     Reason = "too large"         // more than MaxBytes
	TooDeep      Reason = "too deep"          // more than MaxDepth
	TooManyNodes Reason = "too many elements" // more than MaxNodes
	TooComplex   Reason = "too complex"       // open formatting elements would multiply
	Unstable     Reason = "unstable"          // parsing the result changes it
)

// Result is a page that is safe to show.
type Result struct {
	// HTML is one element div with the class PREFIXroot, for the body of a document. Pictures that were blocked are elements img without
	// src and with the class PREFIXblocked. A link has the attribute data-link, its index in Links.
	HTML string

	Reason  Reason // not None: HTML is the page's text
	Blocked int    // pictures that the policy did not let through, each place counted
	Remote  int    // pictures that load through the policy's proxy
	Inline  int    // pictures that are parts of the mail
	Links   []Link

	// Colours says that the page sets colours of text or background, so that it must be shown on light paper; a page without any may
	// follow the reader's dark mode. DarkMode says that it brings styles for dark mode itself.
	Colours, DarkMode bool

	// Quirks says that the page has no document type, so that its author saw it in quirks mode.
	Quirks bool
}

// HTML sanitizes a page, which is in UTF-8 (see Charset of mail/html for the bytes of a mail). It does not fail: what cannot be shown as HTML
// becomes text, with a reason. Time and memory are linear in the page.
func HTML(page []byte, policy Policy) Result {
	r := sanitized(page, policy)
	if r.Reason == None {
		return r
	}
	text := Text(mailhtml.Text(page[:min(len(page), 8*MaxBytes)]), policy)
	text.Reason = r.Reason
	return text
}

// sanitized takes all steps; if the reason is not None, nothing else is set.
func sanitized(page []byte, policy Policy) Result {
	policy.Prefix = policy.prefix()
	if len(page) > MaxBytes {
		return Result{Reason: TooLarge}
	}
	page = bytes.ReplaceAll(bytes.ToValidUTF8(page, []byte("\uFFFD")), []byte{0}, []byte("\uFFFD"))
	source, reason := prepare(page)
	if reason != None {
		return Result{Reason: reason}
	}
	c := &cleaner{policy: policy, base: source.base, made: map[string]bool{}}
	safe, reason := c.clean(source)
	if reason == None {
		safe, reason = c.stable(safe)
	}
	if reason != None {
		return Result{Reason: reason}
	}
	c.result.HTML = safe
	c.result.Quirks = !source.doctype
	return c.result
}

// longestText is how much text is shown of a page or a text that is beyond the limits.
const longestText = 512 << 10

// Text makes HTML of a plain text, in the form that HTML returns: addresses become links, quotations nested elements blockquote, and the
// signature an element with the class signature.
func Text(text string, policy Policy) Result {
	if r := sanitized([]byte(mailhtml.FromPlain(cut(text))), policy); r.Reason == None {
		r.Quirks = false
		return r
	}
	return bare(text, policy)
}

// bare shows a text that is beyond the limits even as a text: without links and quotations.
func bare(text string, policy Policy) Result {
	var out strings.Builder
	out.WriteString(`<div class="` + policy.prefix() + `root"><pre>`)
	text = strings.ReplaceAll(cut(text), "\r\n", "\n")
	if strings.HasPrefix(text, "\n") {
		out.WriteByte('\n') // parsers take the first one away
	}
	for _, r := range text {
		writeEscaped(&out, r)
	}
	out.WriteString("</pre></div>")
	return Result{HTML: out.String()}
}

func writeEscaped(out *strings.Builder, r rune) {
	switch r {
	case '&':
		out.WriteString("&amp;")
	case '<':
		out.WriteString("&lt;")
	case '>':
		out.WriteString("&gt;")
	case '\r':
	default:
		if r >= ' ' || r == '\n' || r == '\t' {
			out.WriteRune(r)
		}
	}
}

// cut shortens a text to what is shown of it.
func cut(text string) string {
	if len(text) <= longestText {
		return text
	}
	return strings.ToValidUTF8(text[:longestText], "") + "\r\n[…]\r\n"
}

func (p Policy) prefix() string {
	if p.Prefix == "" {
		return DefaultPrefix
	}
	return p.Prefix
}

// Document makes a page of a result: with the styles that keep a mail within its element, and without a referrer. The address of the
// document must be its own, not srcdoc, and its response must carry the headers that the package comment speaks of.
func (r Result) Document(policy Policy) string {
	doctype := "<!DOCTYPE html>"
	if r.Quirks {
		doctype = ""
	}
	root := "." + policy.prefix() + "root"
	return doctype + `<html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><style>body{margin:0}` +
		root + `{padding:8px;contain:paint;overflow:auto;overflow-wrap:break-word}` +
		root + ` a[data-mailto]{color:LinkText;text-decoration:underline;cursor:pointer}</style></head><body>` +
		r.HTML + `</body></html>`
}

// source is a page after its first step.
type source struct {
	html    []byte // of allowed elements alone, with all their attributes that may be allowed
	sheets  []styleSheet
	body    []attribute // of the elements html and body
	base    *url.URL
	doctype bool
}

// styleSheet is the contents of an element style.
type styleSheet struct {
	media, css string
}
