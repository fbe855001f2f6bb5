package tree_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"zarafa/mail/tree"
)

func FuzzTree(f *testing.F) {
	for _, tt := range trees {
		f.Add([]byte(tt.mail))
		f.Add([]byte(strings.ReplaceAll(tt.mail, "\n", "\r\n")))
	}
	for _, file := range corpus(f) {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, mail []byte) {
		m := tree.ParseBytes(mail)
		check(t, m, mail)
		for p := range m.Root.All() {
			if _, err := io.Copy(io.Discard, m.Content(p)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzPieces puts mails together from what trees are made of, so that it gets deep.
func FuzzPieces(f *testing.F) {
	f.Add([]byte("0123456789"))
	pieces := []string{"Content-Type: multipart/mixed; boundary=b\n", "Content-Type: multipart/digest; boundary=c\n", "Content-Type: message/rfc822\n", "\n", "--b\n", "--b--\n", "--c\n", "--c--\n", "text\n", " folded\n", "Subject: x\n", "Content-Transfer-Encoding: base64\n", "From x\n", "\r\n", "\r", "--b", "x", "Content-Type: multipart/mixed; boundary=\"b--\"\n"}
	f.Fuzz(func(t *testing.T, in []byte) {
		var b strings.Builder
		for _, c := range in {
			b.WriteString(pieces[int(c)%len(pieces)])
		}
		check(t, tree.ParseBytes([]byte(b.String())), []byte(b.String()))
	})
}

func FuzzDecoders(f *testing.F) {
	for _, tt := range encoded {
		f.Add(tt.encoding, []byte(tt.in))
	}
	f.Fuzz(func(t *testing.T, encoding string, in []byte) {
		whole, err := io.ReadAll(tree.NewDecoder(encoding, bytes.NewReader(in)))
		if err != nil {
			t.Fatal(err)
		}
		pieces, err := io.ReadAll(tree.NewDecoder(encoding, iotest.OneByteReader(bytes.NewReader(in))))
		if err != nil || !bytes.Equal(whole, pieces) {
			t.Fatalf("%s: %q is %q, and byte by byte %q, %v", encoding, in, whole, pieces, err)
		}
	})
}

func FuzzCRLF(f *testing.F) {
	f.Add([]byte("a\r\nb\nc\rd\r\r\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		out := tree.CRLF(in)
		if again := tree.CRLF(out); !bytes.Equal(out, again) {
			t.Fatalf("%q becomes %q, and that %q", in, out, again)
		}
		streamed, err := io.ReadAll(tree.NewCRLFReader(iotest.OneByteReader(bytes.NewReader(in))))
		if err != nil || !bytes.Equal(out, streamed) {
			t.Fatalf("%q becomes %q, and byte by byte %q, %v", in, out, streamed, err)
		}
		bare := strings.NewReplacer("\r\n", "").Replace(string(out))
		if strings.ContainsAny(bare, "\r\n") {
			t.Fatalf("%q becomes %q", in, out)
		}
	})
}

// corpus are the mails that the packages of mail share.
func corpus(t testing.TB) (mails [][]byte) {
	t.Helper()
	files, err := filepath.Glob("../testdata/*/*.eml")
	if err != nil || len(files) < 120 {
		t.Fatalf("%d mails, %v", len(files), err)
	}
	for _, f := range files {
		mail, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		mails = append(mails, mail)
	}
	return mails
}
