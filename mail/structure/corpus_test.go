package structure_test

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mail/structure"
	"zarafa/mail/tree"
)

var update = flag.Bool("update", false, "write what the mails of the corpus are taken for beside them")

const corpus = "../testdata"

// mails calls a function for each mail of the corpus; a folder without mails fails.
func mails(t testing.TB, do func(name string, mail []byte)) {
	t.Helper()
	for _, folder := range []string{"rfc", "legacy", "malformed", "wild"} {
		files, err := filepath.Glob(filepath.Join(corpus, folder, "*.eml"))
		if err != nil || len(files) < 20 {
			t.Fatalf("%s has %d mails, %v", folder, len(files), err)
		}
		for _, f := range files {
			mail, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			do(strings.TrimSuffix(f, ".eml"), mail)
		}
	}
}

// TestCorpus: each mail is taken for what stands beside it, whether it comes with LF or with CRLF.
func TestCorpus(t *testing.T) {
	mails(t, func(name string, mail []byte) {
		lf := bytes.ReplaceAll(tree.CRLF(mail), []byte("\r\n"), []byte("\n"))
		got := describe(t, tree.CRLF(lf))
		if again := describe(t, tree.CRLF(mail)); again != got {
			t.Errorf("%s: with CRLF it is\n%s\nwith LF\n%s", name, again, got)
		}
		if a, b := shape(tree.ParseBytes(lf)), shape(tree.ParseBytes(tree.CRLF(lf))); a != b {
			t.Errorf("%s: unrepaired with LF its tree is\n%s\nwith CRLF\n%s", name, a, b)
		}
		if *update {
			if err := os.WriteFile(name+".want", []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			return
		}
		want, err := os.ReadFile(name + ".want")
		if err != nil {
			t.Fatal(err)
		}
		if got != string(want) {
			t.Errorf("%s is taken for\n%s\nwant\n%s", name, got, want)
		}
	})
}

// shape is a tree and its leaves without regard to line ends.
func shape(m *tree.Message) string {
	var out strings.Builder
	for p := range m.Root.All() {
		fmt.Fprintf(&out, "%s/%s %s %d %d parts\n", p.Type, p.Subtype, p.Encoding, p.Reason, len(p.Parts))
		if p.IsLeaf() {
			b, _ := io.ReadAll(m.RawBody(p))
			fmt.Fprintf(&out, "%q\n", bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
		}
	}
	return out.String()
}

// describe shows all that is made of a mail.
func describe(t testing.TB, mail []byte) string {
	t.Helper()
	m := tree.ParseBytes(mail)
	s := structure.New(m)
	h, err := s.Fields(m.Root)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	fmt.Fprintf(&out, "Subject: %s\n", header.DecodeText(h.Get("Subject"), nil))
	for _, name := range []string{"From", "To"} {
		for _, a := range header.ParseAddresses(h.Joined(name), nil) {
			fmt.Fprintf(&out, "%s: %d %q %s\n", name, a.Kind, a.Name, a.Addr())
		}
	}
	if d, ok := header.ParseDate(h.Get("Date")); ok {
		fmt.Fprintf(&out, "Date: %s\n", d.Format(time.RFC3339))
	}
	fmt.Fprintf(&out, "IDs: %s %s\n", header.MessageIDs(h.Get("Message-ID")), header.MessageIDs(h.Get("References")))
	envelope, _ := s.Envelope()
	body, _ := s.Body()
	full, _ := s.BodyStructure()
	fmt.Fprintf(&out, "ENVELOPE %s\nBODY %s\nBODYSTRUCTURE %s\n", envelope, body, full)
	for p := range m.Root.All() {
		fmt.Fprintf(&out, "%d-%d-%d %s/%s reason %d\n", p.Header, p.Body, p.End, p.Type, p.Subtype, p.Reason)
		if p.IsLeaf() {
			describeLeaf(t, &out, s, m, p)
		}
	}
	return out.String()
}

func describeLeaf(t testing.TB, out *strings.Builder, s *structure.Structure, m *tree.Message, p *tree.Part) {
	t.Helper()
	h, err := s.Fields(p)
	if err != nil {
		t.Fatal(err)
	}
	media, _ := header.ParseMediaType(h.Get("Content-Type"))
	if d, _ := header.ParseDisposition(h.Get("Content-Disposition")); d.Get("filename") != "" || media.Get("name") != "" {
		fmt.Fprintf(out, "  file %q %q\n", d.Get("filename"), media.Get("name"))
	}
	r := m.Content(p)
	if typ, _ := p.Effective(); typ == "text" {
		if cs, ok := charset.Lookup(media.Get("charset")); ok {
			r = cs.NewReader(r)
		} else {
			r = charset.GuessReader(r, nil)
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(out, "  %.300q\n", b)
}
