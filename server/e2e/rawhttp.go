package e2e

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

// RequestLine begins a request, up to the header lines that a test adds.
const RequestLine = "POST / HTTP/1.1\r\nHost: server\r\n"

// RawClient sends requests as bytes over one connection at a time, without any of the product's own client.
type RawClient struct {
	T       *testing.T
	network string
	address string
	Conn    net.Conn
	in      *bufio.Reader
}

func NewRawClient(t *testing.T, network, address string) *RawClient {
	c := &RawClient{T: t, network: network, address: address}
	t.Cleanup(c.close)
	return c
}

func (c *RawClient) close() {
	if c.Conn != nil {
		c.Conn.Close()
		c.Conn = nil
	}
}

func (c *RawClient) Dial() {
	c.T.Helper()
	if c.Conn != nil {
		return
	}
	conn, err := net.Dial(c.network, c.address)
	if err != nil {
		c.T.Fatal(err)
	}
	c.Conn, c.in = conn, bufio.NewReader(conn)
}

// Answer is what came back: a result code, or a fault.
type Answer struct {
	Status int
	Fault  bool
	Code   mapi.Code
	Body   []byte
}

// Post sends a body and reads the answer.
func (c *RawClient) Post(body []byte) (Answer, error) {
	return c.PostWith("Content-Type: text/xml\r\n", body)
}

// PostWith sends a body with further header lines.
func (c *RawClient) PostWith(header string, body []byte) (Answer, error) {
	c.Dial()
	head := fmt.Sprintf(RequestLine+"%sContent-Length: %d\r\n\r\n", header, len(body))
	if _, err := io.WriteString(c.Conn, head); err != nil {
		c.close()
		return Answer{}, err
	}
	if _, err := c.Conn.Write(body); err != nil {
		c.close()
		return Answer{}, err
	}
	return c.Read()
}

const (
	multipartHeader = `Content-Type: multipart/related; boundary="b"; type="application/xop+xml"; start="<root>"; start-info="text/xml"` + "\r\n"
	multipartRoot   = "--b\r\nContent-Type: application/xop+xml; charset=utf-8; type=\"text/xml\"\r\nContent-ID: <root>\r\n\r\n"
	multipartData   = "\r\n--b\r\nContent-Type: application/binary\r\nContent-ID: <stream>\r\n\r\n"
	multipartEnd    = "\r\n--b--"
)

// PostStream sends an envelope with a stream, to which it refers as cid:stream.
func (c *RawClient) PostStream(envelope, stream []byte) (Answer, error) {
	body := append([]byte(multipartRoot), envelope...)
	body = append(append(body, multipartData...), stream...)
	return c.PostWith(multipartHeader, append(body, multipartEnd...))
}

// Read reads an answer.
func (c *RawClient) Read() (Answer, error) {
	resp, err := http.ReadResponse(c.in, nil)
	if err != nil {
		c.close()
		return Answer{}, err
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Close {
		c.close()
	}
	return ParseAnswer(resp.StatusCode, body), err
}

var resultPattern = regexp.MustCompile(`<(?:er|result)>([0-9]+)</`)

func ParseAnswer(status int, body []byte) Answer {
	a := Answer{Status: status, Body: body, Fault: bytes.Contains(body, []byte("<SOAP-ENV:Fault>")), Code: mapi.CallFailed}
	if m := resultPattern.FindSubmatch(body); m != nil {
		if n, err := strconv.ParseUint(string(m[1]), 10, 32); err == nil {
			a.Code = mapi.Code(n)
		}
	}
	return a
}

// Problem says what is wrong with an answer to a bad request; nil is a fault or a result code that
// blames the client or says nothing went wrong.
func (a Answer) Problem() error {
	switch {
	case a.Fault && a.Status == http.StatusInternalServerError:
		return nil
	case a.Fault || a.Status != http.StatusOK:
		return fmt.Errorf("HTTP status %d, fault %v", a.Status, a.Fault)
	case !resultPattern.Match(a.Body):
		return fmt.Errorf("neither a fault nor a result code: %.300s", a.Body)
	case a.Code == mapi.CallFailed || a.Code == mapi.NotEnoughMemory:
		return fmt.Errorf("%v", a.Code)
	}
	return nil
}

// SetSession puts a session id into a request of any operation that has one.
func SetSession(req wire.Request, id uint64) {
	if f := reflect.ValueOf(req).Elem().FieldByName("SessionID"); f.IsValid() {
		f.SetUint(id)
	}
}
