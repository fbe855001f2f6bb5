package convert

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"zarafa/mail/tree"
	"zarafa/mapi"
)

// Small contents are in memory, so that their size is known; large ones, and those beyond what a mail may have there, stay in the mail.
func TestContentsInMemory(t *testing.T) {
	file := func(size int) string {
		return "--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString(make([]byte, size)) + "\r\n"
	}
	for _, tt := range []struct {
		name  string
		sizes []int
		want  string // for each file: whether it is in memory, and how large it says it is
	}{
		{"small", []int{3000}, "true 3000"},
		{"empty", []int{0}, "true 0"},
		{"large", []int{120_000}, "false -1"},
		{"many", []int{90_000, 90_000, 90_000, 90_000, 90_000, 300}, "true 90000, true 90000, true 90000, true 90000, false -1, true 300"},
	} {
		text := "From: alice@example.com\r\nSubject: files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
		for _, size := range tt.sizes {
			text += file(size)
		}
		m, err := Import(tree.ParseBytes([]byte(text+"--b--\r\n")), &ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, a := range m.Attachments {
			_, inMemory := a.Content.(mapi.Bytes)
			got = append(got, fmt.Sprint(inMemory, " ", a.Content.Size()))
			r, err := a.Content.Open()
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.Copy(io.Discard, r); err != nil || n != int64(tt.sizes[i]) {
				t.Errorf("%s: %d bytes instead of %d, %v", tt.name, n, tt.sizes[i], err)
			}
		}
		if g := strings.Join(got, ", "); g != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, g, tt.want)
		}
	}
}
