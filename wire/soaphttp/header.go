package soaphttp

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"

	"zarafa/wire"
)

// bodyFraming says how the end of a body is found.
type bodyFraming uint8

const (
	untilXMLEnd   bodyFraming = iota // neither length nor chunks: the message tells
	contentLength                    // header.length bytes
	chunked
	untilClose // an answer that the end of the connection ends
)

// contentCoding is a body's compression.
type contentCoding uint8

const (
	identity contentCoding = iota
	gzipCoding
	deflateCoding // zlib format; raw deflate is refused
)

// header is what framing needs to know of a request's or response's header.
type header struct {
	method, target []byte // of a request
	status         int    // of a response
	framing        bodyFraming
	length         int64
	coding         contentCoding
	http10         bool
	close          bool // the peer ends the connection after this message
	keepAlive      bool // the peer said keep-alive
	expectContinue bool
	acceptsGzip    bool
	boundary       []byte // of a multipart body, empty if it is none
	proxied        bool   // the header that proxyHeader names was there
	forwarded      string // X-Forwarded-For, only if wantForwarded

	proxyHeader   string
	wantForwarded bool
	size          int // bytes read so far
	max           int
	sawLength     bool
}

// reset forgets the last message but keeps buffers and settings.
func (h *header) reset() {
	*h = header{method: h.method[:0], target: h.target[:0], boundary: h.boundary[:0],
		proxyHeader: h.proxyHeader, wantForwarded: h.wantForwarded, max: h.max}
}

// readLine reads one header line without its line end. The result is valid until
// the next read.
func (h *header) readLine(br *bufio.Reader) ([]byte, error) {
	line, err := br.ReadSlice('\n')
	h.size += len(line)
	if err == bufio.ErrBufferFull || h.max > 0 && h.size > h.max {
		return nil, &httpError{http.StatusRequestHeaderFieldsTooLarge, wire.FaultClient, "HTTP header too large"}
	}
	if err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return bytes.TrimSuffix(line[:len(line)-1], []byte("\r")), nil
}

// readRequest parses a request line and its header.
func (h *header) readRequest(br *bufio.Reader) error {
	h.reset()
	line, err := h.readLine(br)
	if err != nil {
		return err
	}
	method, rest, ok1 := bytes.Cut(line, []byte(" "))
	target, proto, ok2 := bytes.Cut(rest, []byte(" "))
	if !ok1 || !ok2 || len(method) == 0 || len(target) == 0 || !bytes.HasPrefix(proto, []byte("HTTP/1.")) {
		return badRequest("Malformed HTTP request line")
	}
	h.method = append(h.method, method...)
	h.target = append(h.target, target...)
	h.http10 = string(proto) == "HTTP/1.0"
	return h.readFields(br)
}

// readResponse parses a status line and its header.
func (h *header) readResponse(br *bufio.Reader) error {
	h.reset()
	line, err := h.readLine(br)
	if err != nil {
		return err
	}
	proto, rest, _ := bytes.Cut(line, []byte(" "))
	if !bytes.HasPrefix(proto, []byte("HTTP/1.")) || len(rest) < 3 {
		return errors.New("malformed HTTP status line")
	}
	status, ok := parseDecimal(rest[:3])
	if !ok {
		return errors.New("malformed HTTP status code")
	}
	h.status = int(status)
	h.http10 = string(proto) == "HTTP/1.0"
	return h.readFields(br)
}

func (h *header) readFields(br *bufio.Reader) error {
	for {
		line, err := h.readLine(br)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			break
		}
		key, value, ok := bytes.Cut(line, []byte(":"))
		if !ok || len(key) == 0 || bytes.ContainsAny(key, " \t") {
			return badRequest("Malformed HTTP header")
		}
		if err := h.setField(key, bytes.Trim(value, " \t")); err != nil {
			return err
		}
	}
	if h.framing == chunked && h.sawLength {
		// Two statements about the end of a body are how requests are smuggled past a proxy.
		return badRequest("Both Content-Length and Transfer-Encoding")
	}
	return nil
}

