package soaphttp

import (
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/valyala/fasthttp"

	"zarafa/wire"
)

// httpError is a failure of the framing that the peer is told about by a fault; it
// always ends the connection (wire.md section 5).
type httpError struct {
	status int
	code   wire.FaultCode
	text   string
}

func (e *httpError) Error() string { return e.text }

func badRequest(text string) error {
	return &httpError{http.StatusBadRequest, wire.FaultClient, text}
}

func undecodable(text string) error {
	return &httpError{http.StatusInternalServerError, wire.FaultClient, text}
}

func tooLarge(text string) error {
	return &httpError{http.StatusRequestEntityTooLarge, wire.FaultClient, text}
}

// lengthRequired refuses a request that says nothing about its body. Its end is that of the header then (RFC 9112 section
// 6.3), and a proxy sends the next request right behind it: who took that for the body, as the server of record does, would answer
// one client with what another one has sent.
func lengthRequired() error {
	return &httpError{http.StatusLengthRequired, wire.FaultClient, "Content-Length or Transfer-Encoding required"}
}

func headerTooLarge() error {
	return &httpError{http.StatusRequestHeaderFieldsTooLarge, wire.FaultClient, "HTTP header too large"}
}

func methodRefused(method []byte) error {
	return &httpError{http.StatusMethodNotAllowed, wire.FaultClient,
		"HTTP " + string(method) + " method not implemented"}
}

// appendTo writes the envelope of the fault.
func (e *httpError) appendTo(dst []byte) []byte {
	return wire.AppendFault(dst, &wire.Fault{Code: e.code, String: e.text}, wire.SOAP11)
}

// headerFault turns fasthttp's verdict on the fields of a header into ours. The conditions that have no error
// value of their own are told by how the text begins, since what follows may be the peer's.
func headerFault(err error) error {
	said := func(text string) bool {
		cause := errors.Unwrap(err)
		return cause != nil && strings.HasPrefix(cause.Error(), text)
	}
	switch {
	case errors.Is(err, fasthttp.ErrUnsupportedTransferEncoding), said("unsupported transfer-encoding"), said("too many transfer-encoding"):
		return badRequest("Unsupported Transfer-Encoding")
	case errors.Is(err, fasthttp.ErrDuplicateContentLength), said("cannot parse content-length"):
		return badRequest("Malformed Content-Length")
	default:
		return badRequest(malformedHeader)
	}
}

// refuse answers with a fault, if the error is one that the peer can still be told about.
func (c *conn) refuse(x *Exchange, err error) {
	x.close = true
	var he *httpError
	switch {
	case c.in.timedOut:
		he = &httpError{http.StatusInternalServerError, wire.FaultServer, "Timed out while reading the request"}
	case errors.As(err, &he):
	case errors.Is(err, errMultipart):
		he = &httpError{http.StatusInternalServerError, wire.FaultClient, "Malformed multipart message"}
	case errors.Is(err, io.ErrUnexpectedEOF):
		he = &httpError{http.StatusInternalServerError, wire.FaultClient, "Request ends early"}
	default:
		he = &httpError{http.StatusInternalServerError, wire.FaultClient, "Malformed request body"}
	}
	c.srv.cfg.Logger.Debug("request refused", "peer", x.Peer.Address, "status", he.status, "error", err)
	x.reply(he.status, Body{Middle: he.appendTo(nil)})
}
