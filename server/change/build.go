package change

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// build fills an object without properties of its own from its draft, and makes its parts.
func (s *saving) build(ctx context.Context, o *storage.Object, d *Draft, out *Saved) error {
	out.Object, out.New, out.Said = o, true, d.speaks()
	if o.Type == mapi.TypeMessage {
		o.Props.Set(mapi.Long(mapi.PrMessageFlags, o.Flags&serverFlags))
	}
	if err := s.apply(ctx, o, d, false, out); err != nil {
		return err
	}
	if len(d.Parts) > 0 {
		out.Parts = make([]Saved, len(d.Parts))
	}
	for i, part := range d.Parts {
		if part.Delete {
			continue
		}
		if _, err := s.buildPart(ctx, o, part, &out.Parts[i]); err != nil {
			return err
		}
	}
	s.complete(o, d)
	return nil
}

// buildPart makes a new part below an object of a message.
func (s *saving) buildPart(ctx context.Context, o *storage.Object, d *Draft, out *Saved) (*storage.Object, error) {
	top := o.Message
	if top == 0 {
		top = o.ID
	}
	part := &storage.Object{Ref: storage.Ref{Store: o.Store, Parent: o.ID, Message: top, Type: d.Type, Owner: o.Owner}}
	var err error
	if part.ID, err = s.NewObjectID(ctx); err != nil {
		return nil, err
	}
	if err := s.build(ctx, part, d, out); err != nil {
		return nil, err
	}
	o.Children = append(o.Children, part)
	return part, nil
}

// complete adds to a new object what it should have and did not bring, and what the server computes, the size last.
func (s *saving) complete(o *storage.Object, d *Draft) {
	for _, tag := range []mapi.PropTag{mapi.PrCreationTime, mapi.PrLastModificationTime} {
		if !o.Props.Has(tag.ID()) {
			o.Props.Set(mapi.Time(tag, s.Time()))
		}
	}
	switch o.Type {
	case mapi.TypeMessage:
		s.modifiedBy(o, d, false)
		setHasAttach(o)
		setSize(o)
	case mapi.TypeAttach:
		setSize(o)
	}
}