// setField takes note of one header field. Unknown fields are ignored.
func (h *header) setField(key, value []byte) error {
	switch {
	case isField(key, "content-length"):
		return h.setLength(value)
	case isField(key, "transfer-encoding"):
		if isField(value, "chunked") && h.framing != chunked {
			h.framing = chunked
		} else if !isField(value, "identity") {
			return badRequest("Unsupported Transfer-Encoding")
		}
	case isField(key, "content-encoding"):
		return h.setCoding(value)
	case isField(key, "content-type"):
		return h.setContentType(value)
	case isField(key, "connection"):
		h.close = h.close || hasToken(value, "close")
		h.keepAlive = h.keepAlive || hasToken(value, "keep-alive")
	case isField(key, "accept-encoding"):
		h.acceptsGzip = hasToken(value, "gzip")
	case isField(key, "expect"):
		h.expectContinue = isField(value, "100-continue")
	case h.wantForwarded && isField(key, "x-forwarded-for"):
		h.forwarded = string(value)
	}
	if h.proxyHeader != "" && len(key) == len(h.proxyHeader) && strings.EqualFold(string(key), h.proxyHeader) {
		h.proxied = true
	}
	return nil
}

func (h *header) setLength(value []byte) error {
	n, ok := parseDecimal(value)
	if !ok || h.sawLength && n != h.length {
		return badRequest("Malformed Content-Length")
	}
	h.length, h.sawLength = n, true
	if h.framing != chunked {
		h.framing = contentLength
	}
	return nil
}

func (h *header) setCoding(value []byte) error {
	switch {
	case isField(value, "gzip"), isField(value, "x-gzip"):
		h.coding = gzipCoding
	case isField(value, "deflate"):
		h.coding = deflateCoding
	case len(value) == 0, isField(value, "identity"):
	default:
		return &httpError{http.StatusUnsupportedMediaType, wire.FaultClient, "Unsupported Content-Encoding"}
	}
	return nil
}

// setContentType looks for a multipart boundary; every other type is taken as XML.
func (h *header) setContentType(value []byte) error {
	mediaType, params, _ := bytes.Cut(value, []byte(";"))
	if len(mediaType) < 10 || !isField(mediaType[:10], "multipart/") {
		return nil
	}
	boundary, ok := findParameter(params, "boundary")
	if !ok || len(boundary) == 0 || len(boundary) > maxBoundary {
		return badRequest("Malformed multipart boundary")
	}
	h.boundary = append(h.boundary[:0], boundary...)
	return nil
}

// findParameter looks for key="value" or key=value in a list of parameters.
func findParameter(params []byte, key string) ([]byte, bool) {
	for len(params) > 0 {
		params = bytes.TrimLeft(params, " \t;")
		name, rest, ok := bytes.Cut(params, []byte("="))
		if !ok {
			return nil, false
		}
		var value []byte
		if len(rest) > 0 && rest[0] == '"' {
			end := bytes.IndexByte(rest[1:], '"')
			if end < 0 {
				return nil, false
			}
			value, params = rest[1:1+end], rest[2+end:]
		} else {
			value, params, _ = bytes.Cut(rest, []byte(";"))
			value = bytes.TrimRight(value, " \t")
		}
		if isField(bytes.TrimSpace(name), key) {
			return value, true
		}
	}
	return nil, false
}

// isField compares a field or token with a lower-case ASCII name.
func isField(b []byte, name string) bool {
	if len(b) != len(name) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != name[i] {
			return false
		}
	}
	return true
}

// hasToken looks for a token in a comma-separated list; one with the weight 0 is not there.
func hasToken(list []byte, token string) bool {
	for len(list) > 0 {
		var item []byte
		item, list, _ = bytes.Cut(list, []byte(","))
		name, params, _ := bytes.Cut(item, []byte(";"))
		if !isField(bytes.TrimSpace(name), token) {
			continue
		}
		weight, ok := findParameter(params, "q")
		return !ok || len(bytes.Trim(weight, "0.")) > 0
	}
	return false
}

// parseDecimal reads a number without sign or blanks.
func parseDecimal(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 18 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
