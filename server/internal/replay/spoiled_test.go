package replay

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
)

// spoiled is one way in which a server may answer wrongly, and where the harness must say so.
type spoiled struct {
	name     string
	scenario string
	n        int                      // exchange whose answer is spoiled
	edit     func(body string) string // nil: see from
	from     int                      // the answer is that of this exchange
	path     string                   // part of the path that must be flagged
	at       int                      // exchange that must be flagged; 0 means n
}

func replaceOnce(old, new string) func(string) string {
	return func(body string) string { return strings.Replace(body, old, new, 1) }
}

func replaceMatch(pattern, with string) func(string) string {
	re := regexp.MustCompile(pattern)
	return func(body string) string {
		at := re.FindStringSubmatchIndex(body)
		if at == nil {
			return body
		}
		return body[:at[0]] + string(re.ExpandString(nil, with, body, at)) + body[at[1]:]
	}
}

// item matches a property with a one-element value.
func item(tag, value string) string {
	return `<item><ulPropTag>` + tag + `</ulPropTag><(\w+)>` + value + `</\w+></item>`
}

const (
	row   = `(?s:(<item SOAP-ENC:arrayType="propVal\[\d+\]">.*?</item></item>))`
	notif = `(<item><ulConnection>.*?</item>)`
)

func spoiledAnswers() []spoiled {
	return []spoiled{
		{name: "property dropped", scenario: "03", n: 22, edit: replaceMatch(item("906100739", `\d+`), ""), path: "modProps/36020003"},
		{name: "tag dropped", scenario: "03", n: 22, edit: replaceOnce("<item>906100739</item>", ""), path: "delProps/36020003"},
		{name: "property added", scenario: "03", n: 22, edit: replaceMatch(item("906100739", `\d+`), "$0<item><ulPropTag>1</ulPropTag><ul>0</ul></item>"), path: "modProps/00000001"},
		{name: "rows swapped", scenario: "03", n: 90, edit: replaceMatch(row+row, "$2$1"), path: "sRowSet/item[0]"},
		{name: "row missing", scenario: "03", n: 90, edit: replaceMatch(row, ""), path: "sRowSet/item"},
		{name: "cells swapped", scenario: "03", n: 90, edit: replaceMatch(`(<item><ulPropTag>3604511</ulPropTag>.*?</item>)(<item>.*?</item>)`, "$2$1"), path: "item[1]"},
		{name: "size changed", scenario: "03", n: 166, edit: replaceMatch(item("235405315", "449"), "<item><ulPropTag>235405315</ulPropTag><$1>450</$1></item>"), path: "0E080003"},
		{name: "text changed", scenario: "03", n: 90, edit: replaceOnce("Budget 01", "Budget 1"), path: "0037001F"},
		{name: "code changed", scenario: "03", n: 81, edit: replaceOnce("<result>0<", "<result>2147483650<"), path: "result"},
		{name: "other user's data", scenario: "03", n: 149, from: 13, path: "lpszUsername"},
		{name: "object id used twice", scenario: "03", n: 50, from: 48, path: "ulServerId"},
		{name: "object id changed", scenario: "03", n: 49, edit: replaceOnce("<ulServerId>", "<ulServerId>9"), path: "ulServerId"},
		{name: "table id of another table", scenario: "03", n: 111, from: 87, path: "ulTableId"},
		{name: "old creation time", scenario: "03", n: 22, edit: replaceMatch(`(<ulPropTag>805765184</ulPropTag><hilo><hi>)\d+`, "${1}30000000"), path: "30070040"},
		{name: "time without value", scenario: "03", n: 22, edit: replaceMatch(`(<ulPropTag>805765184</ulPropTag>)<hilo>.*?</hilo>`, "$1"), path: "30070040"},
		{name: "licence", scenario: "03", n: 1, edit: replaceOnce("<sLicenseResponse>", "<sLicenseResponse>AAAA"), path: "sLicenseResponse"},
		{name: "capability granted", scenario: "03", n: 1, edit: replaceOnce("40936", "40937"), path: "ulCapabilities"},
		{name: "array too long", scenario: "03", n: 90, edit: replaceOnce("propVal[][5]", "propVal[][6]"), path: "@arrayType"},
		{name: "member missing", scenario: "03", n: 2, edit: replaceMatch("<lpszServerPath>.*</lpszServerPath>", ""), path: "lpszServerPath"},
		{name: "other wrapper", scenario: "03", n: 47, edit: func(b string) string { return strings.ReplaceAll(b, "loadObjectResponse", "saveObjectResponse") }, path: ""},
		{name: "changes swapped", scenario: "03", n: 162, edit: replaceMatch(`(<item>.*?</item>)(<item>.*?</item>)`, "$2$1"), path: "", at: 164},
		{name: "stream changed", scenario: "03", n: 164, edit: replaceOnce("Budget 00", "Budget 11"), path: "part[2]"},
		{name: "stream cut", scenario: "03", n: 164, edit: replaceOnce("\x00\x00\x00\x01\x00\x00\x00\x0f", "\x00\x00\x00\x01\x00\x00\x00\x10"), path: "part[0]"},
		{name: "part named otherwise", scenario: "03", n: 164, edit: replaceOnce("Content-ID: emcas-1", "Content-ID: <emcas-1>"), path: "Content-ID"},
		{name: "event lost", scenario: "05", n: 46, edit: replaceMatch(notif, ""), path: "event/4"},
		{name: "event doubled", scenario: "05", n: 93, edit: replaceMatch(notif, "$1$1"), path: "event/3"},
		{name: "other event", scenario: "05", n: 44, edit: replaceOnce("<ulEventType>4<", "<ulEventType>16<"), path: "ulEventType"},
		{name: "event's row changed", scenario: "05", n: 48, edit: replaceOnce("M watched", "N watched"), path: "0037001F"},
		{name: "not XML", scenario: "05", n: 45, edit: replaceOnce("</ns:", "<"), path: ""},
	}
}

