package wire

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// inEnvelope wraps the content of a SOAP 1.1 body.
func inEnvelope(body string) string {
	return `<E:Envelope xmlns:E="` + envelope11 + `" xmlns:m="urn:zarafa"><E:Body>` + body + `</E:Body></E:Envelope>`
}

// decode decodes a request and returns its canonical encoding, or the fault.
func decode(t *testing.T, text string) (canonical string, version Version, fault *Fault) {
	t.Helper()
	d := NewDecoder(ServerLimits())
	d.Reset([]byte(text))
	req, err := DecodeRequest(d)
	if err != nil {
		if !errors.As(err, &fault) {
			t.Fatalf("error is not a fault: %v", err)
		}
		return "", d.Version(), fault
	}
	return string(AppendRequest(nil, req)), d.Version(), nil
}

const logoff77 = `<ulSessionId>77</ulSessionId>`

func TestToleratedEnvelopes(t *testing.T) {
	want := string(AppendRequest(nil, &LogoffRequest{SessionID: 77}))
	f := func(name, text string) {
		t.Helper()
		got, version, fault := decode(t, text)
		if fault != nil || got != want || version != SOAP11 {
			t.Errorf("%s: got %s, version %d, %v", name, got, version, fault)
		}
	}
	plain := inEnvelope(`<m:logoff>` + logoff77 + `</m:logoff>`)
	f("plain", plain)
	f("canonical", want)
	f("byte order mark", "\xEF\xBB\xBF"+plain)
	f("declaration of another encoding", `<?xml version='1.0' encoding="ISO-8859-1"?>`+plain)
	f("comments and instructions", `<!-- a --><?pi <x> ?>`+inEnvelope(`<!--<x>--><m:logoff><!-- > --><ulSessionId>7<!-- -->7</ulSessionId></m:logoff>`))
	f("character data", inEnvelope(`<m:logoff><ulSessionId><![CDATA[7]]>7</ulSessionId></m:logoff>`))
	f("references", inEnvelope(`<m:logoff><ulSessionId>&#55;&#x37;</ulSessionId></m:logoff>`))
	f("blanks", inEnvelope("\n <m:logoff\t>\r\n <ulSessionId a='b'  > +077 </ulSessionId\n></m:logoff >"))
	f("default namespace", `<Envelope xmlns="`+envelope11+`"><Body><logoff xmlns="urn:zarafa">`+logoff77+`</logoff></Body></Envelope>`)
	f("inner prefix wins", `<m:Envelope xmlns:m="`+envelope11+`"><m:Body><m:logoff xmlns:m='urn:zarafa'>`+logoff77+`</m:logoff></m:Body></m:Envelope>`)
	f("header", strings.Replace(plain, "<E:Body>", `<E:Header><x xmlns="y" E:mustUnderstand="0"><z/></x></E:Header><E:Body>`, 1))
	f("duplicate parameter", inEnvelope(`<m:logoff>`+logoff77+`<ulSessionId>x</ulSessionId></m:logoff>`))
	f("unknown parameters", inEnvelope(`<m:logoff><a><b/>text<ulSessionId>1</ulSessionId></a>`+logoff77+`<c/></m:logoff>`))
	f("prefixed parameter is unknown", inEnvelope(`<m:logoff><m:ulSessionId>5</m:ulSessionId>`+logoff77+`</m:logoff>`))
	f("comments and blanks behind", plain+"<!-- > -->\r\n<?pi?>\n")
	f("other elements behind", strings.Replace(plain, "</E:Body>", "<x>y</x></E:Body><E:z/>", 1))
	f("right type", inEnvelope(`<m:logoff><ulSessionId xsi:type="xsd:unsignedLong">77</ulSessionId></m:logoff>`))
}

