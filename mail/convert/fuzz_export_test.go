package convert

import (
	"bytes"
	"strings"
	"testing"

	"zarafa/mail/header"
	"zarafa/mail/tree"
	"zarafa/mapi"
)

// chance makes messages of bytes: the same ones of the same bytes.
type chance struct{ b []byte }

func (c *chance) n(below int) int {
	if len(c.b) == 0 {
		return 0
	}
	v := int(c.b[0]) % below
	c.b = c.b[1:]
	return v
}

// text is any string: what the bytes have, or what breaks mails.
func (c *chance) text() string {
	odd := []string{
		"", "a", "ä", "a\r\nBcc: eve@example.com", "\x00", "=?utf-8?Q?x?=", strings.Repeat("x", 1200), "a b", `"`, `\`, "<", ">", "\n.\n", "--", "From me", "日本語 ",
		strings.Repeat("word ", 50), "\u202e", "a@b", "a@b>, <eve@c", "text/plain\r\nX: y", "multipart/mixed", "message/rfc822", "=_", "\xff",
	}
	if c.n(4) == 0 {
		k := min(c.n(40), len(c.b))
		s := string(c.b[:k])
		c.b = c.b[k:]
		return s
	}
	return odd[c.n(len(odd))] + odd[c.n(len(odd))]
}

func (c *chance) message(depth int) *mapi.Message {
	m := &mapi.Message{}
	texts := []mapi.PropTag{
		mapi.PrSubject, mapi.PrBody, mapi.PrInternetMessageID, mapi.PrInReplyToID, mapi.PrInternetReferences, mapi.PrConversationTopic,
		mapi.PrSentRepresentingName, mapi.PrSentRepresentingAddrtype, mapi.PrSentRepresentingEmailAddress, mapi.PrSenderName, mapi.PrSenderSMTPAddress,
		mapi.PrListHelp, mapi.PrListUnsubscribe, mapi.PrTransportMessageHeaders, mapi.PrOriginalMessageID,
	}
	for range c.n(12) {
		m.Props.Set(mapi.String(texts[c.n(len(texts))], c.text()))
	}
	classes := []string{
		"IPM.Note", "", "IPM.Task", "REPORT.IPM.Note.NDR", "REPORT.IPM.Note.IPNRN", "IPM.Note.SMIME", "IPM.Note.SMIME.MultipartSigned",
		"IPM.Schedule.Meeting.Request", "IPM.Appointment", "ipm.contact", "\r\nX: y",
	}
	m.Props.Set(mapi.String(mapi.PrMessageClass, classes[c.n(len(classes))]))
	for _, tag := range []mapi.PropTag{mapi.PrHTML, mapi.PrRTFCompressed, mapi.PrReplyRecipientEntries, mapi.PrConversationIndex, mapi.PrReadReceiptEntryID, mapi.PrSearchKey} {
		if c.n(3) == 0 {
			m.Props.Set(mapi.Binary(tag, []byte(c.text())))
		}
	}
	for _, tag := range []mapi.PropTag{mapi.PrImportance, mapi.PrPriority, mapi.PrSensitivity, mapi.PrAutoResponseSuppress, mapi.PrInternetCpid, mapi.PrReadReceiptRequested} {
		if c.n(3) == 0 {
			pages := []uint32{0, 1, 2, 3, 1252, 932, 50220, 65000, 1200, 65001, 20127, 1 << 31}
			m.Props.Set(mapi.Long(tag, pages[c.n(len(pages))]))
		}
	}
	if c.n(2) == 0 {
		m.SetNamed(Keywords(), mapi.Strings(mapi.MakeTag(0, mapi.PtMVUnicode), c.text(), c.text()))
		m.SetNamed(mapi.PropName{Set: mapi.PsInternetHeaders, Name: "x-" + c.text()}, mapi.String(mapi.MakeTag(0, mapi.PtUnicode), c.text()))
	}
	for range c.n(4) {
		m.Recipients = append(m.Recipients, mapi.Props{
			mapi.Long(mapi.PrRecipientType, uint32(c.n(5))), mapi.String(mapi.PrDisplayName, c.text()), mapi.String(mapi.PrSMTPAddress, c.text()),
			mapi.String(mapi.PrReportText, c.text()),
		})
	}
	for range c.n(4) {
		a := &mapi.Attachment{Props: mapi.Props{
			mapi.String(mapi.PrAttachLongFilename, c.text()), mapi.String(mapi.PrAttachMimeTag, c.text()), mapi.String(mapi.PrAttachContentID, c.text()),
			mapi.String(mapi.PrAttachContentLocation, c.text()), mapi.Bool(mapi.PrAttachmentHidden, c.n(2) == 0),
		}}
		switch c.n(4) {
		case 0:
			if depth < 3 {
				a.Message = c.message(depth + 1)
			}
		case 1, 2:
			a.Content = mapi.Bytes(c.text())
		}
		m.Attachments = append(m.Attachments, a)
	}
	return m
}

// FuzzExport: any message becomes a mail of sound lines, into whose header nothing was smuggled; the same one each time.
func FuzzExport(f *testing.F) {
	for i := range 40 {
		seed := make([]byte, 300)
		x := uint32(i)*2654435761 + 1
		for k := range seed {
			x = x*1664525 + 1013904223
			seed[k] = byte(x >> 24)
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed []byte) {
		export := func(o ExportOptions) []byte {
			var out bytes.Buffer
			if err := Export(&out, (&chance{seed}).message(0), &o); err != nil {
				t.Fatal(err)
			}
			return out.Bytes()
		}
		for mode := TNEFWhereNeeded; mode <= TNEFAlways; mode++ {
			out := export(ExportOptions{TNEF: mode})
			if !bytes.Equal(out, export(ExportOptions{TNEF: mode})) {
				t.Fatal("another mail the second time")
			}
			checkMail(t, out, (&chance{seed}).message(0))
		}
	})
}

func checkMail(t *testing.T, out []byte, m *mapi.Message) {
	t.Helper()
	head, _, ok := bytes.Cut(out, []byte("\r\n\r\n"))
	if !ok {
		t.Fatalf("no end of the header: %.500q", out)
	}
	for line := range bytes.Lines(head) {
		if len(line) > 1000 || bytes.ContainsAny(bytes.TrimRight(line, "\r\n"), "\r\n\x00") {
			t.Errorf("a line of the header is %.200q", line)
		}
	}
	for _, f := range header.Parse(append(head, "\r\n\r\n"...)).All() {
		if strings.EqualFold(f.Name, "Bcc") || f.Name == "X" {
			t.Errorf("a field %s was smuggled in", f.Name)
		}
	}
	secured := strings.HasPrefix(strings.ToUpper(m.Props.Str(mapi.PrMessageClass)), "IPM.NOTE.SMIME")
	if !secured && (bytes.Contains(bytes.ReplaceAll(out, []byte("\r\n"), nil), []byte("\n")) || bytes.IndexByte(out, 0) >= 0) {
		t.Error("a lone end of line or NUL")
	}
	back, err := Import(tree.ParseBytes(out), &ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if strings.EqualFold(m.Props.Str(mapi.PrMessageClass), classNote) {
		checkBack(t, m, back)
	}
}

// checkBack compares what of a message every mail keeps.
func checkBack(t *testing.T, m, back *mapi.Message) {
	t.Helper()
	words := func(s string) string {
		s = strings.ReplaceAll(clean(strings.ToValidUTF8(s, "\uFFFD")), "\uFFFD", "") // one for each wrong byte, or one for several
		return strings.Join(strings.Fields(s), " ")
	}
	if got, want := back.Props.Str(mapi.PrSubject), m.Props.Str(mapi.PrSubject); words(got) != words(strings.ReplaceAll(want, "\x00", " ")) {
		t.Errorf("the subject %q came back as %q", want, got)
	}
	if len(m.Props.Bytes(mapi.PrHTML)) == 0 && len(m.Props.Bytes(mapi.PrRTFCompressed)) == 0 {
		if got, want := back.Props.Str(mapi.PrBody), crlf(m.Props.Str(mapi.PrBody)); words(got) != words(want) {
			t.Errorf("the body %q came back as %q", want, got)
		}
	}
	if len(back.Attachments) < len(m.Attachments) {
		t.Errorf("%d attachments came back as %d", len(m.Attachments), len(back.Attachments))
	}
}
