package tnef

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"zarafa/internal/testseed"
	"zarafa/mapi"
)

func write(t testing.TB, m *mapi.Message, o Options) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, m, o); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(t testing.TB, data []byte) *Stream {
	t.Helper()
	s, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if s.WrongChecksums != 0 {
		t.Errorf("%d checksums are wrong", s.WrongChecksums)
	}
	return s
}

// sample is a message with everything that a stream can have.
func sample() *mapi.Message {
	inner := &mapi.Message{
		Props:      mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.String(mapi.PrSubject, "inner ä €")},
		Recipients: []mapi.Props{{mapi.String(mapi.PrDisplayName, "Bob"), mapi.Long(mapi.PrRecipientType, 1)}},
	}
	m := &mapi.Message{Props: mapi.Props{
		mapi.String(mapi.PrMessageClass, "IPM.Appointment"),
		mapi.String(mapi.PrSubject.WithType(mapi.PtString8), "naïve €"),
		mapi.String(mapi.PrBody.WithType(mapi.PtString8), "not in the code page: Привет"),
		mapi.Binary(mapi.PrRTFCompressed, []byte{1, 2, 3, 0, 5}),
		mapi.Binary(0x10130102, nil),
		mapi.Short(0x68000002, -2),
		mapi.Bool(0x6801000B, true),
		mapi.Float(0x68020004, 1.5),
		mapi.Float(0x68030005, -2.25),
		mapi.I8(0x68040014, -1<<40),
		mapi.Time(mapi.PrClientSubmitTime, 0x01C6_0000_1234_5678),
		mapi.Binary(0x68050048, bytes.Repeat([]byte{7}, 16)),
		mapi.Strings(0x6806101F, "a", "", "日本"),
		mapi.Strings(0x6807101E, "ä", "b"),
		mapi.Multi(0x68081102, mapi.Binary(0, []byte{1}), mapi.Binary(0, []byte{1, 2, 3, 4})),
		mapi.Multi(0x68091003, mapi.Long(0, 1), mapi.Long(0, 1<<31)),
		mapi.Multi(0x680A1002, mapi.Short(0, -1), mapi.Short(0, 2), mapi.Short(0, 3)),
		mapi.Multi(0x680B1040, mapi.Time(0, 5)),
	}}
	m.SetNamed(mapi.PropName{Set: mapi.PsetidAppointment, ID: 0x8208}, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), "room"))
	m.SetNamed(mapi.PropName{Set: mapi.PsPublicStrings, Name: "Keywords"}, mapi.Strings(mapi.MakeTag(0, mapi.PtMVUnicode), "red", "blüe"))
	m.SetNamed(mapi.PropName{Set: mapi.PsInternetHeaders, Name: "x-ö"}, mapi.Long(mapi.MakeTag(0, mapi.PtLong), 9))
	m.SetNamed(mapi.PropName{Set: mapi.GUID{1, 2}, ID: 77}, mapi.Bool(mapi.MakeTag(0, mapi.PtBoolean), true))
	m.Recipients = []mapi.Props{
		{mapi.String(mapi.PrDisplayName, "Älice"), mapi.Long(mapi.PrRecipientType, 1), mapi.Binary(mapi.PrEntryID, []byte{1, 2, 3})},
		{mapi.String(mapi.PrDisplayName, "Bob"), mapi.Long(mapi.PrRecipientType, 3)},
	}
	file := &mapi.Attachment{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 1), mapi.String(mapi.PrAttachLongFilename, "naïve file.txt"),
		mapi.Bool(mapi.PrAttachmentHidden, true), mapi.Long(mapi.PrRenderingPosition, 17)}, Content: mapi.Bytes("contents")}
	file.SetNamed(mapi.PropName{Set: mapi.PsPublicStrings, Name: "of the attachment"}, mapi.Long(mapi.MakeTag(0, mapi.PtLong), 1))
	m.Attachments = []*mapi.Attachment{
		file,
		{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 5), mapi.String(mapi.PrDisplayName, "inner")}, Message: inner},
		{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 6)}, Content: mapi.Bytes("\xD0\xCF\x11\xE0 storage")},
		{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 1), mapi.String(mapi.PrAttachFilename, "empty")}, Content: mapi.Bytes("")},
		{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 4), mapi.String(mapi.PrAttachLongPathname, `\\x\y`)}},
	}
	return m
}

