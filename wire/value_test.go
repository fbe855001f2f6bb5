package wire

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"zarafa/mapi"
)

// An answer that is made while its value is read is the one that is made at once, whatever the pieces.
func TestValueInPieces(t *testing.T) {
	for _, tag := range []mapi.PropTag{mapi.PrAttachDataBin, mapi.PrBody, mapi.MakeTag(mapi.PrBody.ID(), mapi.PtString8)} {
		for _, n := range []int{1, 2, 3, valuePiece - 1, valuePiece, valuePiece + 1, 3*valuePiece + 2} {
			value := []byte(strings.Repeat("a<ü\x00&\r", n/6+1)[:n])
			resp := &LoadPropResponse{PropVal: &mapi.PropValue{Tag: tag, Data: value}}
			want := AppendResponse(nil, resp, SOAP11)
			for name, r := range map[string]io.Reader{
				"whole": bytes.NewReader(value), "halves": iotest.HalfReader(bytes.NewReader(value)), "bytes": iotest.OneByteReader(bytes.NewReader(value)),
			} {
				var got bytes.Buffer
				head, tail := SplitValue([]byte("before"), &LoadPropResponse{PropVal: &mapi.PropValue{Tag: tag}}, SOAP11)
				got.Write(head[len("before"):])
				if err := CopyValue(&got, tag, r); err != nil {
					t.Fatal(err)
				}
				length := int64(got.Len() - len(head) + len("before"))
				if announced := ValueLength(tag, int64(n)); announced >= 0 && announced != length {
					t.Errorf("%v of %d bytes: %d were written, %d announced", tag, n, length, announced)
				}
				got.Write(tail)
				if !bytes.Equal(got.Bytes(), want) {
					t.Errorf("%v of %d bytes, %s: another answer", tag, n, name)
				}
			}
		}
	}
}

// What stops the reading stops the writing.
func TestValueThatEnds(t *testing.T) {
	for _, tag := range []mapi.PropTag{mapi.PrAttachDataBin, mapi.PrBody} {
		if err := CopyValue(io.Discard, tag, iotest.ErrReader(io.ErrUnexpectedEOF)); err != io.ErrUnexpectedEOF {
			t.Errorf("%v: %v", tag, err)
		}
	}
}
