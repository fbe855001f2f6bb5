package webaccess

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"zarafa/agents/webaccess/api"
	"zarafa/agents/webaccess/files"
	"zarafa/agents/webaccess/images"
	"zarafa/agents/webaccess/session"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// pageStyle is what a mail's page begins with. Mail that has no colours of its own follows the reader's dark mode.
const pageStyle = `html{overflow-wrap:anywhere}body{margin:0;font:14px/20px system-ui,sans-serif}img{max-width:100%;height:auto}`

// mailPage is the page of a mail, for the frame that shows it.
func (w *Web) mailPage(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	l, err := w.load(r, s)
	if err != nil {
		return err
	}
	var remote func(string) (string, bool)
	if r.URL.Query().Has("images") {
		remote = func(address string) (string, bool) {
			return images.Key(s.Secret).Sign(strings.TrimSuffix(w.cfg.Path, "/")+imagesPath, address), true
		}
	}
	page, ok := w.api.Page(l, remote)
	if !ok {
		return &api.Problem{Code: api.NotFound, Message: "the message has no page"}
	}
	scheme := "light"
	if !page.Colours || page.DarkMode {
		scheme = "light dark"
	}
	doctype := "<!DOCTYPE html>"
	if page.Quirks {
		doctype = ""
	}
	rw.Header().Set("Content-Security-Policy", mailPolicy)
	rw.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = fmt.Fprintf(rw, `%s<html><head><meta charset="utf-8"><meta name="color-scheme" content="%s"><style>%s</style></head><body>%s</body></html>`,
		doctype, scheme, pageStyle, page.HTML) // the browser may be gone
	return nil
}

// imagesPath is where remote pictures are fetched for readers, below the path of the program.
const imagesPath = "/images"

// image fetches a remote picture. The proxy answers errors by itself.
func (w *Web) image(rw http.ResponseWriter, r *http.Request, _ *session.Session) error {
	w.images.ServeHTTP(rw, r)
	return nil
}

// imageSession tells the proxy whose addresses a request may ask for.
func (w *Web) imageSession(r *http.Request) (images.Session, bool) {
	s, ok := w.session(r, w.origin(r))
	if !ok {
		return images.Session{}, false
	}
	return images.Session{User: s.User.Name, Key: s.Secret}, true
}

// load reads the message of a URL.
func (w *Web) load(r *http.Request, s *session.Session) (*api.Loaded, error) {
	return w.api.Load(r.Context(), s, api.MessageRef{ID: api.ID(r.PathValue("id")), Part: r.URL.Query().Get("part")})
}

// mailSource is a mail as it came, or as it would be sent.
func (w *Web) mailSource(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	l, err := w.load(r, s)
	if err != nil {
		return err
	}
	h := rw.Header()
	h.Set("Content-Security-Policy", filePolicy)
	h.Set("Content-Type", "text/plain; charset=utf-8")
	if r.URL.Query().Has("save") {
		h.Set("Content-Type", "message/rfc822")
		h.Set("Content-Disposition", files.Disposition("attachment", l.Message.Props.Str(mapi.PrSubject)+".eml"))
	}
	return w.export(rw, l.Message)
}

// export writes a message as a mail. What goes wrong in the middle ends the connection, so that nobody takes a part for the whole.
func (w *Web) export(rw http.ResponseWriter, m *mapi.Message) error {
	if text := m.Props.Bytes(mapi.PrECIMAPEmail); len(text) > 0 && convert.CurrentIMAP(m) {
		_, _ = rw.Write(text) // the browser may be gone
		return nil
	}
	out := &begun{Writer: rw}
	err := convert.Export(out, m, &convert.ExportOptions{Now: w.now(), Domain: "localhost"})
	return out.failed(err)
}

// begun notes whether something was written.
type begun struct {
	io.Writer
	any bool
}

// Write writes.
func (b *begun) Write(p []byte) (int, error) {
	b.any = true
	return b.Writer.Write(p)
}

// failed is the error that can still be answered with. Behind the beginning of an answer there is only the end of the connection.
func (b *begun) failed(err error) error {
	if err != nil && b.any {
		panic(http.ErrAbortHandler)
	}
	return err
}

// mailFile is a file of a mail.
func (w *Web) mailFile(rw http.ResponseWriter, r *http.Request, s *session.Session) error {
	l, err := w.api.Load(r.Context(), s, api.MessageRef{ID: api.ID(r.PathValue("id"))})
	if err != nil {
		return err
	}
	f, name, err := l.File(r.PathValue("path"))
	if err != nil {
		return err
	}
	h := rw.Header()
	if f.Message != nil {
		files.SetHeaders(h, files.Save, strings.TrimSuffix(name, ".eml")+".eml", nil)
		return w.export(rw, f.Message)
	}
	if f.Content == nil {
		return &api.Problem{Code: api.NotFound, Message: "the attachment has no content"}
	}
	in, err := f.Content.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	head := make([]byte, files.HeadBytes)
	n, err := io.ReadFull(in, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	files.SetHeaders(h, files.Show(r.URL.Query().Has("show")), name, head[:n])
	if size := f.Content.Size(); size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	out := &begun{Writer: rw}
	_, err = io.Copy(out, io.MultiReader(bytes.NewReader(head[:n]), in))
	return out.failed(err)
}