func TestRoundTrip(t *testing.T) {
	for _, page := range []int{0, 1252, 1251, 932, 65001} {
		data := write(t, sample(), Options{CodePage: page, Recipients: true})
		s := read(t, data)
		sameMessage(t, s.Message, sample())
		again := write(t, s.Message, Options{CodePage: page, Recipients: true})
		if sameMessage(t, read(t, again).Message, sample()); s.CodePage != max(page, 1) && page != 0 {
			t.Errorf("code page %d, want %d", s.CodePage, page)
		}
		if third := write(t, read(t, again).Message, Options{CodePage: page, Recipients: true}); !bytes.Equal(again, third) {
			t.Error("what was read is written in another way each time")
		}
	}
}

func sameMessage(t *testing.T, got, want *mapi.Message) {
	t.Helper()
	sameProps(t, "message", got.Props, want.Props)
	sameNamed(t, got.Named, want.Named)
	if len(got.Recipients) != len(want.Recipients) || len(got.Attachments) != len(want.Attachments) {
		t.Fatalf("%d recipients and %d attachments, want %d and %d", len(got.Recipients), len(got.Attachments), len(want.Recipients), len(want.Attachments))
	}
	for i := range want.Recipients {
		sameProps(t, "recipient", got.Recipients[i], want.Recipients[i])
	}
	for i, w := range want.Attachments {
		g := got.Attachments[i]
		sameProps(t, "attachment", g.Props, w.Props)
		sameNamed(t, g.Named, w.Named)
		if !bytes.Equal(contents(t, g), contents(t, w)) || (g.Content == nil) != (w.Content == nil) || (g.Message == nil) != (w.Message == nil) {
			t.Errorf("attachment %d: %q, want %q", i, contents(t, g), contents(t, w))
		} else if w.Message != nil {
			sameMessage(t, g.Message, w.Message)
		}
	}
}

func contents(t *testing.T, a *mapi.Attachment) []byte {
	t.Helper()
	if a.Content == nil {
		return nil
	}
	r, err := a.Content.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sameProps(t *testing.T, what string, got, want mapi.Props) {
	t.Helper()
	for _, w := range want {
		if g, ok := got.Get(w.Tag); !ok || !g.Equal(w) {
			t.Errorf("%s: %s is %+v, want %+v", what, w.Tag, g, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d properties, want %d: %v", what, len(got), len(want), got)
	}
}

func sameNamed(t *testing.T, got, want []mapi.NamedValue) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%v, want %v", got, want)
	}
	for i := range want {
		if got[i].Name != want[i].Name || !got[i].Value.Equal(want[i].Value) {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}

// TestWhatDoesNotLeave: neither a blind copy's receiver nor what only the store knows is in a stream for others.
func TestWhatDoesNotLeave(t *testing.T) {
	m := &mapi.Message{
		Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note"), mapi.Binary(mapi.PrEntryID, []byte("secret")), mapi.Binary(0x67120102, []byte("secret")),
			mapi.Long(0x8500_0003, 1), {Tag: 0x1234000A}, {Tag: 0x120000FD}},
		Recipients: []mapi.Props{{mapi.String(mapi.PrDisplayName, "blind")}},
		Attachments: []*mapi.Attachment{{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 1), mapi.Long(mapi.PrAttachNum, 3),
			mapi.Binary(mapi.PrAttachDataBin, []byte("twice"))}, Content: mapi.Bytes("x")}},
	}
	s := read(t, write(t, m, Options{}))
	if len(s.Message.Props) != 1 || len(s.Message.Named) != 0 || len(s.Message.Recipients) != 0 || len(s.Message.Attachments[0].Props) != 1 {
		t.Errorf("%+v, %+v", s.Message, s.Message.Attachments[0])
	}
}

