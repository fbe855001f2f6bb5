package directory

import (
	"slices"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// snapshot is the whole directory at one moment. It is never changed after build.
type snapshot struct {
	byID       map[uint32]*Object
	byExternal map[externalKey]*Object
	byName     map[nameKey]*Object
	ids        []uint32 // ascending
	hashes     map[uint32]string
	children   map[relationKey][]uint32 // group → members, user → who may send as him, …; in order of ids
	parents    map[relationKey][]uint32 // the reverse
	// administrators are those of companies, in name.
	administrators map[uint32]uint32
	tenancy
}

type externalKey struct {
	abType   mapi.ObjectType
	external string
}

type nameKey struct {
	kind    mapi.ObjectClass
	company uint32
	name    string // lower case, without the company's part
}

type relationKey struct {
	id       uint32
	relation uint32
}

// build makes the snapshot of a source; builtin are the objects that no plugin has.
func build(src source, builtin []*Object, companies tenancy, homes homes) *snapshot {
	s := &snapshot{
		byID:       make(map[uint32]*Object, len(src.ids)+len(builtin)),
		byExternal: make(map[externalKey]*Object, len(src.ids)),
		byName:     make(map[nameKey]*Object, len(src.ids)+len(builtin)),
		hashes:     make(map[uint32]string, len(src.ids)),
		children:   make(map[relationKey][]uint32),
		parents:    make(map[relationKey][]uint32),
		tenancy:    companies,
	}
	for _, o := range builtin {
		s.add(o)
	}
	names := companies.companyNames(src)
	for _, id := range src.ids {
		stored, ok := src.object(plugin.KeyOf(id.Class, id.ExternalID))
		if !ok {
			continue
		}
		o := objectOf(id, stored)
		o.Server = homes.of(o.Class, o.Server)
		if !companies.place(o, names) {
			continue
		}
		s.add(o)
		s.byExternal[externalKey{o.Class.ABType(), string(o.ExternalID)}] = o
		s.hashes[o.ID] = stored.Props[propPassword]
	}
	slices.Sort(s.ids)
	s.link(src.relations)
	s.administrators = s.chosenAdministrators(src)
	return s
}

func (s *snapshot) add(o *Object) {
	s.byID[o.ID] = o
	s.ids = append(s.ids, o.ID)
	// Plugins may give a name twice, or that of a built-in object: who was there first keeps it. Contacts do not log on.
	key := keyOf(o)
	if have := s.byName[key]; have == nil || have.Class == mapi.ClassContact && o.Class != mapi.ClassContact {
		s.byName[key] = o
	}
}

func (s *snapshot) link(relations []plugin.Relation) {
	ids := make(map[plugin.Key]uint32, len(s.byID))
	for id, o := range s.byID {
		if !isBuiltin(o) {
			ids[plugin.KeyOf(o.Class, o.ExternalID)] = id
		}
	}
	for _, r := range relations {
		parent, child := ids[r.Parent], ids[r.Child]
		if parent == 0 || child == 0 {
			continue
		}
		s.children[relationKey{parent, r.Type}] = append(s.children[relationKey{parent, r.Type}], child)
		s.parents[relationKey{child, r.Type}] = append(s.parents[relationKey{child, r.Type}], parent)
	}
	for _, m := range []map[relationKey][]uint32{s.children, s.parents} {
		for _, list := range m {
			slices.Sort(list)
		}
	}
}

// groupsOf are the groups a user is in, nested ones and EVERYONE included, ascending.
func (s *snapshot) groupsOf(user uint32) []uint32 {
	seen := map[uint32]bool{mapi.UserEveryone: true}
	queue := []uint32{user}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		for _, parent := range s.parents[relationKey{id, storage.RelationGroupMember}] {
			if !seen[parent] {
				seen[parent] = true
				queue = append(queue, parent)
			}
		}
	}
	out := make([]uint32, 0, len(seen))
	for id := range seen {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}

// members are the direct members of a group; EVERYONE's are all users.
func (s *snapshot) members(group uint32) []*Object {
	var out []*Object
	if group == mapi.UserEveryone {
		for _, id := range s.ids {
			o := s.byID[id]
			if o.Class.Kind() == mapi.ClassActiveUser.Kind() && o.Class != mapi.ClassContact {
				out = append(out, o)
			}
		}
		return out
	}
	for _, id := range s.children[relationKey{group, storage.RelationGroupMember}] {
		out = append(out, s.byID[id])
	}
	return out
}
