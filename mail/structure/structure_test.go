package structure_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"zarafa/mail/structure"
	"zarafa/mail/tree"
)

// check finds what must hold for the structure of every mail.
func check(t testing.TB, mail []byte) {
	t.Helper()
	m := tree.ParseBytes(mail)
	s := structure.New(m)
	envelope, err := s.Envelope()
	if err != nil {
		t.Fatal(err)
	}
	body, _ := s.Body()
	full, _ := s.BodyStructure()
	for i, text := range []string{envelope, body, full} {
		v, rest, err := parseValue(text)
		if err == nil && rest != "" {
			err = fmt.Errorf("%q is too much", rest)
		}
		if err == nil && i == 0 {
			err = checkEnvelope(v)
		} else if err == nil {
			err = checkBody(v, i == 2)
		}
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
	}
	checkSections(t, s, m, m.Root, nil, mail)
}

// checkSections compares the sections of all parts with the bytes of the mail.
func checkSections(t testing.TB, s *structure.Structure, m *tree.Message, message *tree.Part, path []int, mail []byte) {
	t.Helper()
	expect := func(section structure.Section, from, to int64) {
		t.Helper()
		if got, ok := open(t, s, section); !ok || got != string(mail[from:to]) {
			t.Fatalf("%v is %q (%v), want %q", section, got, ok, mail[from:to])
		}
	}
	if len(path) == 0 {
		expect(structure.Section{}, 0, m.Size)
	}
	expect(structure.Section{Path: path, Kind: structure.Header}, message.Header, message.Body)
	expect(structure.Section{Path: path, Kind: structure.Text}, message.Body, message.End)
	var part func(p *tree.Part, path []int)
	part = func(p *tree.Part, path []int) {
		expect(structure.Section{Path: path}, p.Body, p.End)
		expect(structure.Section{Path: path, Kind: structure.MIME}, p.Header, p.Body)
		if _, ok := open(t, s, structure.Section{Path: path, Kind: structure.Text}); ok != (p.Message != nil) {
			t.Fatalf("%v.TEXT is there: %v", path, ok)
		}
		for i, c := range p.Parts {
			part(c, append(path[:len(path):len(path)], i+1))
		}
		if p.Message != nil {
			checkSections(t, s, m, p.Message, path, mail)
		}
	}
	if !message.IsMultipart() {
		part(message, append(path[:len(path):len(path)], 1))
	}
	for i, c := range message.Parts {
		part(c, append(path[:len(path):len(path)], i+1))
	}
}

func open(t testing.TB, s *structure.Structure, section structure.Section) (string, bool) {
	t.Helper()
	r, ok, err := s.Open(section)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return "", false
	}
	b, err := io.ReadAll(r)
	if err != nil || int64(len(b)) != r.Size() {
		t.Fatalf("%d of %d bytes, %v", len(b), r.Size(), err)
	}
	return string(b), true
}

// TestGrammar: what clients get follows the grammar, for each mail of the corpus.
func TestGrammar(t *testing.T) {
	mails(t, func(_ string, mail []byte) {
		check(t, mail)
		check(t, tree.CRLF(mail))
	})
}

const nested = "Subject: outer\r\nTo: a@b\r\nX-To: c\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\none\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\ntwo\r\n--c\r\nContent-Type: multipart/alternative; boundary=d\r\n\r\n--d\r\n\r\nthree\r\n--d--\r\n--c--\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: plain\r\n\r\nfour\r\n--b--\r\n"

