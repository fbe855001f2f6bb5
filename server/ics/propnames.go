package ics

import (
	"context"

	"zarafa/mapi"
	"zarafa/wire/msgstream"
)

// nameOf is the name of a named property as streams carry it, nil if there is none.
func (s *Service) nameOf(ctx context.Context, tag mapi.PropTag) (*msgstream.Name, error) {
	n, ok, err := s.objects.Names().ByNumber(ctx, uint32(tag.ID())-mapi.NamedBase)
	if err != nil || !ok {
		return nil, err
	}
	if n.IsString {
		return &msgstream.Name{GUID: n.GUID, Kind: msgstream.NameString, Text: n.String}, nil
	}
	return &msgstream.Name{GUID: n.GUID, Kind: msgstream.NameID, ID: n.LID}, nil
}
