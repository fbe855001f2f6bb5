package attacks_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"zarafa/mapi"
)

// variant is a request with one thing wrong with it.
type variant struct {
	what string
	body []byte
}

// variants yields requests that differ from a good one in one place. For each member it is left out, NULL, doubled, filled with
// garbage, given children that do not belong there, and given values that other requests might have.
func variants(good *element, values *hostileValues, rng *rand.Rand, yield func(variant)) {
	yield(variant{"nothing", good.envelope()})
	var walk func(e *element, path string)
	walk = func(e *element, path string) {
		for i, c := range e.children {
			at := path + "/" + c.name
			e.spoil(i, at, good, yield)
			for _, text := range values.of(c.kind, rng) {
				old := c.text
				c.text = text
				yield(variant{fmt.Sprintf("%s = %.80q", at, text), good.envelope()})
				c.text = old
			}
			walk(c, at)
		}
	}
	walk(good, good.name)
}

// spoil yields the request with its child i spoilt in its form.
func (e *element) spoil(i int, at string, good *element, yield func(variant)) {
	c, children := e.children[i], e.children
	saved := *c
	restore := func() { *c, e.children = saved, children }

	e.children = append(append([]*element{}, children[:i]...), children[i+1:]...)
	yield(variant{at + " left out", good.envelope()})
	e.children = append(append([]*element{}, children...), c)
	yield(variant{at + " doubled", good.envelope()})
	restore()
	c.children, c.text, c.attrs = nil, "", ` xsi:nil="true"`
	yield(variant{at + " NULL", good.envelope()})
	restore()
	c.children, c.text = nil, "garbage&#x1;&lt;"
	yield(variant{at + " garbage", good.envelope()})
	restore()
	c.children = append(append([]*element{}, saved.children...), &element{name: "item", text: "1"}, &element{name: "x", text: "<y/>"})
	yield(variant{at + " with children", good.envelope()})
	restore()
	if strings.Contains(c.attrs, "arrayType") {
		for _, form := range []string{"xsd:string[1]", "propVal[-1]", "xsd:unsignedInt[4294967295]", "propVal[99999999999999999999]", "[[", ""} {
			c.attrs = ` SOAP-ENC:arrayType="` + form + `"`
			yield(variant{at + " of type " + form, good.envelope()})
		}
		restore()
	}
}

// hostileValues are values for each simple type.
type hostileValues struct {
	byKind map[string][]string
	sample int // how many of them a member is tried with, at random
}

// of are the values to try for a type.
func (h *hostileValues) of(kind string, rng *rand.Rand) []string {
	all := h.byKind[kind]
	if len(all) <= h.sample {
		return all
	}
	some := make([]string, h.sample)
	for i, n := range rng.Perm(len(all))[:h.sample] {
		some[i] = all[n]
	}
	return some
}

var (
	hostileNumbers = []string{
		"", "0", "1", "2", "3", "4", "5", "6", "7", "8", "16", "31", "64", "255", "256", "1024", "32768", "65535", "65536", "1000000", "2147483647",
		"2147483648", "4294967295", "4294967296", "-1", "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
		"18446744073709551615", "18446744073709551616", "1e9", "0x10", " 7 ", "NaN", "٣",
	}
	hostileTexts = []string{
		"", " ", "'; DROP TABLE objects; --", "%s%n%x", "../../../../etc/passwd", "a&#0;b", "&#x1;", "&#xD800;", "&#x110000;", "&unknown;", "\xff\xfe",
		"<![CDATA[]]>", "<!-- -->", strings.Repeat("long ", 20_000), "SYSTEM", "Everyone", "alice", "\u202e", "e\u0301", "\r\nX-Header: 1", "*", "%", "_",
	}
	hostileBinaries = []string{
		"", "A", "AA", "AAAA", "====", "!!!!", "QUJD QUJD\n", b64([]byte{1, 0, 0, 0}), b64(make([]byte, 4)), b64(make([]byte, 36)), b64(make([]byte, 48)),
		b64(mapi.MakeEntryIDV0(mapi.GUID{}, mapi.TypeFolder, 1)), b64([]byte(strings.Repeat("\xff", 48))), b64([]byte(strings.Repeat("long", 20_000))),
		b64(mapi.ABEntryID{}.Encode()),
	}
)

// valuesAbout are hostile values, and the identifiers of two mailboxes where other things are expected.
func valuesAbout(sample int, mailboxes ...*mailbox) *hostileValues {
	h := &hostileValues{sample: sample, byKind: map[string][]string{"boolean": {"2", "true", "no", ""}, "string": hostileTexts}}
	numbers, binaries := append([]string{}, hostileNumbers...), append([]string{}, hostileBinaries...)
	for _, tag := range []mapi.PropTag{mapi.PrBody, mapi.PrEntryID, mapi.PrAttachDataBin, mapi.PrConflictItems | mapi.PropTag(mapi.MVInstance), 0xFFFFFFFF, 0x8500001E} {
		numbers = append(numbers, tagText(tag))
	}
	for _, m := range mailboxes {
		guid := m.Store.EntryID.StoreGUID()
		for _, id := range [][]byte{
			m.User.EntryID, m.Group.EntryID, m.Store.EntryID, m.Store.RootID, m.Inbox, m.Folder, m.Search, m.Message, guid[:],
			mapi.NewEntryID(guid, mapi.TypeMessage), m.Object.Props.Bytes(mapi.PrSourceKey), m.Object.Props.Bytes(mapi.PrParentSourceKey), m.Message[:40],
		} {
			binaries = append(binaries, b64(id))
		}
		numbers = append(numbers, number(uint64(m.User.ID)), number(uint64(m.Object.ServerID)), number(uint64(m.Object.Children[1].ServerID)))
	}
	h.byKind["base64Binary"], h.byKind["xopBinary"] = binaries, binaries
	for _, kind := range []string{"short", "int", "unsignedInt", "long", "unsignedLong", "float", "double", "dateTime"} {
		h.byKind[kind] = numbers
	}
	return h
}
