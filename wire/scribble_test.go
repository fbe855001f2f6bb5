//go:build race

package wire

import "testing"

// Values that a handler keeps after the release are recognisably wrong.
func TestReleaseScribbles(t *testing.T) {
	d := NewDecoder(ServerLimits())
	d.Reset(AppendRequest(nil, &LogonRequest{Username: Text("alice")}))
	req, err := DecodeRequest(d)
	if err != nil {
		t.Fatal(err)
	}
	name := req.(*LogonRequest).Username.String
	d.Reset(AppendRequest(nil, &DeleteObjectsRequest{Messages: [][]byte{{1}}}))
	if name == "alice" {
		t.Error("a string survived the release of its message")
	}
	if req, err = DecodeRequest(d); err != nil {
		t.Fatal(err)
	}
	list := req.(*DeleteObjectsRequest).Messages
	d.Release()
	if list[0] != nil {
		t.Error("a list survived the release of its message")
	}
}
