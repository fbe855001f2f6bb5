package convert

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"zarafa/mail/header"
	"zarafa/mapi"
)

// attachment writes an attachment with its fields.
func (ex *exporter) attachment(a *mapi.Attachment, shown bool) {
	if a.Message != nil {
		ex.embeddedMessage(a)
		return
	}
	if ex.asItStands(a) {
		return
	}
	mimeType := mimeTypeOf(a)
	name := fileNameOf(a)
	f := &fields{}
	contentType := mimeType
	disposition := "attachment"
	if shown {
		disposition = "inline"
	}
	if name != "" {
		contentType += header.FormatWordParam("name", name)
		disposition += header.FormatParam("filename", name)
	}
	f.add("Content-Type", contentType)
	f.add("Content-Transfer-Encoding", "base64")
	f.add("Content-Disposition", disposition)
	if cid := oneToken(a.Props.Str(mapi.PrAttachContentID)); cid != "" {
		f.add("Content-ID", "<"+cid+">")
	}
	f.add("Content-Location", a.Props.Str(mapi.PrAttachContentLocation))
	_, _ = ex.out.Write(append(f.b, "\r\n"...)) // the writer keeps its error
	if a.Content == nil {
		return
	}
	r, err := a.Content.Open()
	if err != nil {
		ex.out.fail(err)
		return
	}
	ex.base64(r)
	ex.out.fail(r.Close())
}

// maxStanding bounds the content of a message/* that is not a message, in bytes.
const maxStanding = 1 << 20

// asItStands writes the parts of type message/* that may not be encoded (RFC 2046 5.2, RFC 3464 2.1.1), if their content can go out so.
// The type stands in front of the content of those that mean nothing without its parameters.
func (ex *exporter) asItStands(a *mapi.Attachment) bool {
	t, ok := header.ParseMediaType(a.Props.Str(mapi.PrAttachMimeTag))
	if !ok || t.Type != "message" || t.Subtype == "rfc822" || t.Subtype == "global" || a.Content == nil || a.Content.Size() > maxStanding {
		return false
	}
	r, err := a.Content.Open()
	if err != nil {
		ex.out.fail(err)
		return true
	}
	data, err := io.ReadAll(io.LimitReader(r, maxStanding+1))
	ex.out.fail(err)
	ex.out.fail(r.Close())
	if len(data) > maxStanding || !sendable(data) {
		return false
	}
	typed := false
	if mimeType := t.Type + "/" + t.Subtype; meantByParameters(mimeType) {
		own, ok := header.ParseMediaType(header.Parse(data).Get("Content-Type"))
		typed = ok && own.Type == t.Type && own.Subtype == t.Subtype
		if !typed {
			return false
		}
	}
	f := &fields{}
	name := fileNameOf(a)
	if !typed {
		contentType := t.Type + "/" + t.Subtype
		if name != "" {
			contentType += header.FormatWordParam("name", name)
		}
		f.add("Content-Type", contentType)
	}
	if name != "" {
		f.add("Content-Disposition", "attachment"+header.FormatParam("filename", name))
	}
	if cid := oneToken(a.Props.Str(mapi.PrAttachContentID)); cid != "" {
		f.add("Content-ID", "<"+cid+">")
	}
	f.add("Content-Location", a.Props.Str(mapi.PrAttachContentLocation))
	if !typed {
		f.b = append(f.b, "\r\n"...)
	}
	_, _ = ex.out.Write(append(f.b, data...)) // the writer keeps its error
	return true
}

// sendable reports whether bytes need no encoding: ASCII in lines that are not too long.
func sendable(data []byte) bool {
	for line := range bytes.Lines(data) {
		if len(line) > maxLine+2 || !ascii(line) || bytes.IndexByte(line, 0) >= 0 {
			return false
		}
	}
	return true
}

func (w *writer) fail(err error) {
	if w.err == nil && err != nil {
		w.err = err
	}
}

// oneToken leaves out what cannot be in an id.
func oneToken(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r == '<' || r == '>' || r >= 0x7F {
			return -1
		}
		return r
	}, s)
}

// mimeTypeOf is the type of an attachment. Multiparts and messages would not be what they say in base64.
func mimeTypeOf(a *mapi.Attachment) string {
	t, ok := header.ParseMediaType(a.Props.Str(mapi.PrAttachMimeTag))
	switch {
	case ok && t.Type != "multipart" && t.Type != "message":
		return t.Type + "/" + t.Subtype
	case ok:
		return "application/octet-stream"
	}
	name := strings.ToLower(fileNameOf(a))
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		if t, ok := typesByExtension()[name[i:]]; ok {
			return t
		}
	}
	return "application/octet-stream"
}

