package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"zarafa/mapi"
	"zarafa/storage"
)

var _ storage.Checker = (*Store)(nil)

// maxFindings bounds how many rows of each kind of damage a check names.
const maxFindings = 20

// finding is a query whose rows are damage. The first column is an id, the second another one.
type finding struct{ what, text string }

// CheckConsistency reads the whole database and reports what does not fit together: parts without a message, references to
// large values that are not there or that the objects do not know of, incomplete contents.
func (s *Store) CheckConsistency(ctx context.Context) error {
	err := s.find(ctx, []finding{
		{"part %d without its message %d", "SELECT p.id,p.message FROM parts p LEFT JOIN hierarchy h ON h.store=p.store AND h.id=p.message WHERE h.id IS NULL"},
		{"part %d without its parent %d", "SELECT p.id,p.parent FROM parts p LEFT JOIN parts q ON q.store=p.store AND q.message=p.message AND q.id=p.parent WHERE p.id<>p.message AND p.parent<>p.message AND q.id IS NULL"},
		{"object %d without its parent %d", "SELECT h.id,h.parent FROM hierarchy h LEFT JOIN hierarchy p ON p.id=h.parent AND p.store=h.store WHERE h.parent<>0 AND p.id IS NULL"},
		{"reference of object %d to large value %d, which is not there", "SELECT s.hierarchyid,s.instanceid FROM singleinstances s LEFT JOIN lobindex l ON l.instanceid=s.instanceid WHERE l.instanceid IS NULL"},
		{"reference of object %d, message %d, which has no such part", "SELECT s.hierarchyid,s.message FROM singleinstances s LEFT JOIN parts p ON p.store=s.store AND p.message=s.message AND p.id=s.hierarchyid WHERE p.id IS NULL"},
		{"chunk of large value %d (%d), which is not there", "SELECT c.instanceid,c.chunkid FROM lob c LEFT JOIN lobindex l ON l.instanceid=c.instanceid WHERE l.instanceid IS NULL"},
		{"large value %d does not have its %d bytes", "SELECT l.instanceid,l.size FROM lobindex l LEFT JOIN lob c ON c.instanceid=l.instanceid GROUP BY l.instanceid,l.size HAVING l.size<>COALESCE(SUM(LENGTH(c.val_binary)),0)"},
		{"counters of object %d of store %d, which is not there", "SELECT c.id,c.store FROM counters c LEFT JOIN hierarchy h ON h.store=c.store AND h.id=c.id WHERE h.id IS NULL"},
	})
	return errors.Join(err, s.checkProps(ctx))
}

// CheckCounters compares the counts of messages and subfolders with the rows. Search folders count their results, and follow
// the messages after a moment.
func (s *Store) CheckCounters(ctx context.Context) error {
	folder := func(what, column, where string) finding {
		return finding{"folder %d: " + what + " is %d and not what the rows say",
			"SELECT h.id,COALESCE(c." + column + ",0) FROM hierarchy h" + joinCounter +
				" WHERE h.type=3 AND h.flags & 3 <> 2 AND COALESCE(c." + column + ",0)<>(SELECT COUNT(*) FROM hierarchy m WHERE m.store=h.store AND m.parent=h.id AND " + where + ")"}
	}
	return s.find(ctx, []finding{
		folder("the number of messages", "content", "m.type=5 AND m.flags & 1088 = 0"),
		folder("the number of unread messages", "unread", "m.type=5 AND m.flags & 1088 = 0 AND COALESCE(m.message_flags,0) & 1 = 0"),
		folder("the number of associated messages", "associated", "m.type=5 AND m.flags & 1088 = 64"),
		folder("the number of deleted messages", "deleted_content", "m.type=5 AND m.flags & 1088 = 1024"),
		folder("the number of subfolders", "subfolders", "m.type=3 AND m.flags & 1024 = 0"),
		folder("the number of deleted subfolders", "deleted_folders", "m.type=3 AND m.flags & 1024 <> 0"),
		folder("the number of deleted associated messages", "deleted_assoc", "m.type=5 AND m.flags & 1088 = 1088"),
	})
}

// find runs the queries and joins what they find into one error.
func (s *Store) find(ctx context.Context, list []finding) error {
	var found []error
	for _, c := range list {
		rows, err := s.pool.query(ctx, c.text)
		if err != nil {
			return dbError("check", err)
		}
		n := 0
		err = each(rows, func() error {
			var a, b int64
			if err := rows.Scan(&a, &b); err != nil {
				return err
			}
			if n++; n <= maxFindings {
				found = append(found, fmt.Errorf(c.what, a, b))
			}
			return nil
		})
		if err != nil {
			return dbError("check", err)
		}
		if n > maxFindings {
			found = append(found, fmt.Errorf("and %d more of this kind", n-maxFindings))
		}
	}
	return inconsistent(found)
}

func inconsistent(found []error) error {
	if len(found) == 0 {
		return nil
	}
	return mapi.Errorf(mapi.DatabaseError, "storage: check", "%w", errors.Join(found...))
}

// checkProps unpacks every row and compares the references to large values in parts with
// those in singleinstances.
func (s *Store) checkProps(ctx context.Context) error {
	type key struct{ id, tag uint32 }
	known := map[key]uint32{}
	rows, err := s.pool.query(ctx, "SELECT hierarchyid,tag,instanceid FROM singleinstances")
	if err != nil {
		return dbError("check", err)
	}
	err = each(rows, func() error {
		var k key
		var instance uint32
		err := rows.Scan(&k.id, &k.tag, &instance)
		known[k] = instance
		return err
	})
	if err != nil {
		return dbError("check", err)
	}
	var found []error
	for _, text := range []string{"SELECT id,props FROM hierarchy", "SELECT id,props FROM parts"} {
		rows, err := s.pool.query(ctx, text)
		if err != nil {
			return dbError("check", err)
		}
		err = each(rows, func() error {
			var id uint32
			var props []byte
			if err := rows.Scan(&id, &props); err != nil {
				return err
			}
			var u unpacked
			if err := u.unpack(props); err != nil {
				found = append(found, fmt.Errorf("object %d: %w", id, err))
			}
			for _, l := range u.lobs {
				k := key{id, uint32(l.Tag)}
				if known[k] != l.Instance {
					found = append(found, fmt.Errorf("object %d: property %v is large value %d, singleinstances has %d", id, l.Tag, l.Instance, known[k]))
				}
				delete(known, k)
			}
			return nil
		})
		if err != nil {
			return dbError("check", err)
		}
	}
	for k, instance := range known {
		found = append(found, fmt.Errorf("singleinstances has large value %d for object %d, which does not", instance, k.id))
	}
	return inconsistent(found)
}
