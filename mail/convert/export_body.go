package convert

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"strings"

	"zarafa/mail/charset"
	"zarafa/mail/header"
	"zarafa/mail/html"
	"zarafa/mail/rtf"
	"zarafa/mapi"
)

// body writes what follows the header's own fields: the fields of its content, the empty line and the content.
func (ex *exporter) body(m *mapi.Message, cs *charset.Charset) {
	if ex.securedBody(m) || ex.reportBody(m, cs) {
		return
	}
	t := textsOf(m)
	tnef := ex.tnefOf(m)
	var ok bool
	if t.calendar, t.method, ok = ex.calendarText(m); ok {
		t.attachments = withoutExceptions(t.attachments)
	} else if hasCalendar(m.Props.Str(mapi.PrMessageClass)) {
		tnef = TNEFAlways // nothing else would say what it is
	}
	if tnef == TNEFAlways {
		ex.multipart("mixed", "", func(part func()) {
			part()
			ex.plain(t.plain, cs)
			part()
			ex.stream(m, true)
		})
		return
	}
	var shown, rest []*mapi.Attachment
	for _, a := range t.attachments {
		if t.page != nil && isShown(a) {
			shown = append(shown, a)
		} else {
			rest = append(rest, a)
		}
	}
	if len(rest) == 0 && tnef == TNEFWhereNeeded {
		ex.texts(t, shown, cs)
		return
	}
	ex.multipart("mixed", "", func(part func()) {
		part()
		ex.texts(t, shown, cs)
		for _, a := range rest {
			part()
			ex.attachment(a, false)
		}
		if tnef == TNEFMinimal {
			part()
			ex.stream(m, false)
		}
	})
}

// isShown reports whether a page shows the attachment by itself.
func isShown(a *mapi.Attachment) bool {
	hidden, _ := a.Props.Get(mapi.PrAttachmentHidden)
	rendered := hidden.Bool() || a.Props.Uint32(mapi.PrAttachFlags)&attachRendered != 0
	return rendered && a.Message == nil && (a.Props.Str(mapi.PrAttachContentID) != "" || a.Props.Str(mapi.PrAttachContentLocation) != "")
}

// multipart writes a multipart; fill calls part before each of its parts.
func (ex *exporter) multipart(subtype, parameters string, fill func(part func())) {
	boundary := ex.boundary()
	f := &fields{}
	f.add("Content-Type", "multipart/"+subtype+parameters+header.FormatParam("boundary", boundary))
	_, _ = ex.out.Write(append(f.b, "\r\n"...)) // the writer keeps its error
	first := true
	fill(func() {
		if !first {
			ex.out.text("\r\n")
		}
		first = false
		ex.out.text("--" + boundary + "\r\n")
	})
	ex.out.text("\r\n--" + boundary + "--\r\n")
}

// texts writes the bodies, in one form or in several.
func (ex *exporter) texts(t *texts, shown []*mapi.Attachment, cs *charset.Charset) {
	switch {
	case t.calendar != "":
		ex.multipart("alternative", "", func(part func()) {
			part()
			ex.plain(t.plain, cs)
			if t.page != nil {
				part()
				ex.pageParts(t, shown)
			}
			part()
			ex.calendarPart(t.calendar, t.method)
		})
	case t.page == nil:
		ex.plain(t.plain, cs)
	case t.plain == "":
		ex.pageParts(t, shown)
	default:
		ex.multipart("alternative", "", func(part func()) {
			part()
			ex.plain(t.plain, cs)
			part()
			ex.pageParts(t, shown)
		})
	}
}

// pageParts writes HTML with what it shows.
func (ex *exporter) pageParts(t *texts, shown []*mapi.Attachment) {
	if len(shown) == 0 {
		ex.page(t)
		return
	}
	ex.multipart("related", header.FormatParam("type", "text/html"), func(part func()) {
		part()
		ex.page(t)
		for _, a := range shown {
			part()
			ex.attachment(a, true)
		}
	})
}

func (ex *exporter) plain(text string, cs *charset.Charset) {
	name := "us-ascii"
	data := []byte(text)
	if !ascii(data) {
		name = "utf-8"
		if cs != nil {
			if encoded, ok := cs.Encode(text); ok {
				data, name = encoded, cs.Name
			}
		}
	}
	ex.textPart("text/plain"+header.FormatParam("charset", name), data)
}

func (ex *exporter) page(t *texts) {
	name := "utf-8"
	if cs, ok := charset.FromCodePage(t.pageCode); ok {
		name = cs.Name
	}
	ex.textPart("text/html"+header.FormatParam("charset", name), t.page)
}

