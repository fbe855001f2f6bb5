package wire

import (
	"encoding/xml"
	"strings"
	"testing"
)

// The benchmarks compare the codec with encoding/xml on the same recorded messages. encoding/xml is
// given less to do: it leaves base64 encoded and does not check types.

// xmlPropVal and what follows are the structures of the two messages for encoding/xml.
type xmlPropVal struct {
	Tag   uint32      `xml:"ulPropTag"`
	I     *int16      `xml:"i"`
	Ul    *uint32     `xml:"ul"`
	Flt   *float32    `xml:"flt"`
	Dbl   *float64    `xml:"dbl"`
	B     *bool       `xml:"b"`
	LpszA *string     `xml:"lpszA"`
	Hilo  *xmlHilo    `xml:"hilo"`
	Bin   *string     `xml:"bin"`
	Li    *int64      `xml:"li"`
	MvszA *xmlStrings `xml:"mvszA"`
	Mvbin *xmlStrings `xml:"mvbin"`
}

type xmlHilo struct {
	Hi int32  `xml:"hi"`
	Lo uint32 `xml:"lo"`
}

type xmlStrings struct {
	Type  string   `xml:"arrayType,attr"`
	Items []string `xml:"item"`
}

type xmlProps struct {
	Type  string       `xml:"arrayType,attr"`
	Items []xmlPropVal `xml:"item"`
}

type xmlRows struct {
	Er   uint32 `xml:"er"`
	Rows struct {
		Type  string     `xml:"arrayType,attr"`
		Items []xmlProps `xml:"item"`
	} `xml:"sRowSet"`
}

type xmlObject struct {
	Items    []xmlObject `xml:"item"`
	DelProps struct {
		Type  string   `xml:"arrayType,attr"`
		Items []uint32 `xml:"item"`
	} `xml:"delProps"`
	ModProps xmlProps `xml:"modProps"`
	Delete   bool     `xml:"bDelete"`
	ClientID uint32   `xml:"ulClientId"`
	ServerID uint32   `xml:"ulServerId"`
	ObjType  uint32   `xml:"ulObjType"`
}

type xmlSave struct {
	Session uint64    `xml:"ulSessionId"`
	Parent  string    `xml:"sParentEntryId"`
	EntryID string    `xml:"sEntryId"`
	Object  xmlObject `xml:"lpsSaveObj"`
	Flags   uint32    `xml:"ulFlags"`
	SyncID  uint32    `xml:"ulSyncId"`
}

type xmlEnvelope[T any] struct {
	XMLName xml.Name `xml:"Envelope"`
	Body    struct {
		Content T `xml:",any"`
	} `xml:"Body"`
}

// attachmentSize divides recorded messages into ordinary ones and those of mostly one long value.
const attachmentSize = 20_000

// largest is the longest recorded message of an operation, up to a size, that encoding/xml can read.
func largest(b *testing.B, op string, response bool, size int) (text string) {
	b.Helper()
	for _, e := range traces(b) {
		s := e.Request
		if response {
			s = e.Response
		}
		if e.Op == op && len(s) > len(text) && len(s) <= size && !strings.Contains(s, "&#x1") {
			text = s
		}
	}
	return text
}

func BenchmarkDecode(b *testing.B) {
	b.Run("rows", func(b *testing.B) {
		var resp TableQueryRowsResponse
		compareDecoding[xmlRows](b, largest(b, "tableQueryRows", true, attachmentSize), func(d *Decoder) error {
			resp = TableQueryRowsResponse{}
			return DecodeResponse(d, &resp)
		})
	})
	for name, size := range map[string]int{"save": attachmentSize, "attachment": 1 << 30} {
		b.Run(name, func(b *testing.B) {
			compareDecoding[xmlSave](b, largest(b, "saveObject", false, size), func(d *Decoder) error {
				_, err := DecodeRequest(d)
				return err
			})
		})
	}
}

func compareDecoding[X any](b *testing.B, text string, decode func(*Decoder) error) {
	b.Run("wire", func(b *testing.B) {
		d, body := NewDecoder(ClientLimits()), make([]byte, len(text))
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			copy(body, text)
			d.Reset(body)
			if err := decode(d); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-xml", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			var e xmlEnvelope[X]
			if err := xml.Unmarshal([]byte(text), &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkEncode(b *testing.B) {
	b.Run("rows", func(b *testing.B) {
		text := largest(b, "tableQueryRows", true, attachmentSize)
		d, resp := NewDecoder(ClientLimits()), new(TableQueryRowsResponse)
		d.Reset([]byte(text))
		if err := DecodeResponse(d, resp); err != nil {
			b.Fatal(err)
		}
		compareEncoding[xmlRows](b, text, func(dst []byte) []byte { return AppendResponse(dst, resp, SOAP11) })
		raw := &TableQueryRowsResponse{RowSet: RowSet{Raw: []byte{}, RawCount: len(resp.RowSet.Rows)}}
		for _, row := range resp.RowSet.Rows {
			raw.RowSet.Raw = AppendRow(raw.RowSet.Raw, row)
		}
		b.Run("wire-raw", func(b *testing.B) {
			encode(b, text, func(dst []byte) []byte { return AppendResponse(dst, raw, SOAP11) })
		})
	})
	for name, size := range map[string]int{"save": attachmentSize, "attachment": 1 << 30} {
		b.Run(name, func(b *testing.B) {
			text := largest(b, "saveObject", false, size)
			d := NewDecoder(ServerLimits())
			d.Reset([]byte(text))
			req, err := DecodeRequest(d)
			if err != nil {
				b.Fatal(err)
			}
			compareEncoding[xmlSave](b, text, func(dst []byte) []byte { return AppendRequest(dst, req) })
		})
	}
}

func encode(b *testing.B, text string, wire func([]byte) []byte) {
	var dst []byte
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		dst = wire(dst[:0])
	}
	if len(dst) != len(text) {
		b.Fatalf("%d bytes, recorded were %d", len(dst), len(text))
	}
}

func compareEncoding[X any](b *testing.B, text string, wire func([]byte) []byte) {
	b.Run("wire", func(b *testing.B) { encode(b, text, wire) })
	b.Run("encoding-xml", func(b *testing.B) {
		var e xmlEnvelope[X]
		if err := xml.Unmarshal([]byte(text), &e); err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := xml.Marshal(&e); err != nil {
				b.Fatal(err)
			}
		}
	})
}
