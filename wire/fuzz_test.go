package wire

import (
	"bytes"
	"encoding/base64"
	"strings"
	"testing"
	"unicode/utf8"
)

// Any request either is a fault or survives encoding and decoding.
func FuzzDecodeRequest(f *testing.F) {
	seen := map[string]int{}
	for _, e := range traces(f) {
		if seen[e.Op]++; seen[e.Op] <= 2 && len(e.Request) < 4096 {
			f.Add([]byte(e.Request))
		}
	}
	for _, body := range []string{`<m:logoff><ulSessionId>&#x37;<!-- --><![CDATA[7]]></ulSessionId></m:logoff>`,
		`<m:tableSetColumns><aPropTag S:arrayType="xsd:unsignedInt[3]"><x>1</x></aPropTag></m:tableSetColumns>`,
		`<m:tableRestrict><lpRestrict><ulType>2</ulType><lpNot><lpNot/></lpNot></lpRestrict></m:tableRestrict>`} {
		f.Add([]byte(inEnvelope(body)))
	}
	limits := Limits{Depth: 100, Elements: 10_000, Array: 1000, Padding: 1000}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := NewDecoder(limits)
		d.Reset(body)
		req, err := DecodeRequest(d)
		if err != nil {
			if _, ok := err.(*Fault); !ok || !utf8.ValidString(err.Error()) {
				t.Fatalf("error %q", err)
			}
			return
		}
		first := AppendRequest(nil, req)
		if !utf8.Valid(first) {
			t.Fatalf("not UTF-8: %q", first)
		}
		again := NewDecoder(ServerLimits())
		again.Reset(bytes.Clone(first))
		if req, err = DecodeRequest(again); err != nil {
			t.Fatalf("%v in\n%s", err, first)
		}
		if second := AppendRequest(nil, req); !bytes.Equal(first, second) {
			t.Fatal(difference(string(second), string(first)))
		}
	})
}

// Any response either is a fault or survives encoding and decoding.
func FuzzDecodeResponse(f *testing.F) {
	seen := map[string]int{}
	for _, e := range traces(f) {
		if seen[e.Op]++; seen[e.Op] <= 2 && len(e.Response) < 4096 {
			f.Add(uint8(opOfElement([]byte(e.Op))), []byte(e.Response))
		}
	}
	f.Fuzz(func(t *testing.T, op uint8, body []byte) {
		resp := NewResponse(Op(op))
		if resp == nil {
			return
		}
		d := NewDecoder(Limits{Depth: 100, Elements: 10_000, Array: 1000, Padding: 1000})
		d.Reset(body)
		if DecodeResponse(d, resp) != nil {
			return
		}
		first := AppendResponse(nil, resp, SOAP11)
		again := NewDecoder(ClientLimits())
		again.Reset(bytes.Clone(first))
		resp = NewResponse(Op(op))
		if err := DecodeResponse(again, resp); err != nil {
			t.Fatalf("%v in\n%s", err, first)
		}
		if second := AppendResponse(nil, resp, SOAP11); !bytes.Equal(first, second) {
			t.Fatal(difference(string(second), string(first)))
		}
	})
}

// Text survives the wire, but for NUL and malformed UTF-8.
func FuzzText(f *testing.F) {
	f.Add("a&b<c>\r\n\t\x01\x7F\uFFFE")
	f.Fuzz(func(t *testing.T, text string) {
		want := strings.ReplaceAll(text, "\x00", "")
		want = string(bytes.ToValidUTF8([]byte(want), []byte("\uFFFD")))
		d := NewDecoder(ServerLimits())
		d.Reset(AppendRequest(nil, &TestGetRequest{Name: Text(text)}))
		req, err := DecodeRequest(d)
		if err != nil || req.(*TestGetRequest).Name.String != want {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// What encoding/base64 accepts is decoded alike.
func FuzzBase64(f *testing.F) {
	f.Add("AP8=")
	f.Add("A P8\n")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := decodeBase64([]byte(text))
		want, err := base64.StdEncoding.DecodeString(text)
		if err == nil && (!ok || !bytes.Equal(got, want)) {
			t.Fatalf("%q: got %x, %v, want %x", text, got, ok, want)
		}
	})
}