// textPart writes a text as it is if it is ASCII in short lines, in quoted-printable else, or in base64 if that is shorter.
func (ex *exporter) textPart(contentType string, data []byte) {
	f := &fields{}
	f.add("Content-Type", contentType)
	encoding := encodingOf(data)
	f.add("Content-Transfer-Encoding", encoding)
	_, _ = ex.out.Write(append(f.b, "\r\n"...)) // the writer keeps its error
	switch encoding {
	case "7bit":
		_, _ = ex.out.Write(data)
	case "base64":
		ex.base64(strings.NewReader(string(data)))
	default:
		w := quotedprintable.NewWriter(ex.out)
		_, _ = w.Write(data)
		_ = w.Close()
	}
}

// maxLine is the length of a line that needs no encoding (RFC 5322 section 2.1.1).
const maxLine = 998

func encodingOf(data []byte) string {
	plain, high, column := true, 0, 0
	for i, c := range data {
		switch {
		case c == '\n':
			plain = plain && i > 0 && data[i-1] == '\r'
			column = 0
			continue
		case c == '\r':
			plain = plain && i+1 < len(data) && data[i+1] == '\n'
		case c >= 0x7F || c < ' ' && c != '\t':
			plain = false
			high++
		}
		column++
		plain = plain && column <= maxLine
		// A line "From " is altered by mailboxes of the format mbox, one with a dot by careless relays.
		if column == 1 && (c == '.' || c == 'F' && strings.HasPrefix(string(data[i:min(len(data), i+5)]), "From ")) {
			plain = false
		}
	}
	switch {
	case plain:
		return "7bit"
	case high > len(data)/4:
		return "base64"
	}
	return "quoted-printable"
}

// base64 writes content in lines of 76 characters.
func (ex *exporter) base64(r io.Reader) {
	lines := &lineWriter{w: ex.out}
	e := base64.NewEncoder(base64.StdEncoding, lines)
	if _, err := io.CopyBuffer(e, r, ex.out.buffer()); err != nil && ex.out.err == nil {
		ex.out.err = err
	}
	_ = e.Close() // the writer keeps its error
	lines.end()
}

// lineWriter breaks lines.
type lineWriter struct {
	w      *writer
	column int
}

func (l *lineWriter) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		k := min(len(b), 76-l.column)
		if _, err := l.w.Write(b[:k]); err != nil {
			return 0, err
		}
		b = b[k:]
		if l.column += k; l.column == 76 {
			l.w.text("\r\n")
			l.column = 0
		}
	}
	return n, l.w.err
}

// end ends the last line.
func (l *lineWriter) end() {
	if l.column > 0 {
		l.w.text("\r\n")
	}
}

// texts are the bodies of a message, with what they show.
type texts struct {
	plain       string
	page        []byte
	pageCode    uint32
	attachments []*mapi.Attachment
	// calendar is the item as iCalendar, with its method.
	calendar, method string
}

// maxRTF bounds what is made of rich text, in bytes.
const maxRTF = 32 << 20

// textsOf are the bodies: those stored, or what is in rich text, which Outlook may store alone.
func textsOf(m *mapi.Message) *texts {
	t := &texts{
		plain: m.Props.Str(mapi.PrBody), page: m.Props.Bytes(mapi.PrHTML), pageCode: m.Props.Uint32(mapi.PrInternetCpid),
		attachments: m.Attachments,
	}
	if len(t.page) == 0 {
		t.page = nil
		t.fromRTF(m.Props.Bytes(mapi.PrRTFCompressed))
	}
	t.plain = crlf(strings.ToValidUTF8(t.plain, "\uFFFD")) // its character set is named, and must be right
	return t
}

// fromRTF fills in what rich text has; one that cannot be read leaves the plain text.
func (t *texts) fromRTF(compressed []byte) {
	if len(compressed) == 0 {
		return
	}
	doc, err := rtf.Decompress(compressed, maxRTF)
	if len(doc) == 0 || err != nil && t.plain != "" {
		return
	}
	switch rtf.KindOf(doc) {
	case rtf.HTML:
		if page, err := rtf.ExtractHTML(doc, maxRTF); err == nil {
			t.page, t.pageCode = page, utf8Page
			if t.plain == "" {
				t.plain = html.Text(page)
			}
		}
	case rtf.Text:
		if text, err := rtf.ToText(doc, maxRTF); err == nil && t.plain == "" {
			t.plain = string(text)
		}
	default:
		t.fromRichText(doc)
	}
}

func (t *texts) fromRichText(doc []byte) {
	d, err := rtf.ToHTML(doc, maxRTF)
	if err != nil {
		return
	}
	t.page, t.pageCode = d.HTML, utf8Page
	if text, err := rtf.ToText(doc, maxRTF); err == nil && t.plain == "" {
		t.plain = string(text)
	}
	t.attachments = append([]*mapi.Attachment(nil), t.attachments...)
	for _, p := range d.Pictures {
		a := newAttachment(nameByType(p.MIMEType, ""), p.MIMEType)
		a.Props.Set(mapi.String(mapi.PrAttachContentID, p.ContentID))
		a.Props.Set(mapi.Bool(mapi.PrAttachmentHidden, true))
		a.Content = mapi.Bytes(p.Data)
		t.attachments = append(t.attachments, a)
	}
}
