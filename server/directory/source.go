package directory

import (
	"bytes"
	"context"
	"maps"
	"strings"

	"zarafa/mapi"
	"zarafa/server/directory/plugin"
	"zarafa/storage"
)

// source is what a snapshot is built from.
type source struct {
	ids []storage.UserID
	// objects are those of the db plugin, or the copy of what another plugin said last.
	objects map[plugin.Key]storage.DirectoryObject
	// own is what administrators changed about another plugin's objects: only the properties that they changed.
	own       map[plugin.Key]storage.DirectoryObject
	relations []plugin.Relation
}

// object is what is known of an object, with what administrators changed.
func (s *source) object(key plugin.Key) (storage.DirectoryObject, bool) {
	o, ok := s.objects[key]
	own, changed := s.own[key]
	if !ok || !changed {
		return o, ok
	}
	o.Props, o.Multi = maps.Clone(o.Props), maps.Clone(o.Multi)
	for name, value := range own.Props {
		if value == "" {
			delete(o.Props, name)
		} else if name != propModified {
			o.Props[name] = value
		}
	}
	maps.Copy(o.Multi, own.Multi)
	return o, true
}

// rowNames says under which external ids objects are stored. Those of the db plugin are stored as they are: 16 random bytes. Those
// of other plugins are short and the same for different kinds (a user and a group with the number 1000), and they must not
// mix with the db plugin's when an administrator changes user_plugin; so they begin with the plugin's name and the kind.
type rowNames struct {
	plugin string // "": db
}

// Marks between the plugin's name and the kind: the copy of the plugin's object, and what administrators changed of it.
const (
	copyMark = ":"
	ownMark  = "+"
)

// kindWords name the kinds of objects in external ids.
func kindWords() map[mapi.ObjectClass]string {
	return map[mapi.ObjectClass]string{
		mapi.ClassActiveUser.Kind(): "user", mapi.ClassGroup.Kind(): "group", mapi.ClassCompany.Kind(): "container",
	}
}

// row is the external id under which an object is stored.
func (n rowNames) row(mark string, key plugin.Key) []byte {
	if n.plugin == "" {
		return []byte(key.ID)
	}
	return []byte(n.plugin + mark + kindWords()[key.Kind] + ":" + key.ID)
}

// key is the reverse of row; ok is false for rows of other plugins and other marks.
func (n rowNames) key(mark string, row []byte) (key plugin.Key, ok bool) {
	rest, ok := bytes.CutPrefix(row, []byte(n.plugin+mark))
	if !ok {
		return plugin.Key{}, false
	}
	word, id, ok := strings.Cut(string(rest), ":")
	for kind, w := range kindWords() {
		if ok && w == word {
			return plugin.Key{Kind: kind, ID: id}, true
		}
	}
	return plugin.Key{}, false
}

// readSource reads everything that the database has for the plugin in force.
func readSource(ctx context.Context, store storage.Store, names rowNames) (source, error) {
	ids, err := store.UserIDs(ctx)
	if err != nil {
		return source{}, err
	}
	objects, err := store.DirectoryObjects(ctx)
	if err != nil {
		return source{}, err
	}
	relations, err := store.Relations(ctx)
	if err != nil {
		return source{}, err
	}
	src := source{
		ids: ids, objects: make(map[plugin.Key]storage.DirectoryObject, len(objects)), own: make(map[plugin.Key]storage.DirectoryObject),
	}
	rows := make(map[string]plugin.Key, len(objects))
	for _, o := range objects {
		if names.plugin == "" {
			key := plugin.KeyOf(o.Class, o.ExternalID)
			src.objects[key], rows[string(o.ExternalID)] = o, key
		} else if key, ok := names.key(copyMark, o.ExternalID); ok {
			rows[string(o.ExternalID)] = key
			o.ExternalID = []byte(key.ID)
			src.objects[key] = o
		} else if key, ok := names.key(ownMark, o.ExternalID); ok {
			src.own[key] = o
		}
	}
	for _, r := range relations {
		parent, known := rows[string(r.Parent)]
		child, both := rows[string(r.Child)]
		if known && both {
			src.relations = append(src.relations, plugin.Relation{Parent: parent, Child: child, Type: r.Type})
		}
	}
	return src, nil
}

// relationRow is the stored form of a relation.
func (n rowNames) relationRow(r plugin.Relation) storage.DirectoryRelation {
	return storage.DirectoryRelation{Parent: n.row(copyMark, r.Parent), Child: n.row(copyMark, r.Child), Type: r.Type}
}
