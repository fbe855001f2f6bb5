package convert

import (
	"bytes"
	"strings"
	"testing"

	"zarafa/mapi"
)

// What a message of S/MIME brings goes out byte by byte, but its attachment cannot add fields to the mail.
func TestSecuredFields(t *testing.T) {
	for content, want := range map[string]string{
		"Content-Type: multipart/signed;\r\n boundary=b\r\n\r\n--b \r\n":                    "Content-Type: multipart/signed;\r\n boundary=b\r\n\r\n--b \r\n",
		"Content-Type: text/plain\r\nBcc: eve@example.com\r\nContent-Language: en\r\n\r\nx": "Content-Type: text/plain\r\nContent-Language: en\r\n\r\nx",
		"Content-Type: text/plain": "Content-Type: application/octet-stream\r\n\r\nContent-Type: text/plain",
		"content-type: text/plain\r\nBcc: " + strings.Repeat("eve@example.com, ", 10_000): "application/octet-stream\r\n\r\ncontent-type: text/plain\r\nBcc: eve",
	} {
		m := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note.SMIME.MultipartSigned")}}
		Attach(m, "smime.p7m", "multipart/signed", mapi.Bytes(content))
		var out bytes.Buffer
		if err := Export(&out, m, &ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(out.String(), want) {
			t.Errorf("%.100q becomes\n%.300s", content, out.String())
		}
		if head, _, _ := strings.Cut(out.String(), "\r\n\r\n"); strings.Contains(head, "eve") {
			t.Errorf("%.100q adds a field", content)
		}
	}
}
