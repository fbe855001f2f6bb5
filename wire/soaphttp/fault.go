package soaphttp

import (
	"net/http"

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

func methodRefused(method []byte) error {
	return &httpError{http.StatusMethodNotAllowed, wire.FaultClient,
		"HTTP " + string(method) + " method not implemented"}
}

// appendTo writes the envelope of the fault.
func (e *httpError) appendTo(dst []byte) []byte {
	return wire.AppendFault(dst, &wire.Fault{Code: e.code, String: e.text}, wire.SOAP11)
}