func TestSpoiledAnswersAreFlagged(t *testing.T) {
	loaded := map[string][]*Scenario{"03": loadAll(t, "03"), "05": loadAll(t, "05")}
	for _, c := range spoiledAnswers() {
		t.Run(strings.ReplaceAll(c.name, " ", "-"), func(t *testing.T) {
			t.Parallel()
			c.run(t, loaded[c.scenario])
		})
	}
}

func (c spoiled) run(t *testing.T, scenarios []*Scenario) {
	f := newFake(t, scenarios)
	f.mutate = func(ex *Exchange, body []byte) []byte {
		if ex.N != c.n {
			return body
		}
		out := []byte(nil)
		if c.edit != nil {
			out = []byte(c.edit(string(body)))
		} else {
			other := scenarios[0].Exchanges[c.from-1]
			out = f.permute(other, f.scopeOf(other), other.Response)
		}
		if bytes.Equal(out, body) {
			t.Error("the answer is not spoiled")
		}
		return out
	}
	p := NewPlayer(withShortWait(f.start()))
	defer p.Close()
	r, err := p.Play(t.Context(), scenarios[0])
	if err != nil {
		t.Fatal(err)
	}
	at := c.n
	if c.at != 0 {
		at = c.at
	}
	for _, m := range r.Mismatches {
		for _, d := range m.Diffs {
			if m.N == at && strings.Contains(d.Path, c.path) {
				return
			}
		}
	}
	t.Errorf("nothing flagged at #%d %q:\n%s", at, c.path, describe(r))
}

// withShortWait keeps tests short that wait for events in vain.
func withShortWait(c Config) Config {
	c.EventWait = 300 * time.Millisecond
	return c
}

func TestLostEventsAreFlagged(t *testing.T) {
	scenarios := loadAll(t, "05")
	f := newFake(t, scenarios)
	f.noPolls = true
	p := NewPlayer(withShortWait(f.start()))
	defer p.Close()
	r, err := p.Play(t.Context(), scenarios[0])
	if err != nil {
		t.Fatal(err)
	}
	const withEvents = 11 // polls of the record that brought something
	if len(r.Mismatches) != withEvents {
		t.Error(describe(r))
	}
}
