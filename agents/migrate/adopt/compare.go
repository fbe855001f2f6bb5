package adopt

import (
	"fmt"
	"maps"
	"slices"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// blobsOf finds the bytes of large values: those of the source, by where they lie (ok is false if they are not there), and those of the
// target, by their instance.
type blobsOf struct {
	source func(legacy.Value) (b legacy.Blob, ok bool, err error)
	target func(storage.LobRef) (sum [32]byte, err error)
}

// difference says where an object of the target is not what it should be; empty if it is the same in everything.
func difference(w want, have *storage.Object, blobs blobsOf) (string, error) {
	return differenceOf(w.Object, w.values, have, blobs)
}

func differenceOf(o *storage.Object, values map[uint32][]legacy.Value, have *storage.Object, blobs blobsOf) (string, error) {
	at := fmt.Sprintf("object %d: ", o.ID)
	if a, b := refText(o.Ref), refText(have.Ref); a != b {
		return at + "it is " + b + ", not " + a, nil
	}
	large := map[mapi.PropTag]storage.LobRef{}
	for _, l := range have.Lobs {
		large[l.Tag.Canonical()] = l
	}
	for _, v := range values[o.ID] {
		b, ok, err := blobs.source(v)
		if err != nil || !ok {
			return "", err // that it is missing has been reported when it was to be taken
		}
		text, err := blobDifference(v.Tag, large, b.SHA256, blobs)
		if err != nil || text != "" {
			return at + text, err
		}
	}
	if text, err := propsDifference(o.Props, have.Props, large, blobs); err != nil || text != "" {
		return at + text, err
	}
	if len(large) > 0 {
		return at + fmt.Sprintf("it has %d large values that the source does not know, property %v among them", len(large), slices.Min(slices.Collect(maps.Keys(large)))), nil
	}
	if len(o.Children) != len(have.Children) {
		return at + fmt.Sprintf("it has %d parts in place of %d", len(have.Children), len(o.Children)), nil
	}
	for i, child := range o.Children {
		if text, err := differenceOf(child, values, have.Children[i], blobs); err != nil || text != "" {
			return text, err
		}
	}
	return "", nil
}

func refText(r storage.Ref) string {
	return fmt.Sprintf("type %d, flags %#x, owner %d, in %d of message %d of store %d, entry id %x, source key %x",
		r.Type, r.Flags, r.Owner, r.Parent, r.Message, r.Store, []byte(r.EntryID.WithFlags(0)), r.SourceKey)
}

// blobDifference compares a large value with what the target has for it, which it takes out of the list.
func blobDifference(tag mapi.PropTag, large map[mapi.PropTag]storage.LobRef, sum [32]byte, blobs blobsOf) (string, error) {
	l, ok := large[tag.Canonical()]
	if !ok {
		return fmt.Sprintf("the large value %v is missing", tag), nil
	}
	delete(large, tag.Canonical())
	got, err := blobs.target(l)
	if err == nil && got != sum {
		return fmt.Sprintf("the large value %v has other bytes", tag), nil
	}
	return "", err
}

// propsDifference compares properties. What the target keeps beside an object, because it is large, it takes out of the list.
func propsDifference(props, have mapi.Props, large map[mapi.PropTag]storage.LobRef, blobs blobsOf) (string, error) {
	for _, v := range props {
		got, ok := have.ByID(v.Tag.ID())
		if ok && got.Equal(v) {
			continue
		}
		if ok {
			return fmt.Sprintf("property %v has another value", v.Tag), nil
		}
		if _, ok := large[v.Tag.Canonical()]; !ok {
			return fmt.Sprintf("property %v is missing", v.Tag), nil
		}
		text, err := blobDifference(v.Tag, large, sumOf(v.Data), blobs)
		if err != nil || text != "" {
			return text, err
		}
	}
	for _, v := range have {
		if !props.Has(v.Tag.ID()) {
			return fmt.Sprintf("property %v is there, and not in the source", v.Tag), nil
		}
	}
	return "", nil
}
