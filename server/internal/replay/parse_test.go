package replay

import (
	"strings"
	"testing"
)

func TestParseXMLIsTolerantAndStrict(t *testing.T) {
	const doc = `<?xml version="1.0"?><!-- c --><a:x xmlns:a="u"><y>1&#x1;&lt;` + "\uFFFE" + `</y><z/><l q:arrayType="t[2]"><item>&#13;</item><item><![CDATA[<]]></item></l></a:x>`
	n, err := parseXML([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	if n.name != "x" || n.value("y") != "1\x01<\uFFFE" || n.child("z") == nil || n.child("l").arrayType != "t[2]" {
		t.Errorf("%+v", n)
	}
	items := n.child("l").all("item")
	if len(items) != 2 || items[0].text != "\r" || items[1].text != "<" {
		t.Errorf("%+v", items)
	}
	if y := n.child("y"); doc[y.first:y.end] != "1&#x1;&lt;\uFFFE" {
		t.Errorf("content at %d..%d", y.first, y.end)
	}
	deep := strings.Repeat("<a>", maxDepth+1)
	for _, bad := range []string{"", "text", "<a>", "<a", "<a b></a>", "<a b='></a>", "</a>", "<a>&x;</a>", "<a>&#x110000;</a>", "<a>&lt</a>", "<!DOCTYPE a><a/>", deep} {
		if _, err := parseXML([]byte(bad)); err == nil {
			t.Errorf("%.20q is accepted", bad)
		}
	}
}

func TestRewriteKeepsEverythingButValues(t *testing.T) {
	for _, sc := range loadAll(t) {
		for _, ex := range sc.Exchanges {
			w := &rewriter{scope: newScope(ex.request, ex.Op, nil), names: newMapping()}
			if got := w.rewrite(ex.Request, ex.request); string(got) != string(ex.Request) {
				t.Fatalf("%s #%d %s changes without a name known", sc.Name, ex.N, ex.Op)
			}
		}
	}
}

func TestRecordedStreamsParse(t *testing.T) {
	n := 0
	for _, sc := range loadAll(t) {
		for _, ex := range sc.Exchanges {
			for i, p := range ex.streams {
				n++
				if _, err := parseStream(p.data); err != nil {
					t.Errorf("%s #%d part %d: %v", sc.Name, ex.N, i, err)
				}
			}
		}
	}
	if n == 0 {
		t.Error("no stream in the record")
	}
}

func FuzzParseXML(f *testing.F) {
	for _, sc := range loadAll(f, "05") {
		for _, ex := range sc.Exchanges[:30] {
			f.Add(ex.Request)
			f.Add(ex.Response)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := parseXML(b)
		if err == nil && (n.end < n.first || n.end > len(b)) {
			t.Errorf("content at %d..%d of %d bytes", n.first, n.end, len(b))
		}
	})
}

func FuzzParseStream(f *testing.F) {
	for _, sc := range loadAll(f, "03", "10") {
		for _, ex := range sc.Exchanges {
			for _, p := range ex.streams {
				f.Add(p.data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if m, err := parseStream(b); err == nil && m.props == nil {
			t.Error("no properties")
		}
	})
}

func FuzzParseAnswer(f *testing.F) {
	for _, sc := range loadAll(f, "03") {
		for _, ex := range sc.Exchanges {
			if len(ex.streams) > 0 {
				f.Add(headerValue(ex.ResponseHead, "Content-Type"), ex.Response)
			}
		}
	}
	f.Fuzz(func(t *testing.T, contentType string, b []byte) {
		if a, err := parseAnswer(contentType, b); err == nil && a.root == nil {
			t.Error("no root")
		}
	})
}

func FuzzShapes(f *testing.F) {
	f.Add([]byte("AAAAAAAAAAAAAAAA\x01\x00\x00\x00"), []byte("AAAAAAAAAAAAAAAA"))
	f.Add(append(append(make([]byte, 4), addressBookGUID()...), make([]byte, 40)...), []byte("AAAAAAAAAAAAAAAA"))
	f.Fuzz(func(t *testing.T, b, guid []byte) {
		if len(guid) != guidSize {
			return
		}
		shapes := []shaper{shapeEntryID, shapeSourceKey, shapeChangeKey, shapeChangeList, shapeInstanceID, shapeSyncState, shapeGUID,
			shapeAddressBookKey, shapeNumber(kindObject)}
		for i, shape := range shapes {
			if got := renameBinary(shape, b, guid, newMapping()); string(got) != string(b) {
				t.Errorf("shape %d changes %x to %x without a name known", i, b, got)
			}
		}
	})
}
