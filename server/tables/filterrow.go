package tables

import (
	"zarafa/mapi"
	"zarafa/mapi/restrict"
	"zarafa/storage"
)

// filterRow is the first row of a page as a restriction sees it: values are not cut.
type filterRow struct {
	page *page
	at   int
	tags []mapi.PropTag // that the restriction asks for
}

var _ restrict.Message = (*filterRow)(nil)

// Value implements restrict.Row. What cannot be found out counts as missing.
func (f *filterRow) Value(tag mapi.PropTag) (mapi.PropValue, bool) {
	v, ok, err := f.page.cell(f.at, tag)
	if err != nil || !ok {
		return mapi.PropValue{}, false
	}
	if f.page.objectRow(f.at) && maybeCut(v) {
		whole, err := f.page.whole(f.at, f.tags)
		if err != nil {
			return mapi.PropValue{}, false
		}
		if full, found := whole[tag.Canonical()]; found {
			return full, true
		}
	}
	return v, true
}

// Parts implements restrict.Message.
func (f *filterRow) Parts(kind mapi.PropTag) ([]restrict.Row, error) {
	if !f.page.objectRow(f.at) {
		return nil, nil
	}
	o, err := f.page.t.svc.Store.Object(f.page.ctx, f.page.rows[f.at].ID)
	if err != nil {
		return nil, err
	}
	var rows []restrict.Row
	for _, part := range o.Children {
		recipient := part.Type == mapi.TypeMailUser || part.Type == mapi.TypeDistList
		if recipient == (kind == mapi.PrMessageRecipients) && (recipient || part.Type == mapi.TypeAttach) {
			rows = append(rows, partRow{part})
		}
	}
	return rows, nil
}

// partRow is a recipient or an attachment.
type partRow struct{ *storage.Object }

func (p partRow) Value(tag mapi.PropTag) (mapi.PropValue, bool) { return p.Props.Get(tag) }

// objectRow reports whether row i is an object of the database.
func (p *page) objectRow(i int) bool { return len(p.kept) == 0 && p.rows[i].ID != 0 }
