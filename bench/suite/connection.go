package suite

import (
	"bufio"
	"fmt"
	"net"
	"strings"

	"github.com/valyala/fasthttp"

	"zarafa/mapi"
	"zarafa/wire"
)

// connection is a session over one connection in memory. Requests are sent as they are encoded; answers are read as far as HTTP, so that
// the client's part of the work is small.
type connection struct {
	e       *Environment
	nc      net.Conn
	in      *bufio.Reader
	answer  fasthttp.Response
	decoder *wire.Decoder
	header  string // of every request, up to its length
	packet  []byte
	session uint64
	group   uint64 // session group, which notifications need
}

// connect opens a connection from this machine, without a session.
func (e *Environment) connect() (*connection, error) { return e.connectFrom(nil) }

// connectFrom opens a connection that seems to come from an address.
func (e *Environment) connectFrom(from net.Addr) (*connection, error) {
	nc, err := e.memory.DialWithLocalAddr(from)
	if err != nil {
		return nil, err
	}
	e.closers = append(e.closers, nc.Close)
	return &connection{
		e: e, nc: nc, in: bufio.NewReaderSize(nc, 1<<16), decoder: wire.NewDecoder(wire.ClientLimits()), group: uint64(len(e.closers)),
		header: "POST / HTTP/1.1\r\nHost: localhost\r\nUser-Agent: gSOAP/2.8\r\nContent-Type: text/xml; charset=utf-8\r\n" + contentLength,
	}, nil
}

// contentLength begins the last line of the header of every request.
const contentLength = "Content-Length: "

// addHeader adds header lines to the requests from now on.
func (c *connection) addHeader(lines string) {
	c.header = strings.TrimSuffix(c.header, contentLength) + lines + contentLength
}

// logOn connects and logs the user on.
func (e *Environment) logOn() (*connection, error) {
	c, err := e.connect()
	if err != nil {
		return nil, err
	}
	return c, c.logOn()
}

func (c *connection) logOn() error {
	var resp wire.LogonResponse
	err := c.do(c.logonRequest(), &resp)
	c.session = resp.SessionID
	return err
}

func (c *connection) logonRequest() *wire.LogonRequest {
	return &wire.LogonRequest{
		Username: wire.Text(userName), Password: wire.Text(userPassword), Version: wire.Text("11.0.2"), Capabilities: 59218,
		ClientApp: wire.Text("bench"), SessionGroup: c.group,
	}
}

// post sends an envelope without waiting for its answer.
func (c *connection) post(envelope []byte) error {
	c.packet = append(c.packet[:0], c.header...)
	c.packet = fasthttp.AppendUint(c.packet, len(envelope))
	c.packet = append(c.packet, "\r\n\r\n"...)
	c.packet = append(c.packet, envelope...)
	_, err := c.nc.Write(c.packet)
	return err
}

// receive reads an answer; its body stays until the next one.
func (c *connection) receive() ([]byte, error) {
	c.decoder.Release() // before the buffer of the last answer is used again
	c.answer.Reset()
	if err := c.answer.Read(c.in); err != nil {
		return nil, err
	}
	body := c.answer.Body()
	c.e.received += uint64(len(body))
	if status := c.answer.StatusCode(); status != fasthttp.StatusOK {
		return nil, fmt.Errorf("HTTP status %d: %.300s", status, body)
	}
	return body, nil
}

// send sends an envelope and reads its answer.
func (c *connection) send(envelope []byte) ([]byte, error) {
	if err := c.post(envelope); err != nil {
		return nil, err
	}
	return c.receive()
}

// do runs a request and decodes its answer, which must be a success and is valid until the next one.
func (c *connection) do(req wire.Request, resp wire.Response) error {
	if err := c.post(wire.AppendRequest(nil, req)); err != nil {
		return err
	}
	return c.result(req.Op(), resp)
}

// result reads and decodes an answer.
func (c *connection) result(op wire.Op, resp wire.Response) error {
	body, err := c.receive()
	if err != nil {
		return fmt.Errorf("%v: %w", op, err)
	}
	c.decoder.Reset(body)
	if err := wire.DecodeResponse(c.decoder, resp); err != nil {
		return fmt.Errorf("%v: %w", op, err)
	}
	if code := mapi.Code(*resp.ResultCode()); code != 0 {
		return fmt.Errorf("%v: %w", op, mapi.Errorf(code, op.String(), "refused"))
	}
	return nil
}

// check sends an envelope once, as [connection.do] does, so that a benchmark does not measure refusals.
func (c *connection) check(req wire.Request, resp wire.Response) ([]byte, error) {
	return wire.AppendRequest(nil, req), c.do(req, resp)
}

// operation makes Work of requests of this server.
func (e *Environment) operation(once func(i int) error) Work {
	w := repeat(once)
	w.Counts = e.counts
	return w
}
