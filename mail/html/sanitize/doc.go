// Package sanitize makes the HTML of a mail harmless, so that a web client can show it to whoever receives it.
//
// What comes out holds elements, attributes and properties of CSS from lists of what is allowed; each address in it was made by the caller's
// Policy, or is the target of a link of the kinds http, https, ftp and tel. There is no script and no form, and nothing that loads something
// by itself except pictures that the policy permits. Names and styles reach nothing outside the element that the mail is put in.
//
// It works in four steps. The tokens of the page are filtered and counted, so that no page costs more than its length (prepare.go).
// golang.org/x/net/html makes a tree of the rest, as browsers do, and the tree is cleaned (clean.go), styles with a lexer of CSS and a
// serializer of our own (css.go, sheet.go). The result is parsed again until it does not change any more, and each time everything in it
// is compared with what was put there (stable.go): what one parser reads as text and the next one as an element shows here.
// A page that is beyond the limits, or does not become stable, is shown as its text.
//
// The frame that shows the result should still forbid scripts and foreign addresses (Content-Security-Policy, sandbox): this package is one of
// two walls. All functions are pure and may be called concurrently, as far as the functions of the policy may.
package sanitize
