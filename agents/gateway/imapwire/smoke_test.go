package imapwire

import (
	"bufio"
	"strings"
	"testing"
)

func decoderOf(input string) *Decoder {
	return NewDecoder(bufio.NewReader(strings.NewReader(input)), Limits{}, func() error { return nil })
}

func TestSmoke(t *testing.T) {
	d := decoderOf("a1 UID FETCH 5:1,7,* (FLAGS BODY.PEEK[1.2.HEADER.FIELDS (From \"To\")]<0.100>) (CHANGEDSINCE 12)\r\na2 LOGIN {3}\r\nabc \"d\\\"e\"\r\nx FOO BAR {3+}\r\nabc\r\na3 NOOP\r\n")
	tag, name := d.Command()
	a := d.Fetch()
	if err := d.Finish(); err != nil {
		t.Fatal(err)
	}
	t.Log(tag, name, a)
	tag, name = d.Command()
	u, p := d.Login()
	t.Log(tag, name, u, p, d.Finish())
	tag, name = d.Command()
	t.Log(tag, name, d.Finish())
	tag, name = d.Command()
	t.Log(tag, name, d.Finish())
}
