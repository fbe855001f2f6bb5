package ical

import (
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"zarafa/calendar/content"
	"zarafa/mapi"
)

// attachments takes files that stand in the text. Those that are elsewhere stay there.
func (r *reader) attachments(m *mapi.Message, c *content.Component) error {
	left := r.Attachments
	for l := range c.All("ATTACH") {
		if !strings.EqualFold(l.Param("ENCODING"), "BASE64") {
			continue
		}
		if left -= int64(len(l.Value())) / 4 * 3; left < 0 {
			return fmt.Errorf("%w: files of more than %d bytes", ErrItem, r.Attachments)
		}
		data, err := base64.StdEncoding.DecodeString(l.Value())
		if err != nil {
			return fmt.Errorf("%w: a file that is not base64", ErrItem)
		}
		name := l.Param("X-FILENAME")
		if name == "" {
			name = l.Param("FILENAME")
		}
		a := &mapi.Attachment{Content: mapi.Bytes(data)}
		a.Props.Set(mapi.Long(mapi.PrAttachMethod, mapi.AttachByValue))
		a.Props.Set(mapi.Long(mapi.PrRenderingPosition, 1<<32-1))
		a.Props.Set(mapi.String(mapi.PrAttachLongFilename, name))
		a.Props.Set(mapi.String(mapi.PrAttachFilename, name))
		if t := l.Param("FMTTYPE"); t != "" {
			a.Props.Set(mapi.String(mapi.PrAttachMimeTag, t))
		}
		m.Attachments = append(m.Attachments, a)
	}
	return nil
}

// attach writes files into the text for as long as they fit.
func (w *writer) attach(c *content.Component, m *mapi.Message) error {
	left := w.Attachments
	for _, a := range m.Attachments {
		if a.Props.Uint32(mapi.PrAttachMethod) != mapi.AttachByValue || a.Content == nil {
			continue
		}
		data, err := readAll(a.Content, left)
		if err != nil {
			return err
		}
		if data == nil {
			continue
		}
		left -= int64(len(data))
		l := content.New("ATTACH", base64.StdEncoding.EncodeToString(data), content.P("ENCODING", "BASE64"), content.P("VALUE", "BINARY"))
		if t := a.Props.Str(mapi.PrAttachMimeTag); t != "" {
			l.SetParam("FMTTYPE", t)
		}
		name := a.Props.Str(mapi.PrAttachLongFilename)
		if name == "" {
			name = a.Props.Str(mapi.PrAttachFilename)
		}
		if name != "" {
			l.SetParam("X-FILENAME", name)
		}
		c.Add(l)
	}
	return nil
}

// readAll reads a content that is not larger than a limit; of larger ones it is nil.
func readAll(c mapi.Content, limit int64) ([]byte, error) {
	if c.Size() > limit {
		return nil, nil
	}
	r, err := c.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if int64(len(data)) > limit {
		return nil, err
	}
	return data, err
}
