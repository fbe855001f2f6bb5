package objects

import (
	"context"
	"io"

	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/server/session"
	"zarafa/storage"
	"zarafa/wire"
)

// readWhole is up to which size in bytes a value is read before it is answered. A larger one is read while it is sent.
const readWhole = 1 << 20

// LoadProp reads one property, of an object or part given by its number, or by entry id if that
// is 0. The property is found by its id alone. The value of a large one goes to the call's Large. If it is changed meanwhile, the old value
// is sent as long as something has it, and the connection ends if nothing has.
func (s *Service) LoadProp(c *session.Call, req *wire.LoadPropRequest, resp *wire.LoadPropResponse) error {
	var ref storage.Ref
	var err error
	if req.ObjID != 0 {
		ref, err = s.tree.Ref(c.Context, req.ObjID)
	} else {
		ref, err = s.tree.ByEntryID(c.Context, req.EntryID)
	}
	if err != nil {
		return err
	}
	top := ref
	if ref.Message != 0 {
		if top, err = s.tree.Ref(c.Context, ref.Message); err != nil {
			return err
		}
	}
	if err := s.check(c, top, rights.Read); err != nil {
		return err
	}
	if mapi.PropTag(req.PropTag).ID() == mapi.PrHighestModificationNumber.ID() && c.Session.Has(mapi.CapGateway) {
		resp.PropVal, err = s.highestNumber(c.Context, ref)
		return err
	}
	o, err := s.store.Object(c.Context, ref.ID)
	if err != nil {
		return err
	}
	if mapi.PropTag(req.PropTag).ID() == mapi.PrModificationNumber.ID() {
		resp.PropVal, err = s.number(c, o)
		return err
	}
	v, err := s.value(c, o, mapi.PropTag(req.PropTag).ID())
	if err != nil {
		return err
	}
	resp.PropVal = &v
	return nil
}

// highestNumber is the number of the last change in a folder: of a message that came, changed or left. It is above those of all its messages.
func (s *Service) highestNumber(ctx context.Context, folder storage.Ref) (*mapi.PropValue, error) {
	if folder.Type != mapi.TypeFolder || len(folder.SourceKey) == 0 {
		return nil, mapi.Errorf(mapi.NotFound, "loadProp", "object %d is no folder with changes", folder.ID)
	}
	n, err := s.store.MaxChange(ctx, folder.SourceKey)
	v := mapi.Long(mapi.PrHighestModificationNumber, max(n, 1))
	return &v, err
}

// number is the number of a message's last change.
func (s *Service) number(c *session.Call, o *storage.Object) (*mapi.PropValue, error) {
	if o.Type != mapi.TypeMessage || o.Message != 0 || !c.Session.Has(mapi.CapGateway) {
		return nil, mapi.Errorf(mapi.NotFound, "loadProp", "object %d has no modification number", o.ID)
	}
	v := mapi.Long(mapi.PrModificationNumber, mapi.ModificationNumber(s.store.ServerGUID(), o.Props))
	return &v, nil
}

// value is a stored property of an object, wherever it lies; NOT_FOUND if it has none.
func (s *Service) value(c *session.Call, o *storage.Object, id uint16) (mapi.PropValue, error) {
	if v, ok := o.Props.ByID(id); ok {
		return v, nil
	}
	for _, lob := range o.Lobs {
		if lob.Tag.ID() == id {
			if lob.Size > readWhole {
				c.Large = s.large(lob)
				return mapi.PropValue{Tag: lob.Tag}, nil
			}
			data, err := s.readLob(c, lob)
			return mapi.PropValue{Tag: lob.Tag, Data: data}, err
		}
	}
	return mapi.PropValue{}, mapi.Errorf(mapi.NotFound, "loadProp", "object %d has no property 0x%04X", o.ID, id)
}

// large is a value that is read while it is sent.
func (s *Service) large(lob storage.LobRef) *session.LargeValue {
	return &session.LargeValue{
		Size: lob.Size, Buffered: storage.LobPiece,
		Open: func(ctx context.Context) (io.ReadCloser, error) { return s.store.OpenLob(ctx, lob.Instance) },
	}
}

// readLob reads a value into memory.
func (s *Service) readLob(c *session.Call, lob storage.LobRef) ([]byte, error) {
	if err := c.TakeValue(int64(lob.Size)); err != nil {
		return nil, err
	}
	r, err := s.store.OpenLob(c.Context, lob.Instance)
	if err != nil {
		return nil, err
	}
	data := make([]byte, lob.Size)
	_, err = io.ReadFull(r, data)
	if cerr := r.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, mapi.Errorf(mapi.DatabaseError, "loadProp", "instance %d: %w", lob.Instance, err)
	}
	return data, nil
}