func TestSOAP12IsAnsweredInKind(t *testing.T) {
	text := strings.ReplaceAll(inEnvelope(`<m:logoff>`+logoff77+`</m:logoff>`), envelope11, envelope12)
	_, version, fault := decode(t, text)
	if fault != nil || version != SOAP12 {
		t.Fatalf("version %d, %v", version, fault)
	}
	answer := string(AppendResponse(nil, &LogoffResponse{}, version))
	if !strings.Contains(answer, envelope12) || strings.Contains(answer, envelope11) {
		t.Errorf("answer in another version: %s", answer)
	}
	answer = string(AppendFault(nil, &Fault{Code: FaultClient, String: "a<b"}, version))
	if !strings.Contains(answer, "SOAP-ENV:Sender") || !strings.Contains(answer, "a&lt;b") {
		t.Errorf("fault: %s", answer)
	}
}

func TestRefusedEnvelopes(t *testing.T) {
	f := func(name, text string, code FaultCode, part string) {
		t.Helper()
		got, _, fault := decode(t, text)
		if fault == nil || fault.Code != code || !strings.Contains(fault.String, part) {
			t.Errorf("%s: got %s, %v", name, got, fault)
		}
	}
	plain := inEnvelope(`<m:logoff>` + logoff77 + `</m:logoff>`)
	f("empty", "", FaultClient, "Data required")
	f("only blanks", " \r\n", FaultClient, "Data required")
	f("not XML", "hello", FaultClient, "not XML")
	f("unknown method", inEnvelope(`<m:foo/>`), FaultClient,
		"Method 'm:foo' not implemented: method name or namespace not recognized")
	f("case matters", inEnvelope(`<m:Logoff/>`), FaultClient, "not implemented")
	f("underscore", inEnvelope(`<m:create_folders/>`), FaultClient, "not implemented")
	f("no namespace", inEnvelope(`<logoff/>`), FaultClient, "not implemented")
	f("other namespace", inEnvelope(`<logoff xmlns="urn:other"/>`), FaultClient, "not implemented")
	f("other envelope", strings.Replace(plain, envelope11, "urn:x", 1), FaultVersionMismatch, "version mismatch")
	f("other root", "<x/>", FaultClient, "no envelope")
	f("empty body", inEnvelope(""), FaultClient, "no method")
	f("must understand", strings.Replace(plain, "<E:Body>", `<E:Header><x E:mustUnderstand="1"/></E:Header><E:Body>`, 1),
		FaultMustUnderstand, "must be understood")
	f("document type", `<!DOCTYPE x [<!ENTITY a "b">]>`+plain, FaultClient, "document type")
	f("unknown entity", inEnvelope(`<m:logoff><ulSessionId>&a;</ulSessionId></m:logoff>`), FaultClient, "reference")
	f("wrong type", inEnvelope(`<m:logoff><ulSessionId xsi:type="xsd:string">77</ulSessionId></m:logoff>`), FaultClient, "type mismatch")
	for i := range len(plain) {
		if got, _, fault := decode(t, plain[:i]); fault == nil {
			t.Fatalf("cut at %d: got %s", i, got)
		}
	}
}

func TestFault(t *testing.T) {
	text := string(AppendFault(nil, &Fault{Code: FaultClient, String: "bad & worse"}, SOAP11))
	if !strings.HasSuffix(text, `<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>SOAP-ENV:Client</faultcode><faultstring>bad &amp; worse`+
		`</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`+"\r\n") {
		t.Error(text)
	}
	for _, version := range []Version{SOAP11, SOAP12} {
		d := NewDecoder(ClientLimits())
		d.Reset(AppendFault(nil, &Fault{Code: FaultClient, String: "bad & worse"}, version))
		var f *Fault
		err := DecodeResponse(d, new(LogoffResponse))
		if !errors.As(err, &f) || !f.Remote || f.Code != FaultClient || f.String != "bad & worse" {
			t.Errorf("version %d: %#v", version, err)
		}
	}
}

func TestResponsesInAnyShape(t *testing.T) {
	d := NewDecoder(ClientLimits())
	d.Reset([]byte(inEnvelope(`<x><ulCapabilities>5</ulCapabilities><new>1</new><lpszVersion xsi:nil="true"/><er>2147483657</er></x>`)))
	var resp LogonResponse
	if err := DecodeResponse(d, &resp); err != nil {
		t.Fatal(err)
	}
	if resp.Capabilities != 5 || resp.Er != 0x80000009 || resp.Version.Valid || resp.LicenseResponse != nil {
		t.Errorf("got %+v", resp)
	}
}

