package soaphttp

import "net/http"

// Fault codes (SOAP 1.1 section 4.4.1).
const (
	faultClient = "SOAP-ENV:Client"
	faultServer = "SOAP-ENV:Server"
)

// httpError is a failure of the framing that the peer is told about by a fault; it
// always ends the connection (wire.md section 5).
type httpError struct {
	status int
	code   string
	text   string
}

func (e *httpError) Error() string { return e.text }

func badRequest(text string) error {
	return &httpError{http.StatusBadRequest, faultClient, text}
}

func undecodable(text string) error {
	return &httpError{http.StatusInternalServerError, faultClient, text}
}

func tooLarge(text string) error {
	return &httpError{http.StatusRequestEntityTooLarge, faultClient, text}
}

func methodRefused(method []byte) error {
	return &httpError{http.StatusMethodNotAllowed, faultClient,
		"HTTP " + string(method) + " method not implemented"}
}

const (
	faultHead = `<?xml version="1.0" encoding="UTF-8"?>` + "\n" +
		`<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"` +
		` xmlns:SOAP-ENC="http://schemas.xmlsoap.org/soap/encoding/"` +
		` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"` +
		` xmlns:xsd="http://www.w3.org/2001/XMLSchema"` +
		` xmlns:xop="http://www.w3.org/2004/08/xop/include"` +
		` xmlns:xmlmime="http://www.w3.org/2004/11/xmlmime" xmlns:ns="urn:zarafa">` +
		`<SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>`
	faultMiddle = `</faultcode><faultstring>`
	faultTail   = `</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>`
)

// appendFault writes the fault envelope. Characters outside printable ASCII become "?":
// a fault may quote what the peer sent.
func appendFault(dst []byte, code, text string) []byte {
	dst = append(dst, faultHead...)
	dst = append(dst, code...)
	dst = append(dst, faultMiddle...)
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '<':
			dst = append(dst, "&lt;"...)
		case b == '>':
			dst = append(dst, "&gt;"...)
		case b == '&':
			dst = append(dst, "&amp;"...)
		case b < ' ' || b > '~':
			dst = append(dst, '?')
		default:
			dst = append(dst, b)
		}
	}
	return append(dst, faultTail...)
}
