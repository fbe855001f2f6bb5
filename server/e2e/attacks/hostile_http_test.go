package attacks_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"zarafa/server/e2e"
	"zarafa/server/servertest"
)

// nested is a request with elements in each other.
func nested(depth int) []byte {
	open := strings.Repeat("<a>", depth)
	return []byte(envelopeStart + "<ns:logoff>" + open + strings.ReplaceAll(open, "<", "</") + "</ns:logoff>" + envelopeEnd)
}

// TestHostileDocuments sends documents that no client would send. Each is answered with a fault.
func TestHostileDocuments(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	logoff := envelopeStart + "<ns:logoff>%s<ulSessionId>1</ulSessionId></ns:logoff>" + envelopeEnd
	bodies := map[string][]byte{
		"nothing":                nil,
		"no XML":                 []byte("hello"),
		"no end":                 []byte(envelopeStart),
		"unknown operation":      []byte(envelopeStart + "<ns:format><ulSessionId>1</ulSessionId></ns:format>" + envelopeEnd),
		"underscore":             []byte(envelopeStart + "<ns:create_folders></ns:create_folders>" + envelopeEnd),
		"foreign namespace":      bytes.ReplaceAll([]byte(fmt.Sprintf(logoff, "")), []byte("urn:zarafa"), []byte("urn:other")),
		"nested 10,000 deep":     nested(10_000),
		"nested 1,000,000 deep":  nested(1_000_000),
		"entities":               []byte(`<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y"><!ENTITY z "&x;&x;&x;">]>` + fmt.Sprintf(logoff, "&z;")),
		"external entity":        []byte(`<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + fmt.Sprintf(logoff, "<a>&x;</a>")),
		"unknown entity":         []byte(fmt.Sprintf(logoff, "<a>&x;</a>")),
		"endless name":           []byte(fmt.Sprintf(logoff, "<"+strings.Repeat("a", 1<<20)+"/>")),
		"a flood of attributes":  []byte(fmt.Sprintf(logoff, "<a"+strings.Repeat(` b="c"`, 200_000)+"/>")),
		"a flood of namespaces":  []byte(strings.Replace(envelopeStart, "xmlns:xsd", strings.Repeat(`xmlns:a="b" `, 100_000)+"xmlns:xsd", 1) + "<ns:logoff/>" + envelopeEnd),
		"a must in the header":   []byte(strings.Replace(fmt.Sprintf(logoff, ""), "<SOAP-ENV:Body", `<SOAP-ENV:Header><x SOAP-ENV:mustUnderstand="1"/></SOAP-ENV:Header><SOAP-ENV:Body`, 1)),
		"a flood of elements":    []byte(fmt.Sprintf(logoff, strings.Repeat("<a/>", 4_000_001))),
		"an array of 10 million": []byte(envelopeStart + `<ns:getNamesFromIDs><lpsPropTags>` + strings.Repeat("<i>1</i>", 200_000) + `</lpsPropTags></ns:getNamesFromIDs>` + envelopeEnd),
	}
	// What stands in elements that no operation has is passed over; the size of a request limits what that costs.
	lenient := map[string]bool{"a flood of attributes": true, "a flood of namespaces": true, "entities": true, "endless name": true, "unknown entity": true}
	for what, body := range bodies {
		t.Run(what, func(t *testing.T) {
			got, err := e2e.NewRawClient(t, "tcp", instance.TCPAddr).Post(body)
			if err == nil {
				err = got.Problem()
			}
			if err != nil {
				t.Error(err)
			} else if !got.Fault && !lenient[what] {
				t.Errorf("answered with %v", got.Code)
			}
		})
	}
	if failures := instance.Failures.Take(); len(failures) > 0 {
		t.Error("the server logged", failures)
	}
}

// TestHostileMethods uses HTTP in ways of other programs.
func TestHostileMethods(t *testing.T) {
	instance := servertest.Start(t, "sqlite", "")
	for request, status := range map[string]int{
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n":                                              http.StatusMethodNotAllowed,
		"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n":                         http.StatusMethodNotAllowed,
		"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n":                                             http.StatusOK,
		e2e.RequestLine + "Content-Length: 0\r\n\r\n":                                    http.StatusInternalServerError,
		e2e.RequestLine + "Transfer-Encoding: chunked\r\n\r\nzz\r\n":                     0,
		e2e.RequestLine + "Content-Length: -1\r\n\r\n":                                   0,
		e2e.RequestLine + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab":             0,
		e2e.RequestLine + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n": 0,
		e2e.RequestLine + "Content-Encoding: deflate\r\nContent-Length: 3\r\n\r\nabc":    http.StatusInternalServerError,
		e2e.RequestLine + "Content-Encoding: compress\r\nContent-Length: 3\r\n\r\nabc":   0,
		"POST / HTTP/9.9\r\nHost: a\r\nContent-Length: 0\r\n\r\n":                        0,
		"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 this is TLS where none is spoken":  0,
	} {
		t.Run("", func(t *testing.T) {
			c := e2e.NewRawClient(t, "tcp", instance.TCPAddr)
			c.Dial()
			io.WriteString(c.Conn, request)
			c.Conn.(*net.TCPConn).CloseWrite()
			got, err := c.Read()
			if status != 0 && (err != nil || got.Status != status) {
				t.Errorf("%q: status %d, %v", request, got.Status, err)
			}
			if err == nil && got.Status == http.StatusOK && status == 0 {
				t.Errorf("%q: accepted", request)
			}
		})
	}
	if failures := instance.Failures.Take(); len(failures) > 0 {
		t.Error("the server logged", failures)
	}
}
