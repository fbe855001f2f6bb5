package client

import (
	"context"
	"slices"

	"zarafa/mapi"
	"zarafa/wire"
)

// Object is a store, folder, message, recipient or attachment as the server holds it.
type Object struct {
	Type     mapi.ObjectType
	ServerID uint32 // the server's number of the object
	Props    mapi.Props
	// Large lists the values that are too large to come along (objects.md section 3.3); see [Session.LoadValue].
	Large    []mapi.PropTag
	Children []Object // recipients and attachments of a message, the message in an attachment
}

// Change says what to do to an object and to what is inside it.
type Change struct {
	Type     mapi.ObjectType
	ServerID uint32 // 0 for a new one
	Set      []mapi.PropValue
	Delete   []mapi.PropTag
	Remove   bool // the child goes away
	Children []Change
}

// LoadObject reads a store, folder or message.
func (s *Session) LoadObject(ctx context.Context, id mapi.EntryID) (o *Object, err error) {
	var resp wire.LoadObjectResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.LoadObjectRequest{SessionID: session, EntryID: id, Flags: mapi.OpenUnicode}
	}, &resp, func() error { o = objectOf(&resp.SaveObject); return nil })
	return o, err
}

// LoadValue reads one value, however large. serverID is the number of the recipient or attachment it belongs to,
// or of the object with the entry id itself.
func (s *Session) LoadValue(ctx context.Context, id mapi.EntryID, serverID uint32, tag mapi.PropTag) (v mapi.PropValue, err error) {
	var resp wire.LoadPropResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.LoadPropRequest{SessionID: session, EntryID: id, ObjID: serverID, PropTag: uint32(tag)}
	}, &resp, func() error {
		if resp.PropVal == nil {
			return errIncomplete
		}
		v = resp.PropVal.Clone()
		return nil
	})
	return v, err
}

// SaveObject creates or changes an object. A new message needs an entry id that the caller made with
// [mapi.NewEntryID]; of an object that exists c must have the number. associated puts it into the folder's associated contents. The result holds what the server added:
// numbers of the new objects, source key, change key, time of the change.
func (s *Session) SaveObject(ctx context.Context, parent, id mapi.EntryID, c *Change, associated bool) (saved *Object, err error) {
	var flags uint32
	if associated {
		flags = mapi.OpenAssociated
	}
	return s.saveObject(ctx, parent, id, c, flags)
}

func (s *Session) saveObject(ctx context.Context, parent, id mapi.EntryID, c *Change, flags uint32) (saved *Object, err error) {
	var resp wire.LoadObjectResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.SaveObjectRequest{SessionID: session, ParentEntryID: nonNil(parent), EntryID: id, SaveObj: c.wire(), Flags: flags}
	}, &resp, func() error { saved = objectOf(&resp.SaveObject); return nil })
	return saved, err
}

// SetProps changes properties of a store, folder or message that exists. It loads the object first, since the server
// finds what it saves by number; a caller that knows the number can use SaveObject.
func (s *Session) SetProps(ctx context.Context, id mapi.EntryID, props ...mapi.PropValue) error {
	return s.update(ctx, id, Change{Set: props})
}

// DeleteProps removes properties of a store, folder or message.
func (s *Session) DeleteProps(ctx context.Context, id mapi.EntryID, tags ...mapi.PropTag) error {
	return s.update(ctx, id, Change{Delete: tags})
}

func (s *Session) update(ctx context.Context, id mapi.EntryID, c Change) error {
	o, err := s.LoadObject(ctx, id)
	if err != nil {
		return err
	}
	c.Type, c.ServerID = o.Type, o.ServerID
	_, err = s.SaveObject(ctx, o.Props.Bytes(mapi.PrParentEntryID), id, &c, false)
	return err
}

func objectOf(o *wire.SaveObject) *Object {
	out := &Object{Type: mapi.ObjectType(o.ObjType), ServerID: o.ServerID, Props: mapi.CloneProps(o.ModProps)}
	for _, tag := range o.DelProps {
		if !out.Props.Has(tag.ID()) {
			out.Large = append(out.Large, tag)
		}
	}
	out.Children = make([]Object, len(o.Items))
	for i := range o.Items {
		out.Children[i] = *objectOf(&o.Items[i])
	}
	return out
}

func (c *Change) wire() *wire.SaveObject {
	out := &wire.SaveObject{
		DelProps: c.Delete, ModProps: c.Set, Delete: c.Remove, ServerID: c.ServerID, ObjType: uint32(c.Type),
		Items: make([]wire.SaveObject, len(c.Children)),
	}
	for i := range c.Children {
		out.Items[i] = *c.Children[i].wire()
	}
	return out
}

func copyID(id []byte) mapi.EntryID { return slices.Clone(id) }

func copyIDs(ids [][]byte) []mapi.EntryID {
	out := make([]mapi.EntryID, len(ids))
	for i, id := range ids {
		out[i] = copyID(id)
	}
	return out
}

func plainIDs(ids []mapi.EntryID) [][]byte {
	out := make([][]byte, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}
