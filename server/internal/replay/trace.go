package replay

import (
	"bufio"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Exchange is one recorded request with its answer.
type Exchange struct {
	N            int    // order of the answers within the scenario, from 1
	Transport    string // "unix" or "tcp"
	Op           string // name of the request's element
	Path         string // path of the request line
	Request      []byte // body as sent, after decompression
	ResponseHead string // status line and headers
	Response     []byte // body as received, after decompression
	request      *node  // parsed method element of Request
	response     *node  // parsed method element of Response (of the root part for multipart)
	streams      []part
}

// Scenario is one trace file.
type Scenario struct {
	Name      string // "01-users"
	Exchanges []*Exchange
}

// maxLine bounds one line of a trace; the largest recorded answer is far below.
const maxLine = 64 << 20

// Load reads the scenarios of folder dir whose names start with one of the given prefixes ("01", "02-delivery"), in the order of their
// names; no prefix means all of them.
func Load(dir string, prefixes ...string) ([]*Scenario, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	var out []*Scenario
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".jsonl.gz")
		if len(prefixes) > 0 && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			continue
		}
		sc, err := loadFile(f, name)
		if err != nil {
			return nil, fmt.Errorf("trace %s: %w", f, err)
		}
		out = append(out, sc)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no trace in %s matches %v", dir, prefixes)
	}
	return out, nil
}

func loadFile(path, name string) (*Scenario, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	sc := &Scenario{Name: name}
	sc.Exchanges, err = readExchanges(zr)
	return sc, err
}

// record is one line of a trace file.
type record struct {
	N              int    `json:"n"`
	Transport      string `json:"transport"`
	Op             string `json:"op"`
	RequestHead    string `json:"request_head"`
	Request        string `json:"request"`
	ResponseHead   string `json:"response_head"`
	Response       string `json:"response"`
	ResponseBase64 string `json:"response_base64"`
}

func readExchanges(r io.Reader) ([]*Exchange, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 1<<20), maxLine)
	var out []*Exchange
	for lines.Scan() {
		var rec record
		if err := json.Unmarshal(lines.Bytes(), &rec); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(out)+1, err)
		}
		ex, err := rec.exchange()
		if err != nil {
			return nil, fmt.Errorf("exchange %d (%s): %w", rec.N, rec.Op, err)
		}
		out = append(out, ex)
	}
	return out, lines.Err()
}

func (r *record) exchange() (*Exchange, error) {
	ex := &Exchange{N: r.N, Transport: r.Transport, Op: r.Op, Path: "/", Request: []byte(r.Request),
		ResponseHead: r.ResponseHead, Response: []byte(r.Response)}
	if fields := strings.Fields(r.RequestHead); len(fields) > 1 {
		ex.Path = fields[1]
	}
	if r.ResponseBase64 != "" {
		var err error
		if ex.Response, err = base64.StdEncoding.DecodeString(r.ResponseBase64); err != nil {
			return nil, err
		}
	}
	var err error
	if ex.request, err = parseEnvelope(ex.Request); err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	a, err := parseAnswer(headerValue(r.ResponseHead, "Content-Type"), ex.Response)
	if err != nil {
		return nil, fmt.Errorf("answer: %w", err)
	}
	ex.response, ex.streams = a.root, a.parts
	return ex, nil
}

// headerValue finds a header in a recorded head; names compare without case.
func headerValue(head, name string) string {
	for _, line := range strings.Split(head, "\r\n") {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.EqualFold(k, name) {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// statusCode is the number in a recorded status line, 0 if there is none.
func statusCode(head string) int {
	var proto string
	var code int
	if _, err := fmt.Sscan(head, &proto, &code); err != nil {
		return 0
	}
	return code
}