func TestLimits(t *testing.T) {
	f := func(name string, limits Limits, body string, ok bool) {
		t.Helper()
		d := NewDecoder(limits)
		d.Reset([]byte(inEnvelope(body)))
		if _, err := DecodeRequest(d); (err == nil) != ok {
			t.Errorf("%s: %v", name, err)
		}
	}
	nested := func(n int) string {
		return `<m:logoff>` + strings.Repeat("<x>", n) + strings.Repeat("</x>", n) + `</m:logoff>`
	}
	f("depth", Limits{Depth: 50}, nested(47), true)
	f("too deep", Limits{Depth: 50}, nested(48), false)
	list := func(n int) string {
		return `<m:deleteObjects><aMessages>` + strings.Repeat("<item>AA==</item>", n) + `</aMessages></m:deleteObjects>`
	}
	f("list", Limits{Array: 10}, list(10), true)
	f("long list", Limits{Array: 10}, list(11), false)
	f("elements", Limits{Elements: 14}, list(10), true)
	f("many elements", Limits{Elements: 13}, list(10), false)
	array := `<m:tableSetColumns><aPropTag SOAP-ENC:arrayType="xsd:unsignedInt[11]"/></m:tableSetColumns>`
	f("padding", Limits{Padding: 11}, array, true)
	f("much padding", Limits{Padding: 10}, array, false)
	f("announced beyond the limit", Limits{Array: 10}, array, false)
	not := func(n int) string {
		return `<m:tableRestrict><lpRestrict>` + strings.Repeat(`<ulType>2</ulType><lpNot><lpNot>`, n) +
			strings.Repeat(`</lpNot></lpNot>`, n) + `</lpRestrict></m:tableRestrict>`
	}
	f("restriction", Limits{}, not(400), true)
	f("deep restriction", Limits{}, not(600), false)
	attributes := func(prefix string, n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, ` %s%d="b"`, prefix, i)
		}
		return b.String()
	}
	f("attributes", Limits{}, `<m:logoff`+attributes("a", maxAttributes)+`/>`, true)
	f("many attributes", Limits{}, `<m:logoff`+attributes("a", maxAttributes+1)+`/>`, false)
	for _, n := range []int{80, 90} {
		declared := attributes("xmlns:a", n)
		text := strings.NewReplacer("<E:Body", "<E:Body"+declared, "<E:Envelope", "<E:Envelope"+declared).Replace(
			inEnvelope(`<m:logoff` + declared + `/>`))
		_, _, fault := decode(t, text)
		if (fault == nil) != (3*n+2 <= maxScopes) {
			t.Errorf("3 times %d namespaces: %v", n, fault)
		}
	}
}

// TestSplitResponse: the pieces make up what AppendResponse makes in one, with rows or an object that
// are encoded already, small and large, and without.
func TestSplitResponse(t *testing.T) {
	long := bytes.Repeat([]byte("<item></item>"), 1000)
	for _, resp := range []Response{
		&TableQueryRowsResponse{RowSet: RowSet{Raw: long, RawCount: 1000}},
		&TableQueryRowsResponse{RowSet: RowSet{Raw: long[:26], RawCount: 2}},
		&TableQueryRowsResponse{},
		&LoadObjectResponse{SaveObject: SaveObject{Raw: long}},
		&LogoffResponse{},
	} {
		for _, version := range []Version{SOAP11, SOAP12} {
			want := AppendResponse([]byte("before"), resp, version)
			head, middle, tail := SplitResponse([]byte("before"), resp, version)
			if got := slices.Concat(head, middle, tail); !bytes.Equal(got, want) {
				t.Errorf("%T: %d bytes in pieces, %d in one: %.300q", resp, len(got), len(want), got)
			}
			if part := encodedPart(resp); part != nil && len(*part) >= leastSplit && &middle[0] != &(*part)[0] {
				t.Errorf("%T: the part was copied", resp)
			}
		}
	}
}
