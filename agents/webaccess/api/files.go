package api

import (
	"io"
	"strings"

	"zarafa/agents/webaccess/files"
	"zarafa/agents/webaccess/session"
	"zarafa/mail/convert"
	"zarafa/mapi"
)

// Upload takes a file that waits to be attached.
func (a *API) Upload(s *session.Session, name, kind string, r io.Reader) (Upload, error) {
	name = files.Name(name)
	if kind == "" || len(kind) > 100 || strings.ContainsFunc(kind, func(r rune) bool { return r <= ' ' || r > '~' }) {
		kind = "application/octet-stream"
	}
	f, err := s.Uploads.Add(name, kind, r)
	if err != nil {
		return Upload{}, err
	}
	return Upload{ID: ID(f.ID), Name: f.Name, Type: f.Type, Size: f.Size()}, nil
}

// Page is the page of a message, made harmless; ok is false if it has none. remote is the address under which a remote picture is fetched for the reader;
// nil leaves all of them out.
func (a *API) Page(l *Loaded, remote func(address string) (proxied string, ok bool)) (page Cleaned, ok bool) {
	_, text := convert.Texts(l.Message)
	if text == "" || a.settings.Clean == nil {
		return page, false
	}
	return a.settings.Clean([]byte(text), CleanOptions{Inline: a.inline(l), Remote: remote}), true
}

// File finds an attachment, and a name that it can be saved by.
func (l *Loaded) File(path string) (f *mapi.Attachment, name string, err error) {
	f, err = l.Attachment(path)
	if err != nil {
		return nil, "", err
	}
	return f, files.Name(attachmentName(f)), nil
}

// attachmentName is what the sender called an attachment.
func attachmentName(f *mapi.Attachment) string {
	for _, tag := range []mapi.PropTag{mapi.PrAttachLongFilename, mapi.PrAttachFilename} {
		if name := f.Props.Str(tag); name != "" {
			return name
		}
	}
	if f.Message != nil {
		return f.Message.Props.Str(mapi.PrSubject)
	}
	return f.Props.Str(mapi.PrDisplayName)
}
