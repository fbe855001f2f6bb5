package replay

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// endpoints talks HTTP to the two addresses of a server.
type endpoints struct {
	unix, tcp *http.Client
}

// idleConnection is shorter than the 6 s after which a server closes an idle TCP connection (wire.md section 2).
const idleConnection = 4 * time.Second

// reply is one HTTP answer.
type reply struct {
	status int
	answer
}

func newEndpoints(unixPath, tcpAddr string) *endpoints {
	return &endpoints{unix: newClient("unix", unixPath), tcp: newClient("tcp", tcpAddr)}
}

func newClient(network, address string) *http.Client {
	dialer := &net.Dialer{}
	return &http.Client{Transport: &http.Transport{
		IdleConnTimeout: idleConnection,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
	}}
}

func (e *endpoints) close() {
	e.unix.CloseIdleConnections()
	e.tcp.CloseIdleConnections()
}

// post sends a request over the recorded transport and decodes the answer.
func (e *endpoints) post(ctx context.Context, ex *Exchange, body []byte) (reply, error) {
	client := e.tcp
	if ex.Transport == "unix" {
		client = e.unix
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://server"+ex.Path, bytes.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Content-Type", "text/xml; charset=utf-8")
	req.Header.Set("User-Agent", "gSOAP/2.8")
	res, err := client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}, fmt.Errorf("reading the answer: %w", err)
	}
	a, err := parseAnswer(res.Header.Get("Content-Type"), data)
	if err != nil {
		return reply{status: res.StatusCode}, fmt.Errorf("HTTP %d: %w", res.StatusCode, err)
	}
	return reply{res.StatusCode, a}, nil
}
