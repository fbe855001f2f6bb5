package ics

import (
	"cmp"
	"context"
	"io"
	"slices"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/wire/msgstream"
)

// streamWriter writes messages as streams.
type streamWriter struct {
	svc   *Service
	ctx   context.Context
	flags uint32
}

// write writes one message with all its parts. Only the properties of one object at a time are copied; large values and
// the data of attachments come from the database as they are sent.
func (sw streamWriter) write(w io.Writer, message uint32) error {
	o, err := sw.svc.store.Object(sw.ctx, message)
	if err != nil {
		return err
	}
	out := msgstream.NewWriter(w)
	if err := sw.message(out, o); err != nil {
		return err
	}
	return out.Close()
}

// message writes a message, top-level or embedded, and its recipients and attachments.
func (sw streamWriter) message(out *msgstream.Writer, o *storage.Object) error {
	props, err := sw.properties(o)
	if err != nil {
		return err
	}
	if err := out.Message(o.ID, props, len(o.Children)); err != nil {
		return err
	}
	for _, part := range o.Children {
		if part.Type == mapi.TypeAttach {
			err = sw.attachment(out, part)
		} else {
			err = sw.recipient(out, part)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (sw streamWriter) recipient(out *msgstream.Writer, o *storage.Object) error {
	props, err := sw.properties(o)
	if err != nil {
		return err
	}
	return out.Recipient(o.Type, o.ID, props)
}

func (sw streamWriter) attachment(out *msgstream.Writer, o *storage.Object) error {
	props, err := sw.properties(o)
	if err != nil {
		return err
	}
	var size int64
	var data io.ReadCloser
	for _, lob := range o.Lobs {
		if lob.Tag.ID() == mapi.PrAttachDataBin.ID() && lob.Size > 0 {
			size = lob.Size
			if data, err = sw.svc.store.OpenLob(sw.ctx, lob.Instance); err != nil {
				return err
			}
			defer data.Close()
		}
	}
	if err := out.Attachment(o.ID, props, size, data); err != nil {
		return err
	}
	for _, embedded := range o.Children {
		if err := sw.message(out, embedded); err != nil {
			return err
		}
	}
	return nil
}

// properties are the stored properties of an object, ascending, the source key of a top-level message last. What the
// server computes is not among them, nor what only others of its kind would understand: values without a
// form in a stream, and properties whose name is not known.
func (sw streamWriter) properties(o *storage.Object) ([]msgstream.Property, error) {
	list := make([]msgstream.Property, 0, len(o.Props)+len(o.Lobs)+1)
	for _, v := range o.Props {
		list = append(list, msgstream.Property{PropValue: v})
	}
	for _, lob := range o.Lobs {
		list = append(list, msgstream.Property{PropValue: mapi.PropValue{Tag: lob.Tag}, Large: sw.large(lob)})
	}
	list, err := sw.presentable(o, list)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(a, b msgstream.Property) int { return cmp.Compare(a.Tag, b.Tag) })
	if o.Type == mapi.TypeMessage && o.Message == 0 && len(o.SourceKey) > 0 {
		list = append(list, msgstream.Property{PropValue: mapi.Binary(mapi.PrSourceKey, o.SourceKey)})
	}
	return list, nil
}

// presentable drops what a stream cannot show or the client does not want, and names the named properties.
func (sw streamWriter) presentable(o *storage.Object, list []msgstream.Property) ([]msgstream.Property, error) {
	out := list[:0]
	for _, p := range list {
		if !msgstream.Streamable(p.Tag) || p.Tag == mapi.PrModificationNumber || p.Tag.ID() == mapi.PrAttachDataBin.ID() || sw.unwantedBody(o, p.Tag) {
			continue
		}
		if msgstream.Named(p.Tag) {
			name, err := sw.svc.nameOf(sw.ctx, p.Tag)
			if err != nil {
				return nil, err
			}
			if name == nil {
				continue
			}
			p.Name = name
		}
		out = append(out, p)
	}
	return out, nil
}

// large is a value that lies outside of its object.
func (sw streamWriter) large(lob storage.LobRef) *msgstream.Large {
	return &msgstream.Large{Size: lob.Size, Open: func() (io.ReadCloser, error) { return sw.svc.store.OpenLob(sw.ctx, lob.Instance) }}
}

// unwantedBody reports whether the client does not want this form of the body.
func (sw streamWriter) unwantedBody(o *storage.Object, tag mapi.PropTag) bool {
	switch tag.ID() {
	case mapi.PrRTFCompressed.ID():
		return sw.flags&mapi.SyncPlainText != 0
	case mapi.PrHTML.ID():
		return sw.flags&mapi.SyncPlainText != 0 || sw.flags&mapi.SyncBestBody != 0 && has(o, mapi.PrRTFCompressed.ID())
	}
	return false
}

// has reports whether an object has a property, in memory or outside.
func has(o *storage.Object, id uint16) bool {
	return o.Props.Has(id) || slices.ContainsFunc(o.Lobs, func(l storage.LobRef) bool { return l.Tag.ID() == id })
}
