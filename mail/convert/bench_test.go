package convert

import (
	"encoding/base64"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"zarafa/mail/tree"
)

// mixed are mails as a server gets them: the corpus, and for each 20 of it one with a large text and one with a file.
func mixed(b *testing.B) (mails [][]byte, size int64) {
	b.Helper()
	all := corpus(b)
	for i, name := range slices.Sorted(maps.Keys(all)) {
		mails = append(mails, normal(b, all[name]))
		if i%20 == 0 {
			mails = append(mails, largeText(), largeFile())
		}
	}
	for _, m := range mails {
		size += int64(len(m))
	}
	return mails, size
}

func largeText() []byte {
	line := "A line of a mail with Gr=C3=BC=C3=9Fen and <b>some</b> markup &amp; more.<br>\r\n"
	return []byte("From: alice@example.com\r\nTo: bob@example.com\r\nSubject: large\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(line, 500) +
		"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + strings.Repeat(line, 1000) + "--b--\r\n")
}

func largeFile() []byte {
	text := base64.StdEncoding.EncodeToString(make([]byte, 57*4000))
	var file strings.Builder
	for ; text != ""; text = text[76:] {
		file.WriteString(text[:76] + "\r\n")
	}
	return []byte("From: alice@example.com\r\nTo: bob@example.com\r\nSubject: file\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/plain\r\n\r\nsee the file\r\n" +
		"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + file.String() + "--b--\r\n")
}

func BenchmarkImport(b *testing.B) {
	mails, size := mixed(b)
	options := &ImportOptions{Now: time.Unix(1800000000, 0)}
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, mail := range mails {
			m, err := Import(tree.ParseBytes(mail), options)
			if err != nil {
				b.Fatal(err)
			}
			for _, a := range m.Attachments { // as when they are saved
				if a.Content == nil {
					continue
				}
				r, err := a.Content.Open()
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

func BenchmarkExport(b *testing.B) {
	mails, size := mixed(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for _, mail := range mails {
			m, err := Import(tree.ParseBytes(mail), &ImportOptions{})
			if err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
			if err := Export(io.Discard, m, &ExportOptions{}); err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
		}
		b.StartTimer()
	}
}

func BenchmarkImportBySize(b *testing.B) {
	for _, lines := range []int{10, 100, 1000, 10000} {
		mail := []byte("From: alice@example.com\r\nTo: bob@example.com\r\nSubject: x\r\n\r\n" + strings.Repeat("A line of text in a mail, as long as they are.\r\n", lines))
		b.Run(fmt.Sprint(len(mail)), func(b *testing.B) {
			b.SetBytes(int64(len(mail)))
			for b.Loop() {
				if _, err := Import(tree.ParseBytes(mail), &ImportOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
