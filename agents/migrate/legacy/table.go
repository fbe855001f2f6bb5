package legacy

import (
	"context"
	"database/sql"
	"time"

	"zarafa/mapi"
)

// pageRows is how many rows of a long table are read at a time.
const pageRows = 2000

// Name is a row of names.
type Name struct {
	ID       uint32
	GUID     mapi.GUID
	IsString bool
	LID      uint32
	String   string
}

// Names reads all named properties, ascending. Rows that name nothing are losses.
func (s *Session) Names(ctx context.Context) (list []Name, lost []Loss, err error) {
	err = s.query(ctx, "SELECT id,nameid,namestring,guid FROM names ORDER BY id", nil, func(r *sql.Rows) error {
		var n Name
		var lid sql.NullInt64
		var text sql.NullString
		var guid []byte
		if err := r.Scan(&n.ID, &lid, &text, &guid); err != nil {
			return err
		}
		g, ok := mapi.GUIDOf(guid)
		if !ok || !lid.Valid && !text.Valid {
			lost = append(lost, Loss{What: "named property", Why: "row " + itoa(n.ID) + " of names has no name, or no GUID of 16 bytes"})
			return nil
		}
		n.GUID, n.IsString, n.LID, n.String = g, text.Valid, uint32(lid.Int64), text.String
		list = append(list, n)
		return nil
	})
	return list, lost, err
}

// User is a row of users.
type User struct {
	ID         uint32
	ExternalID []byte // nil: one of the built-in users
	Class      uint32
	Signature  string
	Company    uint32
}

// Users reads the numbers of users and groups, ascending.
func (s *Session) Users(ctx context.Context) (list []User, err error) {
	err = s.query(ctx, "SELECT id,externid,objectclass,signature,company FROM users ORDER BY id", nil, func(r *sql.Rows) error {
		var u User
		err := r.Scan(&u.ID, &u.ExternalID, &u.Class, &u.Signature, &u.Company)
		list = append(list, u)
		return err
	})
	return list, err
}

// DirectoryObject is a user, group or company that the plugin "db" keeps.
type DirectoryObject struct {
	ExternalID []byte
	Class      uint32
	Props      map[string]string
	Multi      map[string][]string // in order
}

// Relation links two of them.
type Relation struct {
	Parent, Child []byte
	Type          uint32
}

