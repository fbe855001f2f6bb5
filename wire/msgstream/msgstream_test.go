package msgstream

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"zarafa/mapi"
)

// recordedStreams are parts of the reference server's export answers, by file name.
func recordedStreams(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob("testdata/*.bin")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded streams: %v", err)
	}
	m := make(map[string][]byte)
	for _, f := range files {
		if m[f], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// transcode reads a stream and writes what it read.
func transcode(r *Reader, w *Writer) error {
	for {
		e, err := r.Next()
		if err == io.EOF {
			return w.Close()
		}
		if err != nil {
			return err
		}
		switch e.Kind {
		case Message:
			err = w.Message(e.ID, e.Props, e.Subobjects)
		case Recipient:
			err = w.Recipient(e.Type, e.ID, e.Props)
		case Attachment:
			err = w.Attachment(e.ID, e.Props, e.Size, e.Data)
		}
		if err != nil {
			return err
		}
	}
}

// Every recorded stream comes out byte for byte as it went in.
func TestRecordedStreams(t *testing.T) {
	attachments := 0
	for name, stream := range recordedStreams(t) {
		for _, in := range []io.Reader{bytes.NewReader(stream), iotest.OneByteReader(bytes.NewReader(stream))} {
			var out bytes.Buffer
			if err := transcode(NewReader(in, Limits{}), NewWriter(&out)); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if !bytes.Equal(out.Bytes(), stream) {
				t.Errorf("%s: differs after writing", name)
			}
		}
		r := NewReader(bytes.NewReader(stream), Limits{})
		for e, err := r.Next(); err == nil; e, err = r.Next() {
			if e.Kind == Attachment && e.Size > 0 {
				attachments++
			}
		}
	}
	if attachments != 2 {
		t.Errorf("the recordings have %d attachments with data, not 2", attachments)
	}
}

var allTypes = []Property{
	{PropValue: mapi.Short(0x30010002, -5)},
	{PropValue: mapi.Long(0x30020003, 4294967289)},
	{PropValue: mapi.Float(0x30030004, 1.5)},
	{PropValue: mapi.Float(0x30040005, math.Inf(-1))},
	{PropValue: mapi.I8(0x30050006, -10000)},
	{PropValue: mapi.Float(0x30060007, 44000.5)},
	{PropValue: mapi.Bool(0x3007000B, true)},
	{PropValue: mapi.I8(0x30080014, -1)},
	{PropValue: mapi.String(0x3009001E, "grün")},
	{PropValue: mapi.Binary(0x300A0048, make([]byte, 16))},
	{PropValue: mapi.Binary(0x300B0102, []byte{})},
	{PropValue: mapi.Time(0x300C0040, 0x01DD7B36D9973A00)},
	{PropValue: mapi.Multi(0x300D1040, mapi.Time(0, 1), mapi.Time(0, 1<<40))},
	{PropValue: mapi.Multi(0x300E1006, mapi.I8(0, -1), mapi.I8(0, 2))},
	{PropValue: mapi.Multi(0x300F1002, mapi.Short(0, -1))},
	{PropValue: mapi.Multi(0x30101003)},
	{PropValue: mapi.Strings(0x3011101E, "a", "", "c")},
	{PropValue: mapi.Multi(0x30121102, mapi.Binary(0, []byte("x")), mapi.Binary(0, bytes.Repeat([]byte("y"), 100_000)))},
	{PropValue: mapi.Bool(0x8500000B, false)},
	{PropValue: mapi.Long(0x85010003, 7), Name: &Name{Kind: NameID, ID: 0x8501}},
	{PropValue: mapi.String(0x9000001E, "v"), Name: &Name{GUID: mapi.GUID{3, 41}, Kind: NameString, Text: "Schlüssel"}},
}

func sameProps(a, b []Property) bool {
	return slices.EqualFunc(a, b, func(p, q Property) bool {
		return p.PropValue.Equal(q.PropValue) && (p.Name == nil) == (q.Name == nil) && (p.Name == nil || *p.Name == *q.Name)
	})
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// sample writes a message with a recipient, and an attachment that has data and an embedded message with two attachments.
func sample(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	w := NewWriter(&out)
	for _, err := range []error{
		w.Message(0, allTypes, 3),
		w.Recipient(mapi.TypeMailUser, 11, allTypes[:2]),
		w.Attachment(12, allTypes[2:4], 9, strings.NewReader("some data")),
		w.Message(13, allTypes[4:6], 2),
		w.Attachment(14, nil, 0, nil),
		w.Attachment(15, nil, 100_000, bytes.NewReader(make([]byte, 100_000))),
		w.Recipient(mapi.TypeDistList, 16, nil),
		w.Close(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.Bytes()
}

func TestEvents(t *testing.T) {
	want := []Event{
		{Kind: Message, Type: mapi.TypeMessage, Props: allTypes, Subobjects: 3},
		{Kind: Recipient, Type: mapi.TypeMailUser, ID: 11, Props: allTypes[:2]},
		{Kind: Attachment, Type: mapi.TypeAttach, ID: 12, Props: allTypes[2:4], Size: 9},
		{Kind: Message, Type: mapi.TypeMessage, ID: 13, Depth: 1, Props: allTypes[4:6], Subobjects: 2},
		{Kind: Attachment, Type: mapi.TypeAttach, ID: 14, Depth: 1},
		{Kind: Attachment, Type: mapi.TypeAttach, ID: 15, Depth: 1, Size: 100_000},
		{Kind: EndMessage, Type: mapi.TypeMessage, Depth: 1},
		{Kind: Recipient, Type: mapi.TypeDistList, ID: 16},
		{Kind: EndMessage, Type: mapi.TypeMessage},
	}
	// Data is read, or skipped by Next, with the same events.
	for _, read := range []bool{true, false} {
		r := NewReader(bytes.NewReader(sample(t)), Limits{})
		for i, w := range want {
			e, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			if e.Kind != w.Kind || e.Type != w.Type || e.ID != w.ID || e.Depth != w.Depth || e.Size != w.Size ||
				e.Subobjects != w.Subobjects || !sameProps(e.Props, w.Props) {
				t.Errorf("event %d: %+v, want %+v", i, e, w)
			}
			if e.Data == nil || !read {
				continue
			}
			if data, err := io.ReadAll(e.Data); err != nil || int64(len(data)) != w.Size || i == 2 && string(data) != "some data" {
				t.Errorf("event %d: %d bytes %v", i, len(data), err)
			}
		}
		for range 2 {
			if e, err := r.Next(); err != io.EOF {
				t.Errorf("after the end: %+v %v", e, err)
			}
		}
	}
}

// Unicode tags are read as they are and written in the flavour that the reference knows.
func TestStringFlavours(t *testing.T) {
	var out bytes.Buffer
	w := NewWriter(&out)
	must(t, w.Message(0, []Property{{PropValue: mapi.String(0x0037001F, "x")}, {PropValue: mapi.Strings(0x0038101F, "y")}}, 0), w.Close())
	if !bytes.Contains(out.Bytes(), []byte{0, 0x37, 0, 0x1E, 0, 0, 0, 1, 'x', 0, 0x38, 0x10, 0x1E}) {
		t.Errorf("%x", out.Bytes())
	}
	unicode := bytes.Replace(out.Bytes(), []byte{0, 0x37, 0, 0x1E}, []byte{0, 0x37, 0, 0x1F}, 1)
	e, err := NewReader(bytes.NewReader(unicode), Limits{}).Next()
	if err != nil || e.Props[0].Tag != 0x0037001F || e.Props[0].Str() != "x" {
		t.Errorf("%+v %v", e, err)
	}
}

func large(tag mapi.PropTag, name *Name, size int64, data string) Property {
	return Property{PropValue: mapi.PropValue{Tag: tag}, Name: name, Large: &Large{size, func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(data)), nil
	}}}
}

// A value outside of memory is written as one inside would be.
func TestLargeProperties(t *testing.T) {
	name := &Name{GUID: mapi.GUID{3, 41}, Kind: NameString, Text: "n"}
	outside := []Property{
		{PropValue: mapi.Long(0x30020003, 1)}, large(0x1000001F, nil, 5, "grün"), large(0x10130102, nil, 0, ""), large(0x90000102, name, 3, "abc"), {PropValue: mapi.Long(0x30010003, 2)},
	}
	inside := []Property{
		outside[0], {PropValue: mapi.String(0x1000001E, "grün")}, {PropValue: mapi.Binary(0x10130102, nil)},
		{PropValue: mapi.Binary(0x90000102, []byte("abc")), Name: name}, outside[4],
	}
	var got, want bytes.Buffer
	for _, c := range []struct {
		out   *bytes.Buffer
		props []Property
	}{{&got, outside}, {&want, inside}} {
		w := NewWriter(c.out)
		must(t, w.Message(0, c.props, 1), w.Recipient(mapi.TypeMailUser, 1, c.props), w.Close())
	}
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%x\n%x", got.Bytes(), want.Bytes())
	}
}

func words(n ...uint32) []byte {
	var b []byte
	for _, v := range n {
		b = append(b, byte(v>>24), byte(v>>16), byte(v>>8), byte(v))
	}
	return b
}

// Bad streams fail with the code that the client is told.
func TestBadStreams(t *testing.T) {
	nested := words(1)
	for range 40 {
		nested = append(nested, words(0, 1, 7, 1, 0, 0, 1, 5, 1)...)
	}
	cases := []struct {
		name   string
		stream []byte
		want   mapi.Code
	}{
		{"empty", nil, mapi.CallFailed},
		{"version", words(2, 0, 0), mapi.NoSupport},
		{"cut", words(1, 1, 0x30010003), mapi.CallFailed},
		{"cut string", append(words(1, 1, 0x3001001E, 5), "abc"...), mapi.CallFailed},
		{"error property", words(1, 1, 0x3001000A, 0, 0), mapi.InvalidType},
		{"object property", words(1, 1, 0x3701000D, 0, 0), mapi.InvalidType},
		{"multi-valued boolean", words(1, 1, 0x3701100B, 0, 0), mapi.InvalidType},
		{"too many properties", words(1, 20_001), mapi.TooBig},
		{"too many values", words(1, 1, 0x30011003, 100_001), mapi.TooBig},
		{"too many subobjects", words(1, 0, 100_001), mapi.TooBig},
		{"string too long", words(1, 1, 0x3001001E, 0xFFFFFFFF), mapi.TooBig},
		{"unknown subobject", words(1, 0, 1, 9, 1, 0), mapi.InvalidType},
		{"unknown name kind", words(1, 1, 0x90000003, 1, 0, 0, 0, 0, 2, 0), mapi.InvalidType},
		{"two embedded", words(1, 0, 1, 7, 1, 0, 0, 2), mapi.InvalidType},
		{"embedded folder", words(1, 0, 1, 7, 1, 0, 0, 1, 3, 1), mapi.InvalidType},
		{"cut data", words(1, 0, 1, 7, 1, 0, 100, 0), mapi.CallFailed},
		{"too deep", nested, mapi.TooBig},
	}
	for _, c := range cases {
		r := NewReader(bytes.NewReader(c.stream), Limits{})
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if mapi.CodeOf(err) != c.want || err == io.EOF {
			t.Errorf("%s: %v", c.name, err)
		}
		if _, again := r.Next(); again != err {
			t.Errorf("%s: read on after an error: %v", c.name, again)
		}
	}
}

func TestBudgets(t *testing.T) {
	for name, limits := range map[string]Limits{
		"object":     {ObjectBytes: 1000},
		"stream":     {StreamBytes: 2000},
		"properties": {Properties: 3},
		"values":     {Values: 1},
		"subobjects": {Subobjects: 2},
		"data":       {StreamBytes: int64(len(sample(t)) - 1000)},
	} {
		r := NewReader(bytes.NewReader(sample(t)), limits)
		var err error
		for err == nil {
			_, err = r.Next()
		}
		if mapi.CodeOf(err) != mapi.TooBig {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A failing reader's error is kept for the log.
func TestReadError(t *testing.T) {
	broken := errors.New("broken")
	r := NewReader(io.MultiReader(bytes.NewReader(sample(t)[:2000]), iotest.ErrReader(broken)), Limits{})
	var err error
	for err == nil {
		_, err = r.Next()
	}
	if !errors.Is(err, broken) || mapi.CodeOf(err) != mapi.CallFailed {
		t.Error(err)
	}
}

func TestWriterRefuses(t *testing.T) {
	begun := func(w *Writer) error { return w.Message(0, nil, 1) }
	for name, f := range map[string]func(w *Writer) error{
		"recipient first":   func(w *Writer) error { return w.Recipient(mapi.TypeMailUser, 1, nil) },
		"close first":       func(w *Writer) error { return w.Close() },
		"incomplete":        func(w *Writer) error { begun(w); return w.Close() },
		"message twice":     func(w *Writer) error { begun(w); return w.Message(0, nil, 0) },
		"too many":          func(w *Writer) error { w.Message(0, nil, 0); return w.Recipient(mapi.TypeMailUser, 1, nil) },
		"not in attachment": func(w *Writer) error { begun(w); w.Recipient(mapi.TypeMailUser, 1, nil); return w.Message(1, nil, 0) },
		"embedded twice": func(w *Writer) error {
			begun(w)
			w.Attachment(1, nil, 0, nil)
			w.Message(1, nil, 0)
			return w.Message(1, nil, 0)
		},
		"embedded cut":   func(w *Writer) error { begun(w); w.Attachment(1, nil, 0, nil); w.Message(1, nil, 1); return w.Close() },
		"recipient type": func(w *Writer) error { begun(w); return w.Recipient(mapi.TypeAttach, 1, nil) },
		"short data":     func(w *Writer) error { begun(w); return w.Attachment(1, nil, 9, strings.NewReader("x")) },
		"huge data":      func(w *Writer) error { begun(w); return w.Attachment(1, nil, 1<<32, strings.NewReader("x")) },
		"missing cell":   func(w *Writer) error { return w.Message(0, []Property{{PropValue: mapi.Missing(0x3001001F)}}, 0) },
		"name missing":   func(w *Writer) error { return w.Message(0, []Property{{PropValue: mapi.Long(0x90000003, 1)}}, 0) },
		"name too many": func(w *Writer) error {
			return w.Message(0, []Property{{PropValue: mapi.Long(0x30000003, 1), Name: &Name{}}}, 0)
		},
		"large number": func(w *Writer) error { return w.Message(0, []Property{large(0x30010003, nil, 4, "1234")}, 0) },
		"large short":  func(w *Writer) error { return w.Message(0, []Property{large(0x30010102, nil, 4, "123")}, 0) },
		"large huge":   func(w *Writer) error { return w.Message(0, []Property{large(0x30010102, nil, 1<<32, "")}, 0) },
		"large name":   func(w *Writer) error { return w.Message(0, []Property{large(0x90010102, nil, 1, "1")}, 0) },
		"unknown name kind": func(w *Writer) error {
			return w.Message(0, []Property{{PropValue: mapi.Long(0x90000003, 1), Name: &Name{Kind: 2}}}, 0)
		},
	} {
		w := NewWriter(io.Discard)
		err := f(w)
		if err == nil || w.Close() != err {
			t.Errorf("%s: %v, then %v", name, err, w.Close())
		}
	}
}

// FuzzReader: no input makes the reader panic or exceed its limits, and what it accepts can be written
// and read again.
func FuzzReader(f *testing.F) {
	for _, stream := range recordedStreams(f) {
		f.Add(stream)
	}
	f.Add(sample(f))
	f.Add(words(1, 0, 1, 7, 1, 0, 4, 1, 0, 1, 5, 1, 0, 0))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var once, twice bytes.Buffer
		limits := Limits{ObjectBytes: 1 << 20, StreamBytes: 1 << 24}
		if err := transcode(NewReader(bytes.NewReader(stream), limits), NewWriter(&once)); err != nil {
			if mapi.CodeOf(err) == mapi.OK {
				t.Fatalf("error without a code: %v", err)
			}
			return
		}
		if err := transcode(NewReader(bytes.NewReader(once.Bytes()), Limits{}), NewWriter(&twice)); err != nil {
			t.Fatalf("written stream cannot be read: %v", err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Error("writing is not stable")
		}
	})
}
