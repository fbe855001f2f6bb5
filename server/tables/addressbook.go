package tables

import (
	"context"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
)

// addressBookSource is the rows of a container or group of the address book (tables.md section 2).
func (s *Service) addressBookSource(c *session.Call, entryID []byte, objType mapi.ObjectType, flags uint32) source {
	caller, caps := c.Session.UserID, c.Session.Capabilities
	id := append([]byte{}, entryID...)
	return &keptSource{addressBook: true, make: func(ctx context.Context, t *table, add func(cache.Row, *keptRow)) error {
		if s.settings.ABInitiallyEmpty && t.filter == nil && flags&mapi.OpenConvenientDepth == 0 {
			return nil // until the client says whom it looks for
		}
		rows, err := s.AddressBook.TableRows(ctx, caller, caps, id, objType, flags)
		if err != nil {
			return err
		}
		for _, r := range rows {
			add(cache.Row{ID: r.ID, Order: r.Order}, &keptRow{values: r.Cell})
		}
		return nil
	}}
}

// addressBookOrder is how address-book tables are sorted before the client says otherwise.
func addressBookOrder() []mapi.SortOrder { return []mapi.SortOrder{{Tag: mapi.PrEMSABHierarchyPath}} }
