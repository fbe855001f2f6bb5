package recur

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"
	"time"

	"zarafa/internal/testseed"
)

func fromHex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func day(s string) Minutes {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return MinutesOf(t)
}

// original is what the original's programs store for FREQ=MONTHLY;COUNT=3 from 2026-09-01 on, 13:00 to 14:00.
const original = "BDAEMAwgAgAAAAAAAAABAAAAAAAAAAEAAAAiIAAAAwAAAAAAAAAAAAAAAAAAAEAcWg0AeVsNBjAAAAgwAAAMAwAASAMAAAAAAAAAAAAAAAA="

func TestOriginalBytes(t *testing.T) {
	data, err := base64.StdEncoding.DecodeString(original)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Append(nil); !bytes.Equal(got, data) {
		t.Errorf("written as\n%x, not\n%x", got, data)
	}
	if r.Frequency != Monthly || r.Type != ByMonth || r.Day != 1 || r.Count != 3 || r.StartOffset != 780 || r.EndOffset != 840 {
		t.Errorf("read as %+v", r)
	}
	last, ok := r.LastDay()
	if !ok || last != r.End {
		t.Errorf("the last day is %s, not %s", last.Wall(), r.End.Wall())
	}
}

// full has every field that an exception can have, and bytes in all the reserved places.
const full = `
0430 0430 0b20 0100 0000 c0210000 01000000 00000000 2a000000 22200000 0a000000 01000000
02000000 404c5a0d 60575a0d 01000000 e0515a0d
404c5a0d 20a15a0d
06300000 09300000 1c020000 58020000
0100
fc535a0d 38545a0d 7c595a0d ff03
0400 0300 416263 01000000 0f000000 01000000 0300 0200 41e9 03000000 01000000 00000000 05000000
02000000 aabb
08000000 07000000 ccddeeff
01000000 11
fc535a0d 38545a0d 7c595a0d 0300 410062006300 0300 4100 e900 ac20
00000000
03000000 010203
ff`

func TestFullBytes(t *testing.T) {
	data := fromHex(t, full)
	r, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Append(nil); !bytes.Equal(got, data) {
		t.Errorf("written as\n%x, not\n%x", got, data)
	}
	e := r.Exceptions[0]
	if e.Subject != "Abc" || e.Location != "Aé€" || e.MeetingType != 1 || e.ReminderDelta != 15 || e.Reminder != 1 || e.BusyStatus != 3 ||
		e.Attachment != 1 || e.SubType != 0 || e.Color != 5 || e.ChangeHighlight != 7 {
		t.Errorf("read as %+v", e)
	}
	// What is changed is written anew, in both forms.
	r.Exceptions[0].Location = "Ü"
	again, err := Parse(r.Append(nil))
	if err != nil || again.Exceptions[0].Location != "Ü" || !bytes.Equal(again.Exceptions[0].location8.raw, []byte{0xDC}) {
		t.Errorf("changed, it is %+v, %v", again, err)
	}
	for n := range len(data) - 1 {
		if r, err := Parse(data[:n]); err == nil && n < len(data)-8 {
			t.Errorf("%d of %d bytes are read as %+v", n, len(data), r)
		}
	}
}

// TestRandomBytes: any series comes back as it was, with the same bytes the second time.
func TestRandomBytes(t *testing.T) {
	rnd := testseed.New(t)
	texts := []string{"", "Abc", "Größe", "会議", strings.Repeat("x", 300)}
	for range 500 {
		r := &Recurrence{
			Pattern: Pattern{
				ReaderVersion: readerVersion, WriterVersion: readerVersion, Frequency: Daily + Frequency(rnd.IntN(4)), Type: Type(rnd.IntN(5)),
				Period: 1 + uint32(rnd.IntN(99)), EndType: EndByDate + EndType(rnd.IntN(3)), Count: rnd.Uint32(), FirstWeekday: uint32(rnd.IntN(7)),
				Start: Minutes(rnd.Uint32()), End: Minutes(rnd.Uint32()), FirstDateTime: Minutes(rnd.Uint32()),
			},
			ReaderVersion2: readerVersion2, WriterVersion2: writerVersion2 - uint32(rnd.IntN(2)), StartOffset: rnd.Uint32(), EndOffset: rnd.Uint32(),
		}
		for range rnd.IntN(4) {
			e := Exception{Start: Minutes(rnd.Uint32()), End: Minutes(rnd.Uint32()), Flags: uint16(rnd.IntN(0x400))}
			if e.Flags&HasSubject != 0 {
				e.Subject = texts[rnd.IntN(len(texts))]
			}
			if e.Flags&HasLocation != 0 {
				e.Location = texts[rnd.IntN(len(texts))]
			}
			if e.Flags&HasColor != 0 {
				e.Color = rnd.Uint32()
			}
			r.Exceptions = append(r.Exceptions, e)
			r.Deleted, r.Modified = append(r.Deleted, Minutes(rnd.Uint32())), append(r.Modified, e.Start)
		}
		data := r.Append(nil)
		back, err := Parse(data)
		if err != nil {
			t.Fatalf("%x: %v", data, err)
		}
		if again := back.Append(nil); !bytes.Equal(again, data) {
			t.Fatalf("%x\ncame back as\n%x", data, again)
		}
		if len(back.Exceptions) != len(r.Exceptions) || !reflect.DeepEqual(back.Deleted, r.Deleted) {
			t.Fatalf("%+v came back as %+v", r, back)
		}
		for i := range r.Exceptions {
			if a, b := r.Exceptions[i], back.Exceptions[i]; a.Subject != b.Subject || a.Location != b.Location || a.Color != b.Color {
				t.Fatalf("%+v came back as %+v", a, b)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	data, _ := base64.StdEncoding.DecodeString(original)
	f.Add(data)
	f.Add(fromHex(f, full))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := ParsePattern(data); err == nil && !bytes.HasPrefix(data, p.Append(nil)) {
			t.Fatalf("%x is written as %x", data, p.Append(nil))
		}
		r, err := Parse(data)
		if err != nil {
			return
		}
		once := r.Append(nil)
		again, err := Parse(once)
		if err != nil {
			t.Fatal(err)
		}
		if twice := again.Append(nil); !bytes.Equal(once, twice) {
			t.Fatalf("%x is written as %x, then as %x", data, once, twice)
		}
		if instances, err := r.Instances(day("2026-01-01"), day("2027-01-01")); err == nil {
			last := Minutes(0)
			n := 0
			for in := range instances {
				if in.Start < last && r.StartOffset < uint32(Day) {
					t.Fatalf("%s after %s", in.Start.Wall(), last.Wall())
				}
				last = in.Start
				if n++; n > 100000 {
					t.Fatal("too many instances")
				}
			}
		}
		_, _ = r.Rule(time.UTC, false)
		r.LastDay()
	})
}
