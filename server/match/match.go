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
	"zarafa/mapi/collation"
	"zarafa/mapi/restrict"
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
	// inherited is what messages have from the folders they are in, by folder; nil if the restriction does not ask for it.
	inherited map[uint32]mapi.Props
}

// New compiles a restriction; its errors are those of restrict.Compile.
func New(store Reader, r *mapi.Restriction, locale *collation.Locale) (*Matcher, error) {
	m := &Matcher{store: store}
	if r == nil {
		return m, nil
	}
	var err error
	if m.filter, err = restrict.Compile(r, locale); err != nil {
		return nil, err
	}
	for _, tag := range m.filter.Tags() {
		switch tag {
		case mapi.PrParentEntryID, mapi.PrParentSourceKey, mapi.PrParentDisplay, mapi.PrStoreEntryID, mapi.PrStoreRecordKey:
			m.inherited = make(map[uint32]mapi.Props)
		}
	}
	return m, nil
}

// Matches evaluates the restriction on a message.
func (m *Matcher) Matches(ctx context.Context, row *storage.Row) (bool, error) {
	if m.filter == nil {
		return true, nil
	}
	around, err := m.around(ctx, row.Ref)
	if mapi.CodeOf(err) == mapi.NotFound {
		return false, nil // deleted with its folder meanwhile
	}
	if err != nil {
		return false, err
	}
	if !m.filter.NeedsParts() && !m.cut(row) {
		return m.filter.Match(Values{row.Ref, join(row.Props, around)}), nil
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
	return m.filter.Match(message{Values{o.Ref, join(o.Props, around)}, o.Children}), nil
}

// join leaves the properties as they are where there is nothing to add.
func join(props, around mapi.Props) mapi.Props {
	if around == nil {
		return props
	}
	return slices.Concat(props, around)
}

// around is what a message has from its folder and its store.
func (m *Matcher) around(ctx context.Context, message storage.Ref) (mapi.Props, error) {
	if m.inherited == nil {
		return nil, nil
	}
	if known, ok := m.inherited[message.Parent]; ok {
		return known, nil
	}
	folder, err := m.store.Object(ctx, message.Parent)
	if err != nil {
		return nil, err
	}
	store, err := m.store.Object(ctx, message.Store)
	if err != nil {
		return nil, err
	}
	guid := folder.EntryID.StoreGUID()
	props := mapi.Props{
		mapi.Binary(mapi.PrParentEntryID, folder.EntryID), mapi.Binary(mapi.PrParentSourceKey, folder.SourceKey),
		mapi.Binary(mapi.PrStoreEntryID, store.EntryID), mapi.Binary(mapi.PrStoreRecordKey, guid[:]),
	}
	if name, ok := folder.Props.Get(mapi.PrDisplayName); ok {
		name.Tag = mapi.PrParentDisplay
		props = append(props, name)
	}
	m.inherited[message.Parent] = props
	return props, nil
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
	switch tag = tag.Canonical(); tag {
	case mapi.PrEntryID, mapi.PrRecordKey, mapi.PrLongtermEntryIDFromTable:
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
	case mapi.PrECIMAPID:
		if v, ok := r.Props.Get(tag); ok {
			return v, true
		}
		return mapi.Long(tag, r.Ref.ID), true
	case mapi.PrNormalizedSubject:
		v, ok := r.Props.Get(mapi.PrSubject)
		return mapi.PropValue{Tag: tag, Data: mapi.NormalizedSubject(v.Data)}, ok
	case mapi.PrContentCount:
		return mapi.Long(tag, 1), true
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
