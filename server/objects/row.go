package objects

import (
	"unicode/utf8"

	"zarafa/mapi"
	"zarafa/storage"
)

// RowOf is the row that the storage will give for an object that was just written, or nil if only
// the storage can tell because a value lies outside of the object. Nothing in it is shared with the object.
func RowOf(o *storage.Object) *storage.Row {
	r := &storage.Row{Ref: cloneRef(o.Ref), Props: make(mapi.Props, 0, len(o.Props)), Counters: o.Counters}
	for _, lob := range o.Lobs {
		if !isBlob(lob.Tag.ID()) {
			return nil
		}
	}
	for i := range o.Props {
		p := o.Props[i]
		switch {
		case p.Tag == mapi.PrRTFCompressed || p.Tag == mapi.PrHTML:
			r.Cut = append(r.Cut, p.Tag)
			continue
		case p.Tag.Type() == mapi.PtUnicode && len(p.Data) > mapi.TableStringCap:
			if short := cutString(p.Data); len(short) < len(p.Data) {
				p.Data, r.Cut = short, append(r.Cut, p.Tag)
			}
		case p.Tag.Type() == mapi.PtBinary && len(p.Data) > mapi.TableBinaryCap:
			p.Data, r.Cut = p.Data[:mapi.TableBinaryCap], append(r.Cut, p.Tag)
		}
		r.Props = append(r.Props, p.Clone())
	}
	return r
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

func cloneRef(r storage.Ref) storage.Ref {
	r.EntryID = append(mapi.EntryID(nil), r.EntryID...)
	r.SourceKey = append([]byte(nil), r.SourceKey...)
	return r
}
