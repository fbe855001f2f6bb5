package wire

import (
	"bytes"
	"encoding/base64"
	"io"

	"zarafa/mapi"
)

// valuePiece is how many bytes of a value are encoded at a time.
const valuePiece = 24 << 10

// SplitValue appends the envelope of a response and divides it where the value of its property goes, which is a string or a binary
// value that CopyValue writes between the two.
func SplitValue(dst []byte, resp *LoadPropResponse, version Version) (head, tail []byte) {
	mark := []byte{0, 0, 0} // something, since an empty string has no end tag
	start, end := "<bin>", "</bin>"
	if memberOf(wireType(resp.PropVal.Tag)) == memberLpszA {
		mark, start, end = []byte("-"), "<lpszA>", "</lpszA>"
	}
	marked := *resp
	marked.PropVal = &mapi.PropValue{Tag: resp.PropVal.Tag, Data: mark}
	from := len(dst)
	dst = AppendResponse(dst, &marked, version)
	at := from + bytes.Index(dst[from:], []byte(start)) + len(start)
	rest := at + bytes.Index(dst[at:], []byte(end))
	return dst[:at], dst[rest:]
}

// ValueLength is how many bytes CopyValue writes for a value of n; -1 if that depends on the value.
func ValueLength(tag mapi.PropTag, n int64) int64 {
	if memberOf(wireType(tag)) == memberLpszA {
		return -1
	}
	return (n + 2) / 3 * 4
}

// CopyValue reads a value to its end and writes the form that it has in an envelope, a piece at a time.
func CopyValue(w io.Writer, tag mapi.PropTag, r io.Reader) error {
	buf := make([]byte, valuePiece)
	if memberOf(wireType(tag)) == memberLpszA {
		_, err := io.CopyBuffer(&escaper{w: w}, onlyReader{r}, buf)
		return err
	}
	enc := base64.NewEncoder(base64.StdEncoding, w)
	if _, err := io.CopyBuffer(enc, onlyReader{r}, buf); err != nil {
		return err
	}
	return enc.Close()
}

// onlyReader hides what else a reader can do, such as to write all it has at once.
type onlyReader struct{ io.Reader }

// escaper writes text as it stands in an envelope.
type escaper struct {
	w   io.Writer
	buf []byte
}

func (e *escaper) Write(p []byte) (int, error) {
	e.buf = appendEscaped(e.buf[:0], p)
	if _, err := e.w.Write(e.buf); err != nil {
		return 0, err
	}
	return len(p), nil
}
