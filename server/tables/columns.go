package tables

import (
	"context"
	"slices"

	"zarafa/cache"
	"zarafa/mapi"
	"zarafa/server/session"
	"zarafa/wire"
)

// maxColumns bounds the cells of a row.
const maxColumns = 4096

// TableSetColumns replaces the columns of a table; the cursor stays where it is (tables.md section 4).
func (s *Service) TableSetColumns(c *session.Call, req *wire.TableSetColumnsRequest, _ *wire.TableSetColumnsResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) error { return t.setColumns(ctx, req.PropTag) })
}

func (t *table) setColumns(ctx context.Context, tags []mapi.PropTag) error {
	if len(tags) > maxColumns {
		return mapi.Errorf(mapi.TooComplex, "tableSetColumns", "%d columns", len(tags))
	}
	before := t.instance()
	columns := slices.Clone(tags)
	if t.order.instance == 0 {
		first := instanceColumn(columns)
		for _, tag := range columns {
			if tag.Type()&mapi.MVIFlag == mapi.MVIFlag && tag.ID() != first.ID() {
				return mapi.Errorf(mapi.TooComplex, "tableSetColumns", "a second multi-valued column %v", tag)
			}
		}
	}
	t.mu.Lock()
	t.columns = columns
	t.mu.Unlock()
	t.layout = nil
	if _, kept := t.source.(*keptSource); kept || t.instance().Canonical() == before.Canonical() {
		return nil
	}
	t.reset()
	return t.refill(ctx)
}

// TableQueryColumns lists the columns that are set, or those that could be.
func (s *Service) TableQueryColumns(c *session.Call, req *wire.TableQueryColumnsRequest, resp *wire.TableQueryColumnsResponse) error {
	return s.with(c, req.TableID, func(ctx context.Context, t *table) (err error) {
		if req.Flags&mapi.QueryAllColumns == 0 {
			resp.PropTagArray = slices.Clone(t.columns)
			return nil
		}
		resp.PropTagArray, err = t.possibleColumns(ctx)
		return err
	})
}

func (t *table) possibleColumns(ctx context.Context) ([]mapi.PropTag, error) {
	switch source := t.source.(type) {
	case *keptSource:
		if source.addressBook {
			return allAddressBookColumns(t.flags, t.kind.objType), nil
		}
		return nil, nil
	case *folderSource, *deepSource:
	default:
		return allColumns(t.flags, nil, t.kind.objType == mapi.TypeMessage), nil
	}
	if err := t.populate(ctx); err != nil {
		return nil, err
	}
	stored := make(map[mapi.PropTag]bool)
	err := t.svc.eachRecord(ctx, 0, t.snapshot(), func(_ cache.Row, _ []byte, rec cache.Record) error {
		for i := range rec.Len() {
			if v, ok := rec.At(i); ok {
				stored[v.Tag.Canonical()] = true
			}
		}
		return nil
	})
	messages := t.kind.objType == mapi.TypeMessage && t.flags&mapi.OpenAssociated == 0
	return allColumns(t.flags, stored, messages), err
}

// allColumns are the properties of a folder's rows, ascending: stored ones and those that every row has.
func allColumns(flags uint32, stored map[mapi.PropTag]bool, messages bool) []mapi.PropTag {
	tags := []mapi.PropTag{
		mapi.PrEntryID, mapi.PrInstanceKey, mapi.PrRecordKey, mapi.PrObjectType, mapi.PrLastModificationTime,
		mapi.PrCreationTime, mapi.PrParentEntryID, mapi.PrMappingSignature, mapi.PrAccessLevel, mapi.PrAccess,
	}
	if messages {
		tags = append(tags, mapi.PrMsgStatus)
	}
	delete(stored, mapi.PrModificationNumber) // it is for those who know of it
	for tag := range stored {
		tags = append(tags, tag)
	}
	return flavoured(flags, tags)
}

func flavoured(flags uint32, tags []mapi.PropTag) []mapi.PropTag {
	out := make([]mapi.PropTag, len(tags))
	for i, tag := range tags {
		out[i] = flavour(flags, tag)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func inFlavour(flags uint32, tags ...mapi.PropTag) []mapi.PropTag {
	for i := range tags {
		tags[i] = flavour(flags, tags[i])
	}
	return tags
}

func allAddressBookColumns(flags uint32, objType mapi.ObjectType) []mapi.PropTag {
	tags := []mapi.PropTag{
		mapi.PrDisplayName, mapi.PrEntryID, mapi.PrDisplayType, mapi.PrDisplayTypeEx, mapi.PrInstanceKey, mapi.PrRecordKey,
		mapi.PrObjectType, mapi.PrABProviderID, mapi.PrLastModificationTime, mapi.PrCreationTime,
	}
	if objType == mapi.TypeABCont {
		tags = append(tags, mapi.PrContainerFlags, mapi.PrDepth, mapi.PrEMSABContainerID)
	} else {
		tags = append(tags, mapi.PrSMTPAddress)
	}
	return flavoured(flags, tags)
}
