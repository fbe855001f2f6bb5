package fulltext

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"zarafa/mapi"
	"zarafa/storage"
)

// Settings say which texts count. An index made with others is made anew.
type Settings struct {
	// Exclude are properties that no index is asked about, by their ids.
	Exclude []uint16
	// Attachments has the texts of attachments found like the body.
	Attachments bool
	// Suggestions has other spellings proposed.
	Suggestions bool
	// Timeout is how long the index may take to answer a search; 0: as long as it likes. After that messages are to be read.
	Timeout time.Duration
}

// reader is what texts are read from.
type reader interface {
	Object(ctx context.Context, id uint32) (*storage.Object, error)
	OpenLob(ctx context.Context, instance uint32) (io.ReadCloser, error)
}

// extractor reads the words of messages.
type extractor struct {
	reader
	Settings
}

func (x extractor) indexed(property uint16) bool { return !slices.Contains(x.Exclude, property) }

// words are those of a message, none if it does not exist or is an associated one.
func (x extractor) words(ctx context.Context, id uint32) (Document, error) {
	o, err := x.Object(ctx, id)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil, nil
	}
	if err != nil || o.Type != mapi.TypeMessage || o.Associated() {
		return nil, err
	}
	b := NewBuilder()
	for _, p := range o.Props {
		if p.Tag.Type().IsString() && x.indexed(p.Tag.ID()) {
			b.Add(p.Tag.ID(), p.Data)
			for _, v := range p.Values() {
				b.Add(p.Tag.ID(), v.Data)
			}
		}
	}
	for _, lob := range o.Lobs {
		if lob.Tag.Type().IsString() && x.indexed(lob.Tag.ID()) {
			text, err := x.lob(ctx, lob, maxText)
			if err != nil {
				return nil, err
			}
			b.Add(lob.Tag.ID(), text)
		}
	}
	if x.indexed(mapi.PrBody.ID()) {
		if err := x.addBodies(ctx, b, o); err != nil {
			return nil, err
		}
	}
	return b.Document(), nil
}

// addBodies adds what is found like the body: its HTML form, if that is all there is, and attachments.
func (x extractor) addBodies(ctx context.Context, b *Builder, o *storage.Object) error {
	if !has(o, mapi.PrBody) {
		page, err := x.value(ctx, o, mapi.PrHTML, maxText)
		if err != nil {
			return err
		}
		b.Add(mapi.PrBody.ID(), textOfHTML(page, ""))
	}
	if !x.Attachments {
		return nil
	}
	for _, part := range o.Children {
		text, err := x.attachment(ctx, part)
		if err != nil {
			return err
		}
		b.Add(mapi.PrBody.ID(), text)
	}
	return nil
}

// has reports whether an object has a property that is not empty.
func has(o *storage.Object, tag mapi.PropTag) bool {
	if v, ok := o.Props.ByID(tag.ID()); ok {
		return len(v.Data) > 0
	}
	return slices.ContainsFunc(o.Lobs, func(l storage.LobRef) bool { return l.Tag.ID() == tag.ID() && l.Size > 0 })
}

// value is a property of an object wherever it is kept, cut to a number of bytes; nil if it is not there.
func (x extractor) value(ctx context.Context, o *storage.Object, tag mapi.PropTag, most int64) ([]byte, error) {
	if v, ok := o.Props.ByID(tag.ID()); ok {
		return v.Data[:min(int64(len(v.Data)), most)], nil
	}
	for _, lob := range o.Lobs {
		if lob.Tag.ID() == tag.ID() {
			return x.lob(ctx, lob, most)
		}
	}
	return nil, nil
}

func (x extractor) lob(ctx context.Context, lob storage.LobRef, most int64) ([]byte, error) {
	r, err := x.OpenLob(ctx, lob.Instance)
	if mapi.CodeOf(err) == mapi.NotFound {
		return nil, nil // replaced meanwhile, which is a change of its own
	}
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, most))
	return text, errors.Join(err, r.Close())
}
