package convert

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"zarafa/mail/rtf"
	"zarafa/mail/tnef"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// winmail is a mail of two parts, a text and a winmail.dat of the bytes given.
func winmail(contentType string, stream []byte) []byte {
	return []byte("From: Alice <alice@example.com>\r\nTo: bob@example.com\r\nSubject: header\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\npoor text\r\n" +
		"--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nfile\r\n" +
		"--b\r\nContent-Type: " + contentType + "; name=winmail.dat\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
		base64.StdEncoding.EncodeToString(stream) + "\r\n--b--\r\n")
}

func streamOf(t *testing.T, m *mapi.Message) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tnef.Write(&b, m, tnef.Options{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func task() *mapi.Message {
	m := &mapi.Message{
		Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Task"), mapi.String(mapi.PrSubject, "stream"), mapi.String(mapi.PrBody, "rich text\r\n"),
			mapi.String(mapi.PrSenderName, "Mallory"), mapi.String(mapi.PrSenderSMTPAddress, "mallory@example.net"),
			mapi.Long(mapi.PrImportance, 2), mapi.String(mapi.MakeTag(0x8777, mapi.PtUnicode), "an id without a name"),
		},
		Attachments: []*mapi.Attachment{{Props: mapi.Props{mapi.String(mapi.PrAttachLongFilename, "in.pdf")}, Content: mapi.Bytes("pdf")}},
	}
	m.SetNamed(mapi.PropName{Set: mapi.PsetidTask, ID: 0x8102}, mapi.Float(mapi.MakeTag(0, mapi.PtDouble), 0.5))
	m.SetNamed(Keywords(), mapi.Strings(mapi.MakeTag(0, mapi.PtMVUnicode), "blue"))
	return m
}

// A winmail.dat replaces the bodies and the class and brings its attachments; the header keeps its say.
func TestImportTNEF(t *testing.T) {
	for _, typ := range []string{"application/ms-tnef", "application/vnd.ms-tnef", "application/octet-stream"} {
		m := importMail(t, typ, winmail(typ, streamOf(t, task())), &ImportOptions{})
		for tag, want := range map[mapi.PropTag]string{
			mapi.PrMessageClass: "IPM.Task", mapi.PrSubject: "header", mapi.PrBody: "rich text\r\n", mapi.PrSenderName: "Alice",
			mapi.PrSenderSMTPAddress: "",
		} {
			if got := m.Props.Str(tag); got != want {
				t.Errorf("%s: %#x is %q, want %q", typ, tag, got, want)
			}
		}
		if m.Props.Uint32(mapi.PrImportance) != 2 || m.Props.Has(0x8777) {
			t.Errorf("%s: %s", typ, dump(m))
		}
		if v, ok := m.GetNamed(mapi.PropName{Set: mapi.PsetidTask, ID: 0x8102}, mapi.PtDouble); !ok || v.Float() != 0.5 {
			t.Errorf("%s: a named property is %v", typ, v)
		}
		if names := attachmentNames(m); !slices.Equal(names, []string{"a.txt", "in.pdf"}) {
			t.Errorf("%s: the attachments are %q", typ, names)
		}
	}
}

func attachmentNames(m *mapi.Message) []string {
	var names []string
	for _, a := range m.Attachments {
		names = append(names, fileNameOf(a))
	}
	return names
}

// What is no stream stays a file, and the text is the mail's own.
func TestImportBrokenTNEF(t *testing.T) {
	whole := streamOf(t, task())
	for name, stream := range map[string][]byte{"none": []byte("nothing of the kind"), "cut": whole[:len(whole)/2], "empty": {}} {
		m := importMail(t, name, winmail("application/ms-tnef", stream), &ImportOptions{})
		if got := m.Props.Str(mapi.PrBody); got != "poor text" || m.Props.Str(mapi.PrMessageClass) != classNote {
			t.Errorf("%s: the body is %q", name, got)
		}
		if names := attachmentNames(m); !slices.Equal(names, []string{"a.txt", "winmail.dat"}) {
			t.Errorf("%s: the attachments are %q", name, names)
		}
	}
}

// A class that programs keep for themselves cannot be brought in by a mail.
func TestTNEFClasses(t *testing.T) {
	for class, ok := range map[string]bool{
		"IPM.Note": true, "IPM.Contact": true, "REPORT.IPM.Note.NDR": true, "ipm.task": true, "IPM": true,
		"IPM.Configuration.Rules": false, "IPM.Zarafa.Configuration": false, "Something": false, "": false, "IPM." + strings.Repeat("x", 300): false,
	} {
		if foreignClass(class) != ok {
			t.Errorf("%q: %v", class, !ok)
		}
	}
}

// A stream that has rich text alone shows as HTML and as plain text, those in it too.
func TestTNEFRichText(t *testing.T) {
	rich := func() *mapi.Message {
		return &mapi.Message{Props: mapi.Props{
			mapi.String(mapi.PrMessageClass, "IPM.Note"),
			mapi.Binary(mapi.PrRTFCompressed, rtf.Compress([]byte(`{\rtf1\ansi a {\b bold} word}`))),
		}}
	}
	outer := rich()
	outer.Attachments = []*mapi.Attachment{{Props: mapi.Props{mapi.Long(mapi.PrAttachMethod, mapi.AttachEmbedded)}, Message: rich()}}
	m := importMail(t, "rich", winmail("application/ms-tnef", streamOf(t, outer)), &ImportOptions{})
	inside := m.Attachments[len(m.Attachments)-1].Message
	if inside == nil {
		t.Fatal("no message is embedded")
	}
	for _, m := range []*mapi.Message{m, inside} {
		if !strings.Contains(m.Props.Str(mapi.PrBody), "a bold word") || !bytes.Contains(m.Props.Bytes(mapi.PrHTML), []byte("<b>bold</b>")) {
			t.Errorf("the bodies are %q, %q", m.Props.Str(mapi.PrBody), m.Props.Bytes(mapi.PrHTML))
		}
	}
}

// winmail.dat goes out only where it is asked for, or where nothing else would do.
func TestExportTNEF(t *testing.T) {
	for _, tt := range []struct {
		class string
		mode  TNEF
		want  TNEF
	}{
		{"", TNEFWhereNeeded, TNEFWhereNeeded}, {"IPM.Note", TNEFWhereNeeded, TNEFWhereNeeded}, {"IPM.Note", TNEFMinimal, TNEFMinimal},
		{"IPM.Note", TNEFAlways, TNEFAlways}, {"IPM.Task", TNEFWhereNeeded, TNEFAlways}, {"ipm.contact", TNEFMinimal, TNEFAlways},
		{"IPM.Note.SMIME.MultipartSigned", TNEFAlways, TNEFWhereNeeded}, {"REPORT.IPM.Note.NDR", TNEFAlways, TNEFWhereNeeded},
		{"IPM.Schedule.Meeting.Request", TNEFWhereNeeded, TNEFAlways}, // iCalendar cannot say when it is
		{"IPM.Notebook", TNEFWhereNeeded, TNEFAlways},
	} {
		m := task()
		m.Props.Set(mapi.String(mapi.PrMessageClass, tt.class))
		m.Recipients = []mapi.Props{{mapi.Long(mapi.PrRecipientType, mapi.RecipientBcc), mapi.String(mapi.PrDisplayName, "Secret"),
			mapi.String(mapi.PrSMTPAddress, "secret@example.com")}}
		var out bytes.Buffer
		if err := Export(&out, m, &ExportOptions{TNEF: tt.mode}); err != nil {
			t.Fatal(err)
		}
		got := strings.Contains(out.String(), "winmail.dat")
		files := strings.Contains(out.String(), "in.pdf")
		if got != (tt.want != TNEFWhereNeeded) || files == (tt.want == TNEFAlways) && !strings.Contains(tt.class, "SMIME") {
			t.Errorf("%s, %d: a stream: %v, files beside it: %v", tt.class, tt.mode, got, files)
		}
		back, err := Import(tree.ParseBytes(out.Bytes()), &ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if dumped := dump(back); strings.Contains(dumped, "ecret") {
			t.Errorf("%s, %d: it tells who got a blind copy: %s", tt.class, tt.mode, dumped)
		}
		v, there := back.GetNamed(mapi.PropName{Set: mapi.PsetidTask, ID: 0x8102}, mapi.PtDouble)
		if there != got || there && v.Float() != 0.5 {
			t.Errorf("%s, %d: the named property came back as %v", tt.class, tt.mode, v)
		}
		if n := len(back.Attachments); n != 1 && tt.want != TNEFWhereNeeded {
			t.Errorf("%s, %d: %d attachments", tt.class, tt.mode, n)
		}
	}
}