// frame is an attribute with its checksum.
func frame(level byte, id uint32, data string) string {
	head := binary.LittleEndian.AppendUint32([]byte{level}, id)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(data)))
	return string(binary.LittleEndian.AppendUint16(append(head, data...), checksum([]byte(data))))
}

const start = "\x78\x9f\x3e\x22\x01\x00"

// TestLegacy reads attributes of the time before MAPI. Those up to attMessageID are of the sample in MS-OXTNEF 3.1.
func TestLegacy(t *testing.T) {
	version := frame(1, attTnefVersion, "\x00\x00\x01\x00")
	if !strings.HasSuffix(version, "\x01\x00") || !strings.HasSuffix(frame(1, attOemCodepage, "\xe4\x04\x00\x00\x00\x00\x00\x00"), "\xe8\x00") ||
		!strings.HasSuffix(frame(1, attMessageClass, "IPM.Microsoft Mail.Note\x00"), "\x31\x08") {
		t.Error("checksums differ from those of the specification's sample")
	}
	stream := start + version + frame(1, attSubject, "\xcf\xf0\xe8\x00junk") + frame(1, attOemCodepage, "\xe3\x04\x00\x00\x00\x00\x00\x00") +
		frame(1, attMessageClass, "IPM.Microsoft Schedule.MtgRespP\x00") + frame(1, attPriority, "\x01\x00") +
		frame(1, attDateSent, "\xd4\x07\x02\x00\x11\x00\x0b\x00\x19\x00\x23\x00\x02\x00") + frame(1, attDateModified, "\x00\x00\x02\x00\x11\x00\x0b\x00\x19\x00\x23\x00\x02\x00") +
		frame(1, attMessageID, "757BB19CDE936A4087D90BB784C58E3B\x00") + frame(1, attMessageStatus, "\xa1") +
		frame(1, attFrom, "\x04\x00\x20\x00\x06\x00\x0b\x00Alice\x00SMTP:a@b.c\x00\x00\x00\x00\x00\x00\x00\x00\x00") +
		frame(1, attOwner, "\x04\x00Own\x00\x09\x00SMTP:o@b\x00") + frame(1, attSentFor, "\x04\x00For\x00\x09\x00SMTP:f@b\x00") +
		frame(1, attAidOwner, "\x07\x00\x00\x00") + frame(1, attRequestRes, "\x01\x00") + frame(1, attBody, "body") + frame(1, 0x00061234, "unknown") +
		frame(2, attAttachRenddata, "\x01\x00\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00") + frame(2, attAttachTitle, "\xcf.txt\x00") +
		frame(2, attAttachCreateDate, "\xd4\x07\x02\x00\x11\x00\x0b\x00\x19\x00\x23\x00\x02\x00") + frame(2, attAttachData, "contents") +
		frame(2, attAttachMetaFile, "wmf") + "\r\n"
	s := read(t, []byte(stream))
	sent := mapi.FileTime(127214907350000000) // 2004-02-17 11:25:35
	sameProps(t, "message", s.Message.Props, mapi.Props{
		mapi.String(mapi.PrSubject, "При"), mapi.String(mapi.PrMessageClass, "IPM.Schedule.Meeting.Resp.Pos"), mapi.Long(mapi.PrImportance, 2),
		mapi.Time(mapi.PrClientSubmitTime, sent), mapi.Long(mapi.PrMessageFlags, 0x11),
		mapi.Binary(mapi.PrSearchKey, []byte("\x75\x7B\xB1\x9C\xDE\x93\x6A\x40\x87\xD9\x0B\xB7\x84\xC5\x8E\x3B")),
		mapi.String(mapi.PrSenderName, "Alice"), mapi.String(mapi.PrSenderAddrtype, "SMTP"), mapi.String(mapi.PrSenderEmailAddress, "a@b.c"),
		mapi.String(mapi.PrRcvdRepresentingName, "Own"), mapi.String(mapi.PrRcvdRepresentingAddrtype, "SMTP"), mapi.String(mapi.PrRcvdRepresentingEmailAddress, "o@b"),
		mapi.String(mapi.PrSentRepresentingName, "For"), mapi.String(mapi.PrSentRepresentingAddrtype, "SMTP"), mapi.String(mapi.PrSentRepresentingEmailAddress, "f@b"),
		mapi.Long(mapi.PrOwnerApptID, 7), mapi.Bool(mapi.PrResponseRequested, true), mapi.String(mapi.PrBody, "body"),
	})
	if len(s.Message.Attachments) != 1 || s.CodePage != 1251 {
		t.Fatalf("%d attachments, code page %d", len(s.Message.Attachments), s.CodePage)
	}
	a := s.Message.Attachments[0]
	sameProps(t, "attachment", a.Props, mapi.Props{mapi.Long(mapi.PrAttachMethod, 1), mapi.Long(mapi.PrRenderingPosition, 5), mapi.String(mapi.PrAttachFilename, "П.txt"),
		mapi.Time(mapi.PrCreationTime, sent), mapi.Binary(mapi.PrAttachRendering, []byte("wmf"))})
	if string(contents(t, a)) != "contents" {
		t.Errorf("%q", contents(t, a))
	}
}

