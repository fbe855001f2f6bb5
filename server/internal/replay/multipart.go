package replay

import (
	"bytes"
	"errors"
	"fmt"
	"mime"
)

// part is one binary part behind the root part of a multipart answer.
type part struct {
	id   string // Content-ID as it stands
	data []byte
}

// answer is a decoded body: the method element and, of a multipart one, the parts behind it.
type answer struct {
	media string // media type of the content
	root  *node
	parts []part
}

func parseAnswer(contentType string, body []byte) (answer, error) {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return answer{}, fmt.Errorf("content type %q: %w", contentType, err)
	}
	a := answer{media: media}
	text := body
	if media == "multipart/related" {
		if a.parts, err = splitParts(body, params["boundary"]); err != nil {
			return a, err
		}
		text, a.parts = a.parts[0].data, a.parts[1:]
	}
	a.root, err = parseEnvelope(text)
	return a, err
}

// splitParts cuts a body at its boundary (wire.md section 6). Parts have no length; the boundary does not occur in them.
func splitParts(body []byte, boundary string) ([]part, error) {
	if boundary == "" {
		return nil, errors.New("multipart without boundary")
	}
	mark := []byte("--" + boundary)
	if !bytes.HasPrefix(body, mark) {
		i := bytes.Index(body, append([]byte("\r\n"), mark...))
		if i < 0 {
			return nil, errors.New("no boundary")
		}
		body = body[i+2:]
	}
	var out []part
	for {
		body = body[len(mark):]
		if bytes.HasPrefix(body, []byte("--")) {
			break
		}
		end := bytes.Index(body, append([]byte("\r\n"), mark...))
		if end < 0 {
			return nil, errors.New("last part has no end")
		}
		p, err := parsePart(body[:end])
		if err != nil {
			return nil, err
		}
		out, body = append(out, p), body[end+2:]
	}
	if len(out) == 0 {
		return nil, errors.New("no part")
	}
	return out, nil
}

func parsePart(b []byte) (part, error) {
	head, data, ok := bytes.Cut(b, []byte("\r\n\r\n"))
	if !ok {
		return part{}, errors.New("part without head")
	}
	if enc := headerValue(string(head), "Content-Transfer-Encoding"); enc != "binary" {
		return part{}, fmt.Errorf("transfer encoding %q, must be binary", enc)
	}
	return part{id: headerValue(string(head), "Content-ID"), data: data}, nil
}

// streams compares the binary parts of two answers: each href with its part, and each message stream.
func (c *comparer) streams(recorded, live []part, root *node) {
	if len(recorded) != len(live) {
		c.differ("parts", fmt.Sprint(len(recorded)), fmt.Sprint(len(live)), "number of parts")
	}
	hrefs := root.hrefs(nil)
	for i := range min(len(recorded), len(live)) {
		path := fmt.Sprintf("part[%d]", i)
		if recorded[i].id != live[i].id {
			c.differ(path+"/Content-ID", recorded[i].id, live[i].id, "the client compares the text")
		}
		if i >= len(hrefs) || hrefs[i] != live[i].id {
			c.differ(path+"/href", live[i].id, fmt.Sprint(hrefs), "the answer's references do not name this part")
		}
		want, err := parseStream(recorded[i].data)
		if err != nil {
			c.differ(path, "recorded stream", err.Error(), "cannot be read")
			continue
		}
		got, err := parseStream(live[i].data)
		if err != nil {
			c.differ(path, fmt.Sprintf("%d bytes", len(recorded[i].data)), fmt.Sprintf("%x", live[i].data), err.Error())
			continue
		}
		c.streamObject(path, want, got)
	}
}

// hrefs lists the references to parts in document order.
func (n *node) hrefs(out []string) []string {
	if n.href != "" {
		out = append(out, n.href)
	}
	for _, k := range n.kids {
		out = k.hrefs(out)
	}
	return out
}
