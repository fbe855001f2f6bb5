package legacy

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"zarafa/mapi"
)

// Item is a store, a folder, a message or a part of one, with everything the database has of it.
type Item struct {
	ID, Parent, Owner uint32
	Type              mapi.ObjectType
	Flags             uint32
	EntryID           mapi.EntryID // of stores, folders and top-level messages
	SourceKey         []byte
	Props             mapi.Props // strings have the Unicode tag; one tag each
	Values            []Value
	Parts             []*Item // ascending ids
}

// Value is a property whose bytes are among the attachments.
type Value struct {
	Tag      mapi.PropTag
	Instance uint32
	Filename string // where files_v2 has it; empty: under the number of the instance
}

// Page is a part of what is read in the order of ids.
type Page struct {
	Items  []*Item
	Last   uint32 // the highest id that was looked at; the next page begins after it
	Done   bool   // there is nothing after Last
	Losses []Loss
}

// Weight is how many bytes the properties of a page have, about.
func (p *Page) Weight() (bytes int) {
	for _, o := range p.Items {
		bytes += o.weight()
	}
	return bytes
}

func (o *Item) weight() (bytes int) {
	for _, v := range o.Props {
		bytes += len(v.Data)
		for _, e := range v.Values() {
			bytes += len(e.Data)
		}
	}
	for _, part := range o.Parts {
		bytes += part.weight()
	}
	return bytes
}

// batch collects what is read of a page.
type batch struct {
	*Session
	Page
	byID map[uint32]*Item
	ids  []uint32 // of byID, ascending
}

