//go:build !race

package imapwire

import (
	"bufio"
	"bytes"
	"io"
	"testing"
)

// Commands cost the memory of what is returned, and nothing beside: NOOP none, a tag of one byte none.
func TestAllocations(t *testing.T) {
	for _, test := range []struct {
		sent  string
		times float64
		what  string
	}{
		{"a NOOP\r\n", 0, ""},
		{"A0001 NOOP\r\n", 1, "tag"},
		{"a FETCH 1:* FLAGS\r\n", 2, "set, items"},
		{"a UID FETCH 1,3,5,7 (UID FLAGS)\r\n", 5, "set, as it grows (1, 2, 4), items (1, 2)"},
		{"a FETCH 1 BODY.PEEK[1.2]<0.100>\r\n", 4, "set, items, part as it grows (1, 2)"},
		{"a FETCH 1 (BODY[HEADER.FIELDS (From)])\r\n", 4, "set, items, fields, name"},
		{"a STORE 1:5 +FLAGS.SILENT (\\Seen)\r\n", 2, "set, flags"},
		{"a STORE 1:5 +FLAGS.SILENT \\Seen\r\n", 2, "set, flags"},
		{"a SEARCH UNSEEN\r\n", 0, ""},
		{"a UID SEARCH 1:* UNDELETED\r\n", 3, "set, keys as they grow (1, 2)"},
		{"a SEARCH SUBJECT \"hello\"\r\n", 1, "text"},
		{"a SEARCH SUBJECT {5+}\r\nhello\r\n", 1, "text"},
		{"a SEARCH SINCE 1-Feb-2024\r\n", 0, ""},
		{"a SELECT inbox\r\n", 0, ""},
		{"a STATUS x1 (MESSAGES)\r\n", 2, "name, items"},
	} {
		sent := []byte(test.sent)
		r := bytes.NewReader(sent)
		buffered := bufio.NewReader(r)
		d := NewDecoder(buffered, Limits{}, func() error { return nil })
		read := func() {
			r.Reset(sent)
			buffered.Reset(r)
			readTyped(d)
		}
		read()
		if err := d.Err(); err != nil {
			t.Errorf("%q: %v", test.sent, err)
		}
		if n := testing.AllocsPerRun(100, read); n > test.times {
			t.Errorf("%q costs %v allocations, want %v: %s", test.sent, n, test.times, test.what)
		}
	}
}

// readTyped reads a command without putting it into an interface.
func readTyped(d *Decoder) {
	_, name := d.Command()
	switch name {
	case "FETCH", "UID FETCH":
		d.Fetch()
	case "STORE":
		d.Store()
	case "SEARCH", "UID SEARCH":
		d.Search()
	case "SELECT":
		d.Select()
	case "STATUS":
		d.Status()
	}
	_ = d.Finish()
}

// An answer to FETCH costs no memory of its own.
func TestEncoderAllocations(t *testing.T) {
	e := NewEncoder(bufio.NewWriter(io.Discard))
	set := NumSet{Ranges: []Range{{1, 5}, {7, 7}}}
	flags := []string{`\Seen`, "$Forwarded"}
	mail := make([]byte, 100000)
	content := bytes.NewReader(mail)
	write := func() {
		content.Reset(mail)
		e.Raw("* ").Number(5).Raw(" FETCH (UID ").Number(77).Raw(" FLAGS (").Flags(flags).Raw(") BODY[] ").Literal(100000, content).Raw(" X ")
		e.String(`a "quoted" one`).SP().Set(set).Raw(")").CRLF()
		e.Response("a", OK, "", "Fetched")
	}
	write()
	if n := testing.AllocsPerRun(100, write); n > 0 {
		t.Errorf("%v allocations", n)
	}
	if err := e.Flush(); err != nil {
		t.Error(err)
	}
}
