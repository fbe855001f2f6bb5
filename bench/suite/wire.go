package suite

import (
	"fmt"

	"zarafa/mapi"
	"zarafa/wire"
)

// wireBenchmarks are of the codec alone.
func wireBenchmarks() []Benchmark {
	return []Benchmark{
		{"Wire/DecodeSmall", func(*Environment) (Work, error) { return decodeRequest(seekRequest()) }},
		{"Wire/DecodeSave", func(*Environment) (Work, error) { return decodeRequest(saveRequest()) }},
		{"Wire/DecodeRows", decodeRows},
		{"Wire/EncodeSave", encodeSave},
		{"Wire/EncodeRows", encodeRows},
	}
}

func seekRequest() wire.Request {
	return &wire.TableSeekRowRequest{SessionID: 1 << 60, TableID: 17, RowCount: 1000}
}

func saveRequest() wire.Request {
	folder := mapi.NewEntryID(mapi.GUID{1, 2, 3}, mapi.TypeFolder)
	return &wire.SaveObjectRequest{SessionID: 1 << 60, ParentEntryID: folder, EntryID: folder, SaveObj: newMessage(1)}
}

// decodeRequest decodes the envelope of a request. Decoding changes it, so that every time begins with a copy.
func decodeRequest(req wire.Request) (Work, error) {
	text := wire.AppendRequest(nil, req)
	body, d := make([]byte, len(text)), wire.NewDecoder(wire.ServerLimits())
	return repeat(func(int) error {
		copy(body, text)
		d.Reset(body)
		_, err := wire.DecodeRequest(d)
		d.Release()
		return err
	}), nil
}

// fiftyRows is a page of a list of messages.
func fiftyRows() *wire.TableQueryRowsResponse {
	resp := new(wire.TableQueryRowsResponse)
	id := mapi.NewEntryID(mapi.GUID{1, 2, 3}, mapi.TypeMessage)
	for n := range 50 {
		row := make([]mapi.PropValue, 0, 12)
		for i, tag := range columns() {
			switch tag.Type() {
			case mapi.PtUnicode, mapi.PtString8:
				row = append(row, mapi.String(tag, fmt.Sprintf("a value <%d> of usual length", n)))
			case mapi.PtBinary:
				row = append(row, mapi.Binary(tag, id))
			case mapi.PtSysTime:
				row = append(row, mapi.Time(tag, mapi.FileTime(133_000_000_000_000_000+n)))
			default:
				row = append(row, mapi.Long(mapi.MakeTag(tag.ID(), mapi.PtLong), uint32(n*i)))
			}
		}
		resp.RowSet.Rows = append(resp.RowSet.Rows, row)
	}
	return resp
}

func decodeRows(*Environment) (Work, error) {
	text := wire.AppendResponse(nil, fiftyRows(), wire.SOAP11)
	body, d := make([]byte, len(text)), wire.NewDecoder(wire.ClientLimits())
	var resp wire.TableQueryRowsResponse
	return repeat(func(int) error {
		copy(body, text)
		d.Reset(body)
		resp = wire.TableQueryRowsResponse{}
		err := wire.DecodeResponse(d, &resp)
		d.Release()
		return err
	}), nil
}

func encodeSave(*Environment) (Work, error) {
	req := saveRequest()
	var dst []byte
	return repeat(func(int) error {
		dst = wire.AppendRequest(dst[:0], req)
		return nil
	}), nil
}

func encodeRows(*Environment) (Work, error) {
	resp := fiftyRows()
	var dst []byte
	return repeat(func(int) error {
		dst = wire.AppendResponse(dst[:0], resp, wire.SOAP11)
		return nil
	}), nil
}
