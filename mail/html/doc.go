// Package html is what mails need of HTML: its text as a mail program shows it, its character set, the parts of the mail that it names,
// and HTML made of text. It reads with the tokenizer of golang.org/x/net/html alone and builds no tree, so time and memory are
// linear in the page and no depth of elements matters.
//
// All functions are pure and may be called concurrently. Nothing here makes a page safe to show; package sanitize below does.
package html
