package adopt

import (
	"context"
	"fmt"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// lastName is the highest number of a name that fits a property id.
const lastName = 0xFFFE - mapi.NamedBase - 1

// names are the named properties. Databases that were old once may have a name twice (before schema 69 nothing prevented it): properties under the
// second number become those under the first.
type names struct {
	list []storage.Name
	same map[uint16]uint16 // property id of a second row → that of the first
}

func sortNames(list []legacy.Name) (n names, lost []legacy.Loss) {
	type key struct {
		guid     mapi.GUID
		isString bool
		lid      uint32
		text     string
	}
	n.same = map[uint16]uint16{}
	first := map[key]uint32{}
	for _, row := range list {
		k := key{row.GUID, row.IsString, row.LID, row.String}
		if row.IsString {
			k.lid = 0
		}
		if row.ID > lastName {
			lost = append(lost, legacy.Loss{What: "named property", Why: fmt.Sprintf("row %d of names is beyond the highest property id there can be", row.ID)})
			continue
		}
		if id, ok := first[k]; ok {
			n.same[nameTag(row.ID)] = nameTag(id)
			lost = append(lost, legacy.Loss{What: "named property", Why: fmt.Sprintf("row %d of names is the same as row %d, and becomes it", row.ID, id)})
			continue
		}
		first[k] = row.ID
		n.list = append(n.list, storage.Name{ID: row.ID, GUID: k.guid, IsString: k.isString, LID: k.lid, String: k.text})
	}
	return n, lost
}

// nameTag is the property id of the name with a number.
func nameTag(id uint32) uint16 { return uint16(mapi.NamedBase + 1 + id) }

// retag gives the tag under which a property is kept.
func (n *names) retag(tag mapi.PropTag) mapi.PropTag {
	if id, ok := n.same[tag.ID()]; ok {
		return mapi.MakeTag(id, tag.Type())
	}
	return tag
}

// write puts them into the target.
func (n *names) write(ctx context.Context, tx storage.Tx) error {
	for _, name := range n.list {
		if err := tx.ImportName(ctx, name); err != nil {
			return fmt.Errorf("named property %d: %w", name.ID, err)
		}
	}
	return nil
}
