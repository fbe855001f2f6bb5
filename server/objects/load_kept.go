package objects

import (
	"encoding/binary"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/rights"
	"zarafa/storage"
	"zarafa/wire"
)

// maxKept is the largest encoded message that is kept.
const maxKept = 128 << 10

// A kept message is a number of seen, then these, then the content of its element:
//
//	0  owner of a message in it
//	4  PR_ACCESS and PR_ACCESS_LEVEL as they were shown
//
// The rest of a message is the same for everybody who may read it.
const seenSize = 8

// seen is what a caller was shown of his rights on a message: on the one that is loaded or one embedded in it.
type seen struct {
	owner  uint32
	access uint32
}

func (s *seen) of(access rights.Access) uint32 {
	ref := storage.Ref{Type: mapi.TypeMessage, Owner: s.owner}
	return access.Access(ref)<<8 | access.Level(ref)
}

// note remembers what the caller is shown of his rights on a message.
func (ld *loader) note(o *storage.Object) {
	s := seen{owner: o.Owner}
	s.access = s.of(ld.access)
	ld.seen = append(ld.seen, s)
}

// findKept looks for the encoded form of a message as this caller sees it, and gives a ticket to keep one if there is
// none. The result must not be changed.
func (s *Service) findKept(ref storage.Ref, access rights.Access) ([]byte, cache.Ticket) {
	if s.cells == nil || ref.Type != mapi.TypeMessage {
		return nil, cache.Ticket{}
	}
	rec, ticket, ok := s.cells.GetKind(ref.ID, cache.KindWhole)
	if !ok {
		return nil, ticket
	}
	if content := asSeen(rec, access); content != nil {
		return content, cache.Ticket{}
	}
	return nil, s.cells.Ticket(ref.ID)
}

// asSeen is the content of a kept message if somebody with these rights is shown the same; else nil.
func asSeen(rec cache.Record, access rights.Access) []byte {
	if len(rec) < 4 {
		return nil
	}
	n, rest := int(binary.LittleEndian.Uint32(rec)), rec[4:]
	if len(rest)/seenSize < n {
		return nil
	}
	for ; n > 0; n-- {
		s := seen{binary.LittleEndian.Uint32(rest), binary.LittleEndian.Uint32(rest[4:])}
		if s.of(access) != s.access {
			return nil
		}
		rest = rest[seenSize:]
	}
	return rest
}

// keep encodes a message that was loaded into scratch and keeps it, if everybody is shown the same of it until
// it changes. It returns the larger scratch.
func (ld *loader) keep(id uint32, ticket cache.Ticket, out *wire.SaveObject, scratch []byte) []byte {
	if ld.svc.cells == nil || ld.passing {
		return scratch
	}
	b := binary.LittleEndian.AppendUint32(scratch[:0], uint32(len(ld.seen)))
	for _, s := range ld.seen {
		b = binary.LittleEndian.AppendUint32(b, s.owner)
		b = binary.LittleEndian.AppendUint32(b, s.access)
	}
	start := len(b)
	b = wire.AppendSaveObject(b, out)
	*out = wire.SaveObject{Raw: b[start:]} // it need not be encoded twice
	if len(b) <= maxKept {
		ld.svc.cells.PutKind(ticket, id, cache.KindWhole, b)
	}
	return b
}