// TestSections: the examples of RFC 3501 6.4.5.
func TestSections(t *testing.T) {
	for _, tt := range []struct{ mail, section, want string }{
		{nested, "1", "one"}, {nested, "1.MIME", "Content-Type: text/html\r\n\r\n"}, {nested, "1.1", "NIL"}, {nested, "1.HEADER", "NIL"}, {nested, "2.HEADER", "Subject: inner\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n"},
		{nested, "2.MIME", "Content-Type: message/rfc822\r\n\r\n"}, {nested, "2.1", "two"}, {nested, "2.2.1", "three"}, {nested, "2.2.2", "NIL"}, {nested, "2.3", "NIL"}, {nested, "2.2.MIME", "Content-Type: multipart/alternative; boundary=d\r\n\r\n"},
		{nested, "3.1", "four"}, {nested, "3.TEXT", "four"}, {nested, "3.1.MIME", "Subject: plain\r\n\r\n"}, {nested, "3.2", "NIL"}, {nested, "3.1.1", "NIL"}, {nested, "4", "NIL"}, {nested, "3", "Subject: plain\r\n\r\nfour"},
		{nested, "HEADER.FIELDS (subject TO)", "Subject: outer\r\nTo: a@b\r\n\r\n"}, {nested, `HEADER.FIELDS ("To")`, "To: a@b\r\n\r\n"}, {nested, "header.fields.not (Content-Type Subject)", "To: a@b\r\nX-To: c\r\n\r\n"}, {nested, "3.HEADER.FIELDS (Subject)", "Subject: plain\r\n\r\n"},
		{nested, "HEADER.FIELDS (None)", "\r\n"}, {"Subject: x\r\n\r\nbody", "1", "body"}, {"Subject: x\r\n\r\nbody", "TEXT", "body"}, {"Subject: x\r\n\r\nbody", "", "Subject: x\r\n\r\nbody"}, {"Subject: x\r\n\r\nbody", "1.1", "NIL"}, {"Subject: x\r\n\r\nbody", "2", "NIL"}, {"Subject: x", "HEADER.FIELDS (Subject)", "Subject: x\r\n\r\n"},
		{"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbody", "1.HEADER", "Subject: x\r\n\r\n"}, {"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbody", "1.1", "body"}, {"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\nbody", "TEXT", "Subject: x\r\n\r\nbody"},
	} {
		section, err := structure.ParseSection(tt.section)
		if err != nil {
			t.Error(err)
			continue
		}
		got, ok := open(t, structure.New(tree.ParseBytes([]byte(tt.mail))), section)
		if !ok {
			got = "NIL"
		}
		if got != tt.want {
			t.Errorf("BODY[%s] is %q, want %q", tt.section, got, tt.want)
		}
	}
	for _, text := range []string{"0", "1..2", "1.", ".1", "MIME", "HEADER.FIELDS", "HEADER.FIELDS ()x", "HEADER (a)", "4294967296", "rubbish", strings.Repeat("1.", 500) + "1", "-1", "1 "} {
		if s, err := structure.ParseSection(text); err == nil && text != "1 " {
			t.Errorf("section %q is %v", text, s)
		}
	}
}

// TestReaderFails: an error of reading comes back, and is not the answer of the next call.
func TestReaderFails(t *testing.T) {
	broken := errors.New("broken")
	r := &breaking{r: bytes.NewReader([]byte(nested))}
	m, err := tree.Parse(r, int64(len(nested)))
	if err != nil {
		t.Fatal(err)
	}
	s := structure.New(m)
	r.err = broken
	if _, err := s.BodyStructure(); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	r.err = nil
	if _, err := s.BodyStructure(); err != nil {
		t.Errorf("error %v", err)
	}
}

type breaking struct {
	r   io.ReaderAt
	err error
}

func (b *breaking) ReadAt(p []byte, off int64) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	return b.r.ReadAt(p, off)
}

func FuzzStructure(f *testing.F) {
	mails(f, func(_ string, mail []byte) { f.Add(mail) })
	f.Add([]byte(nested))
	f.Fuzz(func(t *testing.T, mail []byte) { check(t, mail) })
}

func FuzzSection(f *testing.F) {
	for _, s := range []string{"", "1.2.MIME", "HEADER.FIELDS (a b)", "1.TEXT"} {
		f.Add(s)
	}
	s := structure.New(tree.ParseBytes([]byte(nested)))
	f.Fuzz(func(t *testing.T, text string) {
		if section, err := structure.ParseSection(text); err == nil {
			open(t, s, section)
		}
	})
}
