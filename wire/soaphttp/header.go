package soaphttp

import (
	"bytes"
	"mime"
	"net/http"

	"zarafa/wire"
)

// contentCoding is a body's compression.
type contentCoding uint8

const (
	identity contentCoding = iota
	gzipCoding
	deflateCoding // zlib format; raw deflate is refused
)

// codingOf understands a Content-Encoding field.
func codingOf(value []byte) (contentCoding, error) {
	switch {
	case bytes.EqualFold(value, []byte("gzip")), bytes.EqualFold(value, []byte("x-gzip")):
		return gzipCoding, nil
	case bytes.EqualFold(value, []byte("deflate")):
		return deflateCoding, nil
	case len(value) == 0, bytes.EqualFold(value, []byte("identity")):
		return identity, nil
	}
	return identity, &httpError{http.StatusUnsupportedMediaType, wire.FaultClient, "Unsupported Content-Encoding"}
}

// multipartBoundary finds the boundary in a multipart message's Content-Type. Every other
// type is taken as XML and has none.
func multipartBoundary(contentType []byte) (string, error) {
	const prefix = "multipart/"
	if len(contentType) < len(prefix) || !bytes.EqualFold(contentType[:len(prefix)], []byte(prefix)) {
		return "", nil
	}
	_, params, err := mime.ParseMediaType(string(contentType))
	boundary := params["boundary"]
	if err != nil || len(boundary) == 0 || len(boundary) > maxBoundary {
		return "", badRequest("Malformed multipart boundary")
	}
	return boundary, nil
}
