//go:build !race

package wire

import (
	"fmt"
	"testing"

	"zarafa/mapi"
)

// rowsResponse is a table response with n rows of the usual kinds of cells.
func rowsResponse(n int) *TableQueryRowsResponse {
	resp := &TableQueryRowsResponse{}
	for i := range n {
		resp.RowSet.Rows = append(resp.RowSet.Rows, []mapi.PropValue{
			mapi.Long(0x0E070003, uint32(i)),
			mapi.String(0x0037001F, fmt.Sprintf("Subject <%d>", i)),
			mapi.Binary(0x0FFF0102, []byte("0123456789012345678901234567890123456789")),
			mapi.Time(0x30080040, mapi.FileTime(i)),
			mapi.Strings(0x9000101F, "a", "b"),
			mapi.Missing(0x10130102),
		})
	}
	return resp
}

// saveRequest saves a message with n recipients.
func saveRequest(n int) *SaveObjectRequest {
	o := &SaveObject{ObjType: 5, ModProps: []mapi.PropValue{mapi.String(0x0037001F, "Subject")}}
	for range n {
		o.Items = append(o.Items, SaveObject{ObjType: 6, DelProps: []mapi.PropTag{5}, ModProps: []mapi.PropValue{
			mapi.String(0x3001001F, "Display name"), mapi.Long(0x0C150003, 1)}, InstanceIDs: [][]byte{{1, 2}}})
	}
	return &SaveObjectRequest{SaveObj: o}
}

// A decoder that has seen a message of some size decodes such a message without any
// allocation, however many elements it has.
func TestDecodingDoesNotAllocate(t *testing.T) {
	f := func(name string, text []byte, decode func(d *Decoder) error) {
		t.Helper()
		d, body := NewDecoder(ClientLimits()), make([]byte, len(text))
		run := func() {
			copy(body, text)
			d.Reset(body)
			if err := decode(d); err != nil {
				t.Fatal(err)
			}
		}
		for range 20 {
			run()
		}
		if n := testing.AllocsPerRun(50, run); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	var resp TableQueryRowsResponse
	for _, n := range []int{10, 1000} {
		f(fmt.Sprint(n, " rows"), AppendResponse(nil, rowsResponse(n), SOAP11), func(d *Decoder) error {
			resp = TableQueryRowsResponse{}
			return DecodeResponse(d, &resp)
		})
		f(fmt.Sprint(n, " recipients"), AppendRequest(nil, saveRequest(n)), func(d *Decoder) error {
			_, err := DecodeRequest(d)
			return err
		})
	}
	for _, e := range traces(t)[:400] {
		f(e.Op, []byte(e.Request), func(d *Decoder) error {
			_, err := DecodeRequest(d)
			return err
		})
	}
}

func TestEncodingDoesNotAllocate(t *testing.T) {
	resp := rowsResponse(100)
	dst := AppendResponse(nil, resp, SOAP11)
	if n := testing.AllocsPerRun(20, func() { dst = AppendResponse(dst[:0], resp, SOAP11) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
