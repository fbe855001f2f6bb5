package client

import (
	"context"
	"fmt"

	"zarafa/mapi"
	"zarafa/wire"
)

// namedPropBase is the id of the named property with number 0 (objects.md section 6).
const namedPropBase = 0x8500

// createNames has getIDsFromNames give numbers to names that have none.
const createNames = 2

// NamedProp finds the tag of a named property with a numeric name. If the server does not know the name it gets one with create,
// otherwise the error carries NOT_FOUND. Names that every server knows from the start are not asked for by this.
func (s *Session) NamedProp(ctx context.Context, set mapi.GUID, name uint32, t mapi.PropType, create bool) (tag mapi.PropTag, err error) {
	var flags uint32
	if create {
		flags = createNames
	}
	var number mapi.PropTag
	var resp wire.GetIDsFromNamesResponse
	err = s.Do(ctx, func(session uint64) wire.Request {
		return &wire.GetIDsFromNamesRequest{
			SessionID: session, NamedProps: []wire.NamedProp{{ID: &name, GUID: set[:]}}, Flags: flags,
		}
	}, &resp, func() error {
		if len(resp.PropTags) != 1 {
			return errIncomplete
		}
		number = resp.PropTags[0]
		return nil
	})
	switch {
	case err != nil:
		return 0, err
	case number == 0:
		return 0, &mapi.Error{Op: "getIDsFromNames", Code: mapi.NotFound, Err: fmt.Errorf("there is no property %s/%d", set, name)}
	}
	return mapi.MakeTag(uint16(namedPropBase+uint32(number)), t), nil
}
