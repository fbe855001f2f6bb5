package wire

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// exchange is one line of a recorded scenario in testdata/traces.
type exchange struct {
	N        int
	Op       string
	Request  string
	Response string
	// Multipart is the body where it is not plain XML.
	Multipart []byte `json:"response_base64"`
	file      string
}

// traces reads all recorded scenarios.
func traces(t testing.TB) []exchange {
	t.Helper()
	files, err := filepath.Glob("testdata/traces/*.jsonl.gz")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded scenarios: %v", err)
	}
	var all []exchange
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(z)
		for dec := json.NewDecoder(lines); dec.More(); {
			var e exchange
			if err := dec.Decode(&e); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			e.file = filepath.Base(file)
			if e.Multipart != nil {
				e.Response = rootPart(t, e.Multipart)
			}
			all = append(all, e)
		}
		f.Close()
	}
	return all
}

// rootPart is the XML of a multipart response.
func rootPart(t testing.TB, body []byte) string {
	t.Helper()
	_, rest, ok := bytes.Cut(body, []byte("\r\n\r\n"))
	end := bytes.Index(rest, []byte("</SOAP-ENV:Envelope>\r\n"))
	if !ok || end < 0 {
		t.Fatalf("no root part in %.200q", body)
	}
	return string(rest[:end]) + "</SOAP-ENV:Envelope>\r\n"
}

// difference shows where two texts part.
func difference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	from := max(0, i-200)
	return "\n got " + got[from:min(len(got), i+100)] + "\nwant " + want[from:min(len(want), i+100)]
}

// Every recorded response decodes, and encoding it again gives the same bytes.
func TestRecordedResponses(t *testing.T) {
	d := NewDecoder(ClientLimits())
	for _, e := range traces(t) {
		op := opOfElement([]byte(e.Op))
		resp := NewResponse(op)
		if resp == nil {
			t.Errorf("%s %d: unknown operation %s", e.file, e.N, e.Op)
			continue
		}
		d.Reset([]byte(e.Response))
		if err := DecodeResponse(d, resp); err != nil {
			t.Errorf("%s %d %s: %v", e.file, e.N, e.Op, err)
			continue
		}
		if got := string(AppendResponse(nil, resp, SOAP11)); got != e.Response {
			t.Errorf("%s %d %s:%s", e.file, e.N, e.Op, difference(got, e.Response))
		}
	}
}

// Every recorded request decodes, and encoding it again gives the same bytes.
func TestRecordedRequests(t *testing.T) {
	d := NewDecoder(ServerLimits())
	seen := map[Op]bool{}
	for _, e := range traces(t) {
		d.Reset([]byte(e.Request))
		req, err := DecodeRequest(d)
		if err != nil {
			t.Errorf("%s %d %s: %v", e.file, e.N, e.Op, err)
			continue
		}
		seen[req.Op()] = true
		if req.element() != e.Op {
			t.Errorf("%s %d: got operation %s, want %s", e.file, e.N, req.element(), e.Op)
		}
		if req.Op().HasSession() != strings.Contains(e.Request, "ession") && req.Op() != OpLogon {
			t.Errorf("%s %d %s: session %d", e.file, e.N, e.Op, req.Session())
		}
		if got := string(AppendRequest(nil, req)); got != e.Request {
			t.Errorf("%s %d %s:%s", e.file, e.N, e.Op, difference(got, e.Request))
		}
	}
	if len(seen) < 70 {
		t.Errorf("only %d operations were recorded", len(seen))
	}
}
