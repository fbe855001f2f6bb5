package objects

import (
	"context"
	"encoding/binary"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/storage"
)

// counting reads the counters of a store or folder.
type counting func(ctx context.Context, ref storage.Ref) (storage.Counters, error)

// countersOf asks for those of one object.
func (s *Service) countersOf(ctx context.Context, ref storage.Ref) (storage.Counters, error) {
	list, err := s.tree.Counters(ctx, ref.Store, ref.ID)
	if err != nil {
		return storage.Counters{}, err
	}
	return list[0], nil
}

// countersTogether asks for those of a store and some of its folders at once, when the first is wanted.
func (s *Service) countersTogether(refs ...storage.Ref) counting {
	var list []storage.Counters
	return func(ctx context.Context, ref storage.Ref) (storage.Counters, error) {
		if list == nil {
			ids := make([]uint32, len(refs))
			for i := range refs {
				ids[i] = refs[i].ID
			}
			var err error
			if list, err = s.tree.Counters(ctx, ref.Store, ids...); err != nil {
				return storage.Counters{}, err
			}
		}
		for i := range refs {
			if refs[i].ID == ref.ID {
				return list[i], nil
			}
		}
		return s.countersOf(ctx, ref)
	}
}

// objectOf reads an object. The properties of stores and folders are kept in the cell cache, without their counters: each delivery changes
// these and nothing else. What it gives must not be changed.
func (s *Service) objectOf(ctx context.Context, ref storage.Ref, count counting) (*storage.Object, error) {
	if s.cells == nil || ref.Type == mapi.TypeMessage {
		return s.store.Object(ctx, ref.ID)
	}
	kept, ticket, ok := s.cells.GetKind(ref.ID, cache.KindWhole)
	if ok {
		o := containerOf(kept)
		o.Ref = ref
		var err error
		o.Counters, err = count(ctx, ref)
		return o, err
	}
	o, err := s.store.Object(ctx, ref.ID)
	if err != nil {
		return nil, err
	}
	if b, ok := appendContainer(nil, o); ok && len(b) <= maxKept {
		s.cells.PutKind(ticket, ref.ID, cache.KindWhole, b)
	}
	return o, nil
}

// A kept store or folder is its number of large values, then these, then its properties as a cache.Record. A large value is:
//
//	0  property tag
//	4  instance
//	8  size, 64 bits
const lobSize = 16

// appendContainer appends a store or folder as it is kept; ok is false if it cannot be.
func appendContainer(dst []byte, o *storage.Object) (_ []byte, ok bool) {
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(o.Lobs)))
	for _, lob := range o.Lobs {
		dst = binary.LittleEndian.AppendUint32(dst, uint32(lob.Tag))
		dst = binary.LittleEndian.AppendUint32(dst, lob.Instance)
		dst = binary.LittleEndian.AppendUint64(dst, uint64(lob.Size))
	}
	return cache.AppendRecord(dst, cache.Header{}, o.Props)
}

// containerOf is a store or folder of its kept form, which it aliases, without reference and counters.
func containerOf(b []byte) *storage.Object {
	o := new(storage.Object)
	n, b := binary.LittleEndian.Uint32(b), b[4:]
	for ; n > 0; n-- {
		o.Lobs = append(o.Lobs, storage.LobRef{
			Tag: mapi.PropTag(binary.LittleEndian.Uint32(b)), Instance: binary.LittleEndian.Uint32(b[4:]), Size: int64(binary.LittleEndian.Uint64(b[8:])),
		})
		b = b[lobSize:]
	}
	o.Props = cache.Record(b).Props()
	return o
}
