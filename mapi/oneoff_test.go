package mapi

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// The list of one address is the one that the original's delivery agent wrote for a Reply-To.
func TestFlatEntryListAsRecorded(t *testing.T) {
	const recorded = "01000000780000007200000000000000812b1fa4bea310199d6e00dd010f54020000018061006e00730077006500720073004000650078" +
		"0061006d0070006c0065002e006e0065007400000053004d0054005000000061006e007300770065007200730040006500780061006d0070006c00" +
		"65002e006e006500740000000000"
	o := OneOff{Name: "answers@example.net", AddressType: "SMTP", Address: "answers@example.net", NoRichText: true}
	list := FlatEntryList(o.Encode())
	if got := hex.EncodeToString(list); got != recorded {
		t.Errorf("got  %s\nwant %s", got, recorded)
	}
	ids, ok := ParseFlatEntryList(list)
	if !ok || len(ids) != 1 {
		t.Fatalf("%x, %v", ids, ok)
	}
	if back, ok := ParseOneOff(ids[0]); !ok || back != o {
		t.Errorf("%+v, %v", back, ok)
	}
}

func TestOneOffs(t *testing.T) {
	for _, o := range []OneOff{{}, {Name: "Jürgen 😀", AddressType: "SMTP", Address: "j@example.net"}, {Address: "x", NoRichText: true}} {
		id := o.Encode()
		if back, ok := ParseOneOff(id); !ok || back != o {
			t.Errorf("%+v came back as %+v, %v", o, back, ok)
		}
		for i := range id {
			if back, ok := ParseOneOff(id[:i]); ok {
				t.Errorf("its first %d bytes are %+v", i, back)
			}
		}
	}
}

func TestFlatEntryLists(t *testing.T) {
	ids := [][]byte{{1}, {}, {1, 2, 3, 4}, {1, 2, 3, 4, 5}}
	for n := range len(ids) + 1 {
		got, ok := ParseFlatEntryList(FlatEntryList(ids[:n]...))
		if !ok || len(got) != n {
			t.Fatalf("%d entries: %x, %v", n, got, ok)
		}
		for i := range got {
			if !bytes.Equal(got[i], ids[i]) {
				t.Errorf("%d of %d is %x", i, n, got[i])
			}
		}
	}
	if ids, ok := ParseFlatEntryList([]byte{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0}); ok {
		t.Errorf("a list that ends early: %x", ids)
	}
}
