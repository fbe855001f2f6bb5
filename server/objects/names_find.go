package objects

import (
	"context"

	"zarafa/mapi"
	"zarafa/storage"
)

// IDs gives the property ids of names and adds those that are unknown on behalf of a user.
func (t *Names) IDs(ctx context.Context, user uint32, names []storage.Name) ([]uint16, error) {
	for _, n := range names {
		if len(n.String) > maxNameLength {
			return nil, mapi.Errorf(mapi.InvalidParameter, "named properties", "a name of %d bytes, the limit is %d", len(n.String), maxNameLength)
		}
	}
	numbers, err := t.find(ctx, names)
	if err != nil {
		return nil, err
	}
	if err := t.createMissing(ctx, user, names, numbers); err != nil {
		return nil, err
	}
	ids := make([]uint16, len(numbers))
	for i, n := range numbers {
		ids[i] = uint16(mapi.NamedBase + n + 1)
	}
	return ids, nil
}
