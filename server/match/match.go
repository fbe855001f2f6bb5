// Package match evaluates restrictions on stored messages, for those parts of the server that look through folders outside
// of tables: search folders and restricted synchronisation.
//
// It owns the question which values a restriction needs and where they come from: from the row as tables have it, where that is
// enough, else from the whole message, of very large values from the first 16 MiB. A [Matcher] is for one goroutine.
package match

import (
	"context"
	"errors"
	"io"
	"slices"

	"zarafa/mapi"
	"zarafa/server/collation"
	"zarafa/server/restrict"
	"zarafa/storage"
)

// Reader is what a matcher reads.
type Reader interface {
	Object(ctx context.Context, id uint32) (*storage.Object, error)
	OpenLob(ctx context.Context, instance uint32) (io.ReadCloser, error)
}

// largest is how much of a value outside of its object is looked at.
const largest = 16 << 20

// Matcher is a restriction, ready to be evaluated on messages. The nil restriction matches everything.
type Matcher struct {
	store  Reader
	filter *restrict.Filter
}

// New compiles a restriction; its errors are those of restrict.Compile.
func New(store Reader, r *mapi.Restriction, locale *collation.Locale) (*Matcher, error) {
	m := &Matcher{store: store}
	if r == nil {
		return m, nil
	}
	var err error
	m.filter, err = restrict.Compile(r, locale)
	return m, err
}

// Matches evaluates the restriction on a message.
func (m *Matcher) Matches(ctx context.Context, row *storage.Row) (bool, error) {
	if m.filter == nil {
		return true, nil
	}
	if !m.filter.NeedsParts() && !m.cut(row) {
		return m.filter.Match(Values{row.Ref, row.Props}), nil
	}
	o, err := m.store.Object(ctx, row.ID)
	if mapi.CodeOf(err) == mapi.NotFound {
		return false, nil // deleted meanwhile
	}
	if err != nil {
		return false, err
	}
	if err := m.fetch(ctx, o); err != nil {
		return false, err
	}
	return m.filter.Match(message{Values{o.Ref, o.Props}, o.Children}), nil
}

// fetch reads those large values of a message that the restriction asks for.
func (m *Matcher) fetch(ctx context.Context, o *storage.Object) error {
	for _, lob := range o.Lobs {
		wanted := slices.ContainsFunc(m.filter.Tags(), func(t mapi.PropTag) bool { return t.ID() == lob.Tag.ID() })
		if !wanted {
			continue
		}
		r, err := m.store.OpenLob(ctx, lob.Instance)
		if err != nil {
			return err
		}
		value, err := io.ReadAll(io.LimitReader(r, largest))
		if err := errors.Join(err, r.Close()); err != nil {
			return err
		}
		o.Props.Set(mapi.PropValue{Tag: lob.Tag, Data: value})
	}
	return nil
}

// cut reports whether the restriction needs a value that the row holds only the beginning of.
func (m *Matcher) cut(row *storage.Row) bool {
	for _, tag := range m.filter.Tags() {
		for _, c := range row.Cut {
			if c.ID() == tag.ID() {
				return true
			}
		}
	}
	return false
}

// Values are the properties of a message or part, and those that its reference holds or implies.
type Values struct {
	Ref   storage.Ref
	Props mapi.Props
}

// Value implements restrict.Row.
func (r Values) Value(tag mapi.PropTag) (mapi.PropValue, bool) {
	switch tag {
	case mapi.PrEntryID, mapi.PrRecordKey:
		return mapi.Binary(tag, r.Ref.EntryID), true
	case mapi.PrSourceKey:
		return mapi.Binary(tag, r.Ref.SourceKey), len(r.Ref.SourceKey) > 0
	case mapi.PrInstanceKey:
		return mapi.Binary(tag, mapi.InstanceKey(r.Ref.ID, 0)), true
	case mapi.PrObjectType:
		return mapi.Long(tag, uint32(r.Ref.Type)), true
	case mapi.PrECHierarchyID:
		return mapi.Long(tag, r.Ref.ID), true
	case mapi.PrECParentHierarchyID:
		return mapi.Long(tag, r.Ref.Parent), true
	case mapi.PrAssociated:
		return mapi.Bool(tag, r.Ref.Associated()), true
	case mapi.PrMsgStatus:
		if v, ok := r.Props.Get(tag); ok {
			return v, true
		}
		return mapi.Long(tag, 0), true
	case mapi.PrContentUnread:
		flags := r.Props.Uint32(mapi.PrMessageFlags)
		return mapi.Long(tag, ^flags&mapi.MsgRead), true
	}
	return r.Props.Get(tag)
}

// message is a row with its recipients and attachments.
type message struct {
	Values
	children []*storage.Object
}

// Parts implements restrict.Message.
func (m message) Parts(kind mapi.PropTag) ([]restrict.Row, error) {
	var out []restrict.Row
	for _, c := range m.children {
		attachment := c.Type == mapi.TypeAttach
		if attachment == (kind == mapi.PrMessageAttachments) {
			out = append(out, Values{c.Ref, c.Props})
		}
	}
	return out, nil
}