// TestPropertiesBeforeAttributes: a property counts more than an attribute that says the same.
func TestPropertiesBeforeAttributes(t *testing.T) {
	m := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "property")}}
	stream := string(write(t, m, Options{})) + frame(1, attSubject, "attribute\x00")
	if got := read(t, []byte(stream)).Message.Props.Str(mapi.PrSubject); got != "property" {
		t.Error(got)
	}
}

func TestClasses(t *testing.T) {
	for _, c := range classes {
		if classToMAPI(strings.ToUpper(c.mail)) != c.mapi || classFromMAPI(strings.ToLower(c.mapi)) != c.mail {
			t.Error(c)
		}
	}
	if classToMAPI("IPM.Contact") != "IPM.Contact" || classFromMAPI("IPM.Contact") != "IPM.Contact" {
		t.Error("other classes stay as they are")
	}
	for n := range uint32(32) {
		if flagsToMAPI(flagsFromMAPI(n)) != n {
			t.Errorf("flags %#x", n)
		}
	}
}

func TestBroken(t *testing.T) {
	props := func(list string) string { return start + frame(1, attMsgProps, list) }
	deep := &mapi.Message{}
	for range deepest {
		deep = &mapi.Message{Attachments: []*mapi.Attachment{{Message: deep}}}
	}
	for _, c := range []struct {
		name, stream string
		want         error
	}{
		{"empty", "", ErrNotTNEF},
		{"another file", "From: a@b\r\n\r\n", ErrNotTNEF},
		{"nothing but the beginning", start, nil},
		{"a level that there is not", start + "\x03", ErrBroken},
		{"cut in a frame", start + "\x01\x04\x80", ErrBroken},
		{"cut in a value", start + frame(1, attSubject, "abc")[:10], ErrBroken},
		{"cut in the checksum", start + strings.TrimSuffix(frame(1, attSubject, "abc"), "\x01"), nil},
		{"an attribute of 4 GiB", start + "\x01\x04\x80\x01\x00\xff\xff\xff\xff", ErrBroken},
		{"4 billion properties", props("\xff\xff\xff\xff"), ErrBroken},
		{"a string of 4 GiB", props("\x01\x00\x00\x00\x1f\x00\x37\x00\x01\x00\x00\x00\xff\xff\xff\xff"), ErrBroken},
		{"4 billion strings", props("\x01\x00\x00\x00\x1f\x00\x37\x00\xff\xff\xff\xff"), ErrBroken},
		{"an unknown type", props("\x01\x00\x00\x00\x99\x00\x37\x00\x01\x00\x00\x00"), ErrBroken},
		{"too many properties", props("\x01\x08\x00\x00" + strings.Repeat("\x03\x00\x37\x00", 2*mostPropsOfOne)), ErrTooComplex},
		{"4 billion recipients", start + frame(1, attRecipTable, "\xff\xff\xff\xff"), ErrBroken},
		{"too many attachments", start + strings.Repeat(frame(2, attAttachRenddata, ""), mostAttachments+1), ErrTooComplex},
		{"an object without interface", props("\x01\x00\x00\x00\x0d\x00\x01\x37\x01\x00\x00\x00\x02\x00\x00\x00ab"), ErrBroken},
		{"as deep as allowed", string(write(t, deep, Options{})), nil},
	} {
		if _, err := Read([]byte(c.stream)); !errors.Is(err, c.want) || c.want != nil && len(err.Error()) > 300 {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if err := Write(io.Discard, &mapi.Message{Attachments: []*mapi.Attachment{{Message: deep}}}, Options{}); !errors.Is(err, ErrTooComplex) {
		t.Errorf("deeper than allowed: %v", err)
	}
}

func TestWrongChecksum(t *testing.T) {
	stream := []byte(start + frame(1, attSubject, "abc\x00"))
	stream[len(stream)-1] ^= 1
	s, err := Read(stream)
	if err != nil || s.WrongChecksums != 1 || s.Message.Props.Str(mapi.PrSubject) != "abc" {
		t.Errorf("%+v, %v", s, err)
	}
}

// TestEmbeddedThatCannotBeRead stays a file with its bytes.
func TestEmbeddedThatCannotBeRead(t *testing.T) {
	for name, inner := range map[string]string{"broken": start + "\x07", "something else": "RFC 822"} {
		list := appendObject([]byte{0, 0, 0, 0}, iidMessage, []byte(inner))
		s := read(t, []byte(start+frame(2, attAttachRenddata, "")+frame(2, attAttachment, string(list))))
		a := s.Message.Attachments[0]
		if a.Message != nil || string(contents(t, a)) != inner || a.Props.Uint32(mapi.PrAttachMethod) != mapi.AttachByValue {
			t.Errorf("%s: %+v", name, a)
		}
	}
	inner := string(write(t, &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrSubject, "in")}}, Options{}))
	list := "\x01\x00\x00\x00\x03\x00\x05\x37\x05\x00\x00\x00" // PR_ATTACH_METHOD = ATTACH_EMBEDDED_MSG
	for name, data := range map[string]string{"by value": inner, "with its interface": string(iidMessage[:]) + inner} {
		s := read(t, []byte(start+frame(2, attAttachRenddata, "")+frame(2, attAttachData, data)+frame(2, attAttachment, list)))
		if a := s.Message.Attachments[0]; a.Message == nil || a.Message.Props.Str(mapi.PrSubject) != "in" {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// shy is a content that does not know its size, or lies about it.
type shy struct {
	mapi.Bytes
	says int64
}

func (s shy) Size() int64 { return s.says }

func TestContentSizes(t *testing.T) {
	m := &mapi.Message{Attachments: []*mapi.Attachment{{Content: shy{mapi.Bytes("abc"), -1}}}}
	if got := contents(t, read(t, write(t, m, Options{})).Message.Attachments[0]); string(got) != "abc" {
		t.Errorf("%q", got)
	}
	m.Attachments[0].Content = shy{mapi.Bytes("abc"), 4}
	if err := Write(io.Discard, m, Options{}); err == nil {
		t.Error("a stream whose attachment is shorter than it says is written")
	}
}

func TestRandomRoundTrip(t *testing.T) {
	rnd := testseed.New(t)
	for range 300 {
		m := randomMessage(rnd, 0)
		data := write(t, m, Options{Recipients: true, CodePage: []int{0, 1251, 932}[rnd.IntN(3)]})
		sameMessage(t, read(t, data).Message, m)
		for range 20 { // damaged anywhere
			bad := bytes.Clone(data)
			bad[rnd.IntN(len(bad))] ^= byte(1 + rnd.IntN(255))
			if s, err := Read(bad[:rnd.IntN(len(bad)+1)]); err == nil && s.Message == nil {
				t.Fatal("neither a message nor an error")
			}
		}
	}
}

func randomMessage(rnd *rand.Rand, depth int) *mapi.Message {
	m := &mapi.Message{Props: mapi.Props{mapi.String(mapi.PrMessageClass, "IPM.Note")}}
	for range rnd.IntN(10) {
		m.Props.Set(randomProp(rnd, uint16(0x6800+rnd.IntN(0x1400))))
	}
	for range rnd.IntN(5) {
		name := mapi.PropName{Set: mapi.GUID{byte(rnd.IntN(3))}, ID: rnd.Uint32N(10)}
		if rnd.IntN(2) == 0 {
			name.ID, name.Name = 0, strings.Repeat("n", 1+rnd.IntN(9))
		}
		m.SetNamed(name, randomProp(rnd, 0))
	}
	for range rnd.IntN(3) {
		m.Recipients = append(m.Recipients, mapi.Props{randomProp(rnd, 0x3001)})
	}
	for range rnd.IntN(3) {
		a := &mapi.Attachment{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, 1), randomProp(rnd, 0x6900)}}
		if depth < 3 && rnd.IntN(2) == 0 {
			a.Props[0].Num, a.Message = uint64(mapi.AttachEmbedded), randomMessage(rnd, depth+1)
		} else {
			a.Content = mapi.Bytes(strings.Repeat("c", rnd.IntN(50)))
		}
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

func randomProp(rnd *rand.Rand, id uint16) mapi.PropValue {
	text := []string{"", "a", "äöü", "日本語", "😀", "Привет"}
	switch t := []mapi.PropType{mapi.PtLong, mapi.PtUnicode, mapi.PtString8, mapi.PtBinary, mapi.PtBoolean, mapi.PtI8, mapi.PtMVUnicode, mapi.PtMVString8}[rnd.IntN(8)]; t {
	case mapi.PtUnicode, mapi.PtString8:
		return mapi.String(mapi.MakeTag(id, t), text[rnd.IntN(len(text))])
	case mapi.PtBinary:
		return mapi.Binary(mapi.MakeTag(id, t), []byte(strings.Repeat("\x00b", rnd.IntN(9))))
	case mapi.PtMVUnicode, mapi.PtMVString8:
		return mapi.Strings(mapi.MakeTag(id, t), text[rnd.IntN(len(text))], text[rnd.IntN(len(text))])
	case mapi.PtBoolean:
		return mapi.Bool(mapi.MakeTag(id, t), rnd.IntN(2) == 0)
	case mapi.PtI8:
		return mapi.I8(mapi.MakeTag(id, t), rnd.Int64())
	default:
		return mapi.Long(mapi.MakeTag(id, t), rnd.Uint32())
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, sample(), Options{Recipients: true}))
	f.Add([]byte(start + frame(1, attFrom, "\x04\x00\x20\x00\x06\x00\x0b\x00Alice\x00SMTP:a@b.c\x00") + frame(1, attOwner, "\x04\x00Own\x00\x09\x00SMTP:o@b\x00")))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(data)
		if err != nil {
			return
		}
		var written [3][]byte // the first lacks what no stream has, such as some flags
		for i := range written {
			written[i] = write(t, s.Message, Options{Recipients: true, CodePage: 65001})
			if s, err = Read(written[i]); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(written[1], written[2]) {
			t.Fatal("what was written reads as something else")
		}
	})
}

func BenchmarkRead(b *testing.B) {
	data := write(b, sample(), Options{Recipients: true})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	m := sample()
	m.Attachments[0].Content = mapi.Bytes(make([]byte, 1<<20))
	b.SetBytes(1 << 20)
	for b.Loop() {
		if err := Write(io.Discard, m, Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
