package change

import (
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"zarafa/mapi"
	"zarafa/storage"
)

// PutLob stores a large value and remembers how it starts, for the rows of the objects that get it.
func (ch *Change) PutLob(ctx context.Context, tag mapi.PropTag, b storage.Blob) (storage.LobRef, error) {
	ref, err := ch.Tx.PutLob(ctx, tag, b)
	if err != nil {
		return ref, err
	}
	r, err := b.Open()
	if err != nil {
		return ref, err
	}
	start := make([]byte, maxStart)
	n, err := io.ReadFull(r, start)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	ch.starts[ref.Instance] = start[:n]
	return ref, errors.Join(err, r.Close())
}

// maxStart is enough of a value for any cell of a table.
const maxStart = mapi.TableStringCap * utf8.UTFMax

// rowOf is the row that the storage will give for an object that was just written, or nil if only
// the storage can tell because a value lies outside of the object. Nothing in it is shared with the object.
func (ch *Change) rowOf(o *storage.Object) *storage.Row {
	r := &storage.Row{Ref: o.Ref.Clone(), Props: make(mapi.Props, 0, len(o.Props)+len(o.Lobs)), Counters: o.Counters}
	for _, lob := range o.Lobs {
		start, ok := ch.starts[lob.Instance]
		if !ok {
			return nil
		}
		r.Cut = append(r.Cut, lob.Tag)
		if !hiddenInTables(lob.Tag) {
			v, _ := cutValue(mapi.PropValue{Tag: lob.Tag, Data: start})
			r.Props = append(r.Props, v.Clone())
		}
	}
	for i := range o.Props {
		v, whole := cutValue(o.Props[i])
		if hiddenInTables(v.Tag) {
			r.Cut = append(r.Cut, v.Tag)
			continue
		}
		if !whole {
			r.Cut = append(r.Cut, v.Tag)
		}
		r.Props = append(r.Props, v.Clone())
	}
	return r
}

func hiddenInTables(tag mapi.PropTag) bool {
	return tag.ID() == mapi.PrRTFCompressed.ID() || tag.ID() == mapi.PrHTML.ID()
}

// cutValue is a value as tables show it.
func cutValue(v mapi.PropValue) (cut mapi.PropValue, whole bool) {
	size := len(v.Data)
	switch t := v.Tag.Type(); {
	case t.Multi():
	case t.IsString() && size > mapi.TableStringCap:
		v.Data = cutString(v.Data)
	case t.IsBinary() && size > mapi.TableBinaryCap:
		v.Data = v.Data[:mapi.TableBinaryCap]
	}
	return v, len(v.Data) == size
}

// cutString is the start of a string, as long as a table shows it.
func cutString(b []byte) []byte {
	n := 0
	for i := 0; i < mapi.TableStringCap && n < len(b); i++ {
		_, size := utf8.DecodeRune(b[n:])
		n += size
	}
	return b[:n]
}