// Directory reads the tables of the plugin "db", in which objects have numbers of their own; here they have external ids.
func (s *Session) Directory(ctx context.Context) (list []*DirectoryObject, relations []Relation, err error) {
	byID := map[uint32]*DirectoryObject{}
	err = s.query(ctx, "SELECT id,externid,objectclass FROM object ORDER BY id", nil, func(r *sql.Rows) error {
		o := &DirectoryObject{Props: map[string]string{}, Multi: map[string][]string{}}
		var id uint32
		err := r.Scan(&id, &o.ExternalID, &o.Class)
		byID[id] = o
		list = append(list, o)
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	property := func(add func(*DirectoryObject, string, string)) func(*sql.Rows) error {
		return func(r *sql.Rows) error {
			var id uint32
			var name string
			var value sql.NullString
			if err := r.Scan(&id, &name, &value); err != nil {
				return err
			}
			if o := byID[id]; o != nil && value.Valid {
				add(o, name, value.String)
			}
			return nil
		}
	}
	err = s.query(ctx, "SELECT objectid,propname,value FROM objectproperty", nil,
		property(func(o *DirectoryObject, name, value string) { o.Props[name] = value }))
	if err != nil {
		return nil, nil, err
	}
	err = s.query(ctx, "SELECT objectid,propname,value FROM objectmvproperty ORDER BY objectid,propname,orderid", nil,
		property(func(o *DirectoryObject, name, value string) { o.Multi[name] = append(o.Multi[name], value) }))
	if err != nil {
		return nil, nil, err
	}
	err = s.query(ctx, "SELECT parentobjectid,objectid,relationtype FROM objectrelation ORDER BY parentobjectid,relationtype,objectid", nil, func(r *sql.Rows) error {
		var parent, child, kind uint32
		if err := r.Scan(&parent, &child, &kind); err != nil {
			return err
		}
		if p, c := byID[parent], byID[child]; p != nil && c != nil {
			relations = append(relations, Relation{Parent: p.ExternalID, Child: c.ExternalID, Type: kind})
		}
		return nil
	})
	return list, relations, err
}

// Store is a row of stores.
type Store struct {
	ID       uint32 // object id
	UserID   uint32
	Type     uint32
	UserName string // may be stale: users.externid says who it is
	Company  uint32
	GUID     []byte
}

// Stores reads the list of mailbox stores, by object id.
func (s *Session) Stores(ctx context.Context) (list []Store, err error) {
	err = s.query(ctx, "SELECT hierarchy_id,user_id,type,user_name,company,guid FROM stores ORDER BY hierarchy_id", nil, func(r *sql.Rows) error {
		var b Store
		err := r.Scan(&b.ID, &b.UserID, &b.Type, &b.UserName, &b.Company, &b.GUID)
		list = append(list, b)
		return err
	})
	return list, err
}

// ACE is a row of acl.
type ACE struct {
	Object, User, Type, Rights uint32
}

// ACL gives fn all rows of the access control lists.
func (s *Session) ACL(ctx context.Context, fn func(ACE) error) error {
	return s.query(ctx, "SELECT hierarchy_id,id,type,rights FROM acl ORDER BY hierarchy_id,id,type", nil, func(r *sql.Rows) error {
		var e ACE
		if err := r.Scan(&e.Object, &e.User, &e.Type, &e.Rights); err != nil {
			return err
		}
		return fn(e)
	})
}

// ReceiveFolder is a row of receivefolder.
type ReceiveFolder struct {
	Store, Folder uint32
	Class         string
}

// ReceiveFolders gives fn all receive folders.
func (s *Session) ReceiveFolders(ctx context.Context, fn func(ReceiveFolder) error) error {
	return s.query(ctx, "SELECT storeid,objid,messageclass FROM receivefolder ORDER BY storeid,messageclass", nil, func(r *sql.Rows) error {
		var f ReceiveFolder
		if err := r.Scan(&f.Store, &f.Folder, &f.Class); err != nil {
			return err
		}
		return fn(f)
	})
}

// QueueEntry is a row of outgoingqueue.
type QueueEntry struct{ Store, Message, Flags uint32 }

// Queue gives fn what waits to be sent.
func (s *Session) Queue(ctx context.Context, fn func(QueueEntry) error) error {
	return s.query(ctx, "SELECT store_id,hierarchy_id,flags FROM outgoingqueue ORDER BY hierarchy_id,flags", nil, func(r *sql.Rows) error {
		var e QueueEntry
		if err := r.Scan(&e.Store, &e.Message, &e.Flags); err != nil {
			return err
		}
		return fn(e)
	})
}

// Found is a row of searchresults.
type Found struct{ Folder, Message, Flags uint32 }

// SearchResults gives fn what search folders have found, by folder.
func (s *Session) SearchResults(ctx context.Context, fn func(Found) error) error {
	return s.query(ctx, "SELECT folderid,hierarchyid,flags FROM searchresults ORDER BY folderid,hierarchyid", nil, func(r *sql.Rows) error {
		var f Found
		if err := r.Scan(&f.Folder, &f.Message, &f.Flags); err != nil {
			return err
		}
		return fn(f)
	})
}

// Change is a row of changes.
type Change struct {
	ID                uint32
	Parent, SourceKey []byte
	Type, Flags, Sync uint32
}

// Changes reads a page of changes with ids above after, ascending; an empty one is the end.
func (s *Session) Changes(ctx context.Context, after uint32) (list []Change, err error) {
	const text = "SELECT id,parentsourcekey,sourcekey,change_type,COALESCE(flags,0),COALESCE(sourcesync,0) FROM changes WHERE id>? ORDER BY id LIMIT ?"
	err = s.query(ctx, text, []any{after, pageRows}, func(r *sql.Rows) error {
		var c Change
		err := r.Scan(&c.ID, &c.Parent, &c.SourceKey, &c.Type, &c.Flags, &c.Sync)
		list = append(list, c)
		return err
	})
	return list, err
}

// ABChanges gives fn the changes of the address book, ascending.
func (s *Session) ABChanges(ctx context.Context, fn func(Change) error) error {
	return s.query(ctx, "SELECT id,parentsourcekey,sourcekey,change_type FROM abchanges ORDER BY id", nil, func(r *sql.Rows) error {
		var c Change
		if err := r.Scan(&c.ID, &c.Parent, &c.SourceKey, &c.Type); err != nil {
			return err
		}
		return fn(c)
	})
}

// Sync is a row of syncs.
type Sync struct {
	ID        uint32
	SourceKey []byte
	ChangeID  uint32
	Type      uint32
	Time      time.Time
}

// Syncs gives fn the synchronisations that clients have registered, ascending.
func (s *Session) Syncs(ctx context.Context, fn func(Sync) error) error {
	const text = "SELECT id,sourcekey,change_id,COALESCE(sync_type,0),COALESCE(UNIX_TIMESTAMP(sync_time),0) FROM syncs ORDER BY id"
	return s.query(ctx, text, nil, func(r *sql.Rows) error {
		var y Sync
		var seconds int64
		if err := r.Scan(&y.ID, &y.SourceKey, &y.ChangeID, &y.Type, &seconds); err != nil {
			return err
		}
		y.Time = time.Unix(seconds, 0).UTC()
		return fn(y)
	})
}

// SyncedSet are the items that a client with a restriction has, after one change.
type SyncedSet struct {
	Sync, Change uint32
	Keys         [][]byte
}

// SyncedSets gives fn the sets of the syncs, one after the other.
func (s *Session) SyncedSets(ctx context.Context, fn func(SyncedSet) error) error {
	var set SyncedSet
	const text = "SELECT sync_id,change_id,sourcekey FROM syncedmessages ORDER BY sync_id,change_id,sourcekey"
	err := s.query(ctx, text, nil, func(r *sql.Rows) error {
		var sync, change uint32
		var key []byte
		if err := r.Scan(&sync, &change, &key); err != nil {
			return err
		}
		if set.Keys != nil && (sync != set.Sync || change != set.Change) {
			if err := fn(set); err != nil {
				return err
			}
			set.Keys = nil
		}
		set.Sync, set.Change, set.Keys = sync, change, append(set.Keys, key)
		return nil
	})
	if err == nil && set.Keys != nil {
		err = fn(set)
	}
	return err
}
