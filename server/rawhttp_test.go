package server_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"regexp"
	"strconv"
	"testing"

	"zarafa/mapi"
	"zarafa/wire"
)

// requestLine begins a request, up to the header lines that a test adds.
const requestLine = "POST / HTTP/1.1\r\nHost: server\r\n"

// rawClient sends requests as bytes over one connection at a time, without any of the product's own client.
type rawClient struct {
	t       *testing.T
	network string
	address string
	conn    net.Conn
	in      *bufio.Reader
}

func newRawClient(t *testing.T, network, address string) *rawClient {
	c := &rawClient{t: t, network: network, address: address}
	t.Cleanup(c.close)
	return c
}

func (c *rawClient) close() {
	if c.conn != nil {
		c.conn.Close()
		c.conn = nil
	}
}

func (c *rawClient) dial() {
	c.t.Helper()
	if c.conn != nil {
		return
	}
	conn, err := net.Dial(c.network, c.address)
	if err != nil {
		c.t.Fatal(err)
	}
	c.conn, c.in = conn, bufio.NewReader(conn)
}

// answer is what came back: a result code, or a fault.
type answer struct {
	status int
	fault  bool
	code   mapi.Code
	body   []byte
}

// post sends a body and reads the answer.
func (c *rawClient) post(body []byte) (answer, error) {
	return c.postWith("Content-Type: text/xml\r\n", body)
}

// postWith sends a body with further header lines.
func (c *rawClient) postWith(header string, body []byte) (answer, error) {
	c.dial()
	head := fmt.Sprintf(requestLine+"%sContent-Length: %d\r\n\r\n", header, len(body))
	if _, err := io.WriteString(c.conn, head); err != nil {
		c.close()
		return answer{}, err
	}
	if _, err := c.conn.Write(body); err != nil {
		c.close()
		return answer{}, err
	}
	return c.read()
}

const (
	multipartHeader = `Content-Type: multipart/related; boundary="b"; type="application/xop+xml"; start="<root>"; start-info="text/xml"` + "\r\n"
	multipartRoot   = "--b\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n"
	multipartData   = "\r\n--b\r\nContent-Type: application/binary\r\nContent-ID: <stream>\r\n\r\n"
	multipartEnd    = "\r\n--b--"
)

// postStream sends an envelope with a stream, to which it refers as cid:stream.
func (c *rawClient) postStream(envelope, stream []byte) (answer, error) {
	body := append([]byte(multipartRoot), envelope...)
	body = append(append(body, multipartData...), stream...)
	return c.postWith(multipartHeader, append(body, multipartEnd...))
}

// read reads an answer.
func (c *rawClient) read() (answer, error) {
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.close()
		return answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Close {
		c.close()
	}
	return parseAnswer(resp.StatusCode, body), err
}

var resultPattern = regexp.MustCompile(`<(?:er|result)>([0-9]+)</`)

func parseAnswer(status int, body []byte) answer {
	a := answer{status: status, body: body, fault: bytes.Contains(body, []byte("<SOAP-ENV:Fault>")), code: mapi.CallFailed}
	if m := resultPattern.FindSubmatch(body); m != nil {
		if n, err := strconv.ParseUint(string(m[1]), 10, 32); err == nil {
			a.code = mapi.Code(n)
		}
	}
	return a
}

// problem says what is wrong with an answer to a bad request; nil is a fault or a result code that
// blames the client or says nothing went wrong.
func (a answer) problem() error {
	switch {
	case a.fault && a.status == http.StatusInternalServerError:
		return nil
	case a.fault || a.status != http.StatusOK:
		return fmt.Errorf("HTTP status %d, fault %v", a.status, a.fault)
	case !resultPattern.Match(a.body):
		return fmt.Errorf("neither a fault nor a result code: %.300s", a.body)
	case a.code == mapi.CallFailed || a.code == mapi.NotEnoughMemory:
		return fmt.Errorf("%v", a.code)
	}
	return nil
}

// setSession puts a session id into a request of any operation that has one.
func setSession(req wire.Request, id uint64) {
	if f := reflect.ValueOf(req).Elem().FieldByName("SessionID"); f.IsValid() {
		f.SetUint(id)
	}
}