// Messages reads up to limit messages with ids above after that lie in folders of the tree, with all their parts. Call it inside of a moment.
func (s *Session) Messages(ctx context.Context, tree *Tree, after uint32, limit int) (*Page, error) {
	b := &batch{Session: s, byID: map[uint32]*Item{}}
	b.Last = after
	var strange []*Item
	rows := 0
	err := s.query(ctx, "SELECT id,parent,type,flags,owner FROM hierarchy WHERE id>? AND type=5 ORDER BY id LIMIT ?", []any{after, limit}, func(r *sql.Rows) error {
		o, err := scanItem(r)
		if err != nil {
			return err
		}
		rows++
		b.Last = o.ID
		if parent := tree.Find(o.Parent); parent != nil {
			b.add(o)
		} else {
			strange = append(strange, o)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	b.Done = rows < limit
	if err := b.explain(ctx, strange); err != nil {
		return nil, err
	}
	return b.read(ctx)
}

// Nodes reads stores and folders with what they have, for which the tree gives the ids. Call it inside of a moment.
func (s *Session) Nodes(ctx context.Context, tree *Tree, ids []uint32) (*Page, error) {
	b := &batch{Session: s, byID: map[uint32]*Item{}}
	for _, id := range ids {
		if n := tree.Find(id); n != nil {
			b.add(&Item{ID: n.ID, Parent: n.Parent, Owner: n.Owner, Type: n.Type, Flags: n.Flags})
			b.Last = max(b.Last, n.ID)
		}
	}
	return b.read(ctx)
}

func scanItem(r *sql.Rows) (*Item, error) {
	o := new(Item)
	var parent sql.NullInt64
	err := r.Scan(&o.ID, &parent, &o.Type, &o.Flags, &o.Owner)
	o.Parent = uint32(parent.Int64)
	return o, err
}

func (b *batch) add(o *Item) {
	b.Items = append(b.Items, o)
	b.byID[o.ID] = o
}

func (b *batch) lose(id uint32, what, why string) {
	b.Losses = append(b.Losses, Loss{Object: id, What: what, Why: why})
}

// explain says what becomes of messages that lie in none of the folders: those in attachments are read with the message that they are a part of.
func (b *batch) explain(ctx context.Context, strange []*Item) error {
	parents := make([]uint32, 0, len(strange))
	for _, o := range strange {
		parents = append(parents, o.Parent)
	}
	types := map[uint32]mapi.ObjectType{}
	err := b.in(ctx, "SELECT id,type FROM hierarchy WHERE id IN []", parents, func(r *sql.Rows) error {
		var id uint32
		var t mapi.ObjectType
		err := r.Scan(&id, &t)
		types[id] = t
		return err
	})
	for _, o := range strange {
		switch t, ok := types[o.Parent]; {
		case ok && t == mapi.TypeAttach:
		case ok && t == mapi.TypeFolder:
			b.lose(o.ID, "message", fmt.Sprintf("its folder %d is in no store, or was made a moment ago", o.Parent))
		default:
			b.lose(o.ID, "message", fmt.Sprintf("what it lies in (object %d) is not there", o.Parent))
		}
	}
	return err
}

// read fills the items.
func (b *batch) read(ctx context.Context) (*Page, error) {
	if err := b.readParts(ctx); err != nil {
		return nil, err
	}
	for id := range b.byID {
		b.ids = append(b.ids, id)
	}
	slices.Sort(b.ids)
	for _, read := range []func(context.Context) error{b.readSingle, b.readMulti, b.readKeys, b.readValues} {
		if err := read(ctx); err != nil {
			return nil, err
		}
	}
	return &b.Page, nil
}

// maxParts is how deep parts may lie in each other. Servers allow 20 embedded messages or a little more; two levels are one of these.
const maxParts = 1000

// readParts reads what lies below the messages, one level after the other.
func (b *batch) readParts(ctx context.Context) error {
	var level []uint32
	for _, o := range b.Items {
		if o.Type == mapi.TypeMessage {
			level = append(level, o.ID)
		}
	}
	for depth := 0; len(level) > 0 && depth < maxParts; depth++ {
		var next []uint32
		err := b.in(ctx, "SELECT id,parent,type,flags,owner FROM hierarchy WHERE parent IN [] ORDER BY id", level, func(r *sql.Rows) error {
			o, err := scanItem(r)
			if err != nil {
				return err
			}
			above := b.byID[o.Parent]
			switch {
			case b.byID[o.ID] != nil || above == nil: // a list is filled up with its last id
			case o.Type < mapi.TypeMessage || o.Type > mapi.TypeDistList:
				b.lose(o.ID, fmt.Sprintf("part of message %d", o.Parent), fmt.Sprintf("nothing of type %d can be a part of a message", o.Type))
			default:
				b.byID[o.ID] = o
				above.Parts = append(above.Parts, o)
				next = append(next, o.ID)
			}
			return nil
		})
		if err != nil {
			return err
		}
		level = next
	}
	return nil
}

func (b *batch) readSingle(ctx context.Context) error {
	return b.ranges(ctx, "SELECT hierarchyid,tag,type,"+valueColumns+" FROM properties WHERE [] ORDER BY hierarchyid,tag,type", func(r *sql.Rows) error {
		var id uint32
		var tag, kind uint16
		var c columns
		if err := r.Scan(c.dest(&id, &tag, &kind)...); err != nil {
			return err
		}
		o := b.byID[id]
		if o == nil {
			return nil
		}
		t := mapi.MakeTag(tag, mapi.PropType(kind))
		v, err := value(t, &c)
		switch {
		case err != nil:
			b.lose(id, "property "+t.String(), err.Error())
		case len(o.Props) > 0 && o.Props[len(o.Props)-1].Tag == v.Tag:
			b.lose(id, "property "+t.String(), "it is there a second time, as the other kind of string")
		default:
			o.Props = append(o.Props, v)
		}
		return nil
	})
}

func (b *batch) readMulti(ctx context.Context) error {
	return b.ranges(ctx, "SELECT hierarchyid,tag,type,"+valueColumns+" FROM mvproperties WHERE [] ORDER BY hierarchyid,tag,type,orderid", func(r *sql.Rows) error {
		var id uint32
		var tag, kind uint16
		var c columns
		if err := r.Scan(c.dest(&id, &tag, &kind)...); err != nil {
			return err
		}
		o := b.byID[id]
		if o == nil {
			return nil
		}
		t := mapi.MakeTag(tag, mapi.PropType(kind)|mapi.MVFlag)
		v, err := value(t.WithType(t.Type().Base()), &c)
		if err != nil {
			b.lose(id, "a value of property "+t.String(), err.Error())
			return nil
		}
		if n := len(o.Props); n == 0 || o.Props[n-1].Tag != t.Canonical() {
			o.Props = append(o.Props, mapi.Multi(t.Canonical()))
		}
		last := o.Props[len(o.Props)-1].More
		last.Values = append(last.Values, v)
		return nil
	})
}

// Ids of the properties that are kept in indexedproperties.
const (
	idEntryID   = 0x0FFF
	idSourceKey = 0x65E0
)

func (b *batch) readKeys(ctx context.Context) error {
	return b.ranges(ctx, "SELECT hierarchyid,tag,val_binary FROM indexedproperties WHERE []", func(r *sql.Rows) error {
		var id uint32
		var tag uint16
		var key []byte
		if err := r.Scan(&id, &tag, &key); err != nil {
			return err
		}
		if o := b.byID[id]; o != nil {
			switch tag {
			case idEntryID:
				o.EntryID = key
			case idSourceKey:
				o.SourceKey = key
			}
		}
		return nil
	})
}

func (b *batch) readValues(ctx context.Context) error {
	filename := "NULL"
	if b.schema.filenames {
		filename = "filename"
	}
	return b.ranges(ctx, "SELECT hierarchyid,tag,instanceid,"+filename+" FROM singleinstances WHERE [] ORDER BY hierarchyid,tag", func(r *sql.Rows) error {
		var id uint32
		var tag uint16
		var v Value
		var name sql.NullString
		if err := r.Scan(&id, &tag, &v.Instance, &name); err != nil {
			return err
		}
		if o := b.byID[id]; o != nil {
			v.Tag, v.Filename = mapi.MakeTag(tag, mapi.PtBinary), name.String
			o.Values = append(o.Values, v)
		}
		return nil
	})
}

// MessagesByID reads the messages with these ids, all with their parts. Those that lie in no folder of the tree are left out. Call it inside
// of a moment.
func (s *Session) MessagesByID(ctx context.Context, tree *Tree, ids []uint32) (*Page, error) {
	b := &batch{Session: s, byID: map[uint32]*Item{}}
	err := b.in(ctx, "SELECT id,parent,type,flags,owner FROM hierarchy WHERE type=5 AND id IN [] ORDER BY id", ids, func(r *sql.Rows) error {
		o, err := scanItem(r)
		if err == nil && tree.Find(o.Parent) != nil && b.byID[o.ID] == nil {
			b.add(o)
			b.Last = max(b.Last, o.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return b.read(ctx)
}