func typesByExtension() map[string]string {
	return map[string]string{
		".txt": "text/plain", ".html": "text/html", ".htm": "text/html", ".csv": "text/csv", ".ics": "text/calendar", ".vcf": "text/vcard",
		".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".svg": "image/svg+xml", ".webp": "image/webp",
		".pdf": "application/pdf", ".zip": "application/zip", ".gz": "application/gzip", ".json": "application/json", ".xml": "application/xml",
		".mp3": "audio/mpeg", ".mp4": "video/mp4", ".doc": "application/msword", ".xls": "application/vnd.ms-excel", ".ppt": "application/vnd.ms-powerpoint",
		".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
		".odt":  "application/vnd.oasis.opendocument.text", ".ods": "application/vnd.oasis.opendocument.spreadsheet",
	}
}

func fileNameOf(a *mapi.Attachment) string {
	for _, tag := range []mapi.PropTag{mapi.PrAttachLongFilename, mapi.PrAttachFilename, mapi.PrDisplayName} {
		if name := cleanFileName(a.Props.Str(tag)); name != "" {
			return name
		}
	}
	return ""
}

// embeddedMessage writes a message in the message.
func (ex *exporter) embeddedMessage(a *mapi.Attachment) {
	f := &fields{}
	f.add("Content-Type", "message/rfc822")
	_, _ = ex.out.Write(append(f.b, "\r\n"...)) // the writer keeps its error
	if ex.depth >= maxDepth {
		return
	}
	inside := &exporter{out: ex.out, options: ex.options, depth: ex.depth + 1}
	ex.parts++
	inside.seed = fmt.Appendf(bytes.Clone(ex.seed), "/%d", ex.parts)
	inside.message(a.Message)
}

// securedBody writes a mail that is signed or encrypted by S/MIME: what its one attachment has, byte by byte.
func (ex *exporter) securedBody(m *mapi.Message) bool {
	class := strings.ToUpper(m.Props.Str(mapi.PrMessageClass))
	if !strings.HasPrefix(class, strings.ToUpper(classEncrypted)) || len(m.Attachments) != 1 || m.Attachments[0].Content == nil {
		return false
	}
	a := m.Attachments[0]
	r, err := a.Content.Open()
	if err != nil {
		ex.out.fail(err)
		return true
	}
	in := bufio.NewReaderSize(r, 32<<10)
	start, _ := in.Peek(16)
	if len(start) >= 13 && strings.EqualFold(string(start[:13]), "Content-Type:") {
		ex.contentFields(in)
		if _, err := io.Copy(ex.out, in); err != nil {
			ex.out.fail(err)
		}
	} else {
		f := &fields{}
		f.add("Content-Type", "application/pkcs7-mime"+smimeType(in)+header.FormatParam("name", "smime.p7m"))
		f.add("Content-Transfer-Encoding", "base64")
		f.add("Content-Disposition", "attachment"+header.FormatParam("filename", "smime.p7m"))
		_, _ = ex.out.Write(append(f.b, "\r\n"...)) // the writer keeps its error
		ex.base64(in)
	}
	ex.out.fail(r.Close())
	return true
}

// contentFields writes the fields in front of signed content, up to their empty line, as they are. Those that say nothing of the content are
// left out, since they would be fields of the mail.
func (ex *exporter) contentFields(in *bufio.Reader) {
	head, _ := in.Peek(in.Size()) // what is there
	end := bytes.Index(head, []byte("\r\n\r\n"))
	if end < 0 {
		ex.out.text("Content-Type: application/octet-stream\r\n\r\n") // nothing that could have been signed
		return
	}
	for _, f := range header.Parse(head[:end+4]).All() {
		if strings.HasPrefix(strings.ToLower(f.Name), "content-") {
			_, _ = ex.out.Write(f.Raw) // the writer keeps its error
		}
	}
	ex.out.text("\r\n")
	_, err := in.Discard(end + 4)
	ex.out.fail(err)
}

// smimeType tells signed from encrypted content by the object identifier at the beginning of a CMS structure (RFC 5652 section 3).
func smimeType(in *bufio.Reader) string {
	head, _ := in.Peek(64)
	pkcs7 := []byte{0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07}
	i := bytes.Index(head, pkcs7)
	if i < 0 || i+len(pkcs7) >= len(head) {
		return ""
	}
	switch head[i+len(pkcs7)] {
	case 2:
		return header.FormatParam("smime-type", "signed-data")
	case 3:
		return header.FormatParam("smime-type", "enveloped-data")
	}
	return ""
}
