package adopt

import (
	"context"
	"errors"
	"slices"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
)

// Examine reads everything that Run would take, attachments included, and writes nothing: the report says what would be taken and what would be
// lost. The target may be nil.
func (m *Migration) Examine(ctx context.Context) (err error) {
	if err := m.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.session.Close()) }()
	err = m.session.Moment(ctx, func() error {
		users, err := m.session.Users(ctx)
		if err != nil {
			return err
		}
		objects, _, err := m.session.Directory(ctx)
		if err != nil {
			return err
		}
		if objects, err = m.ownUsers(users, objects); err != nil {
			return err
		}
		m.report.took("users, groups and companies", int64(len(objects)))
		m.report.took("named properties", int64(len(m.names.list)))
		return nil
	})
	if err != nil {
		return err
	}
	for ids := range slices.Chunk(m.tree.IDs(), folderPage) {
		err := m.examine(ctx, func() (*legacy.Page, error) { return m.session.Nodes(ctx, m.tree, ids) })
		if err != nil {
			return err
		}
	}
	for after, done := uint32(0), false; !done; {
		err := m.examine(ctx, func() (*legacy.Page, error) {
			page, err := m.session.Messages(ctx, m.tree, after, m.Page)
			if err == nil {
				after, done = page.Last, page.Done
			}
			return page, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// examine looks at a page.
func (m *Migration) examine(ctx context.Context, read func() (*legacy.Page, error)) error {
	var page *legacy.Page
	err := m.session.Moment(ctx, func() (err error) {
		page, err = read()
		return err
	})
	if err != nil {
		return err
	}
	m.lose(page.Losses...)
	var list []want
	var taken tally
	for _, o := range page.Items {
		list = append(list, m.item(o))
		taken.item(o.Type)
	}
	found, err := m.findValues(ctx, list)
	if err != nil {
		return err
	}
	for _, b := range found {
		taken.values++
		taken.bytes += b.Size
	}
	taken.report(m.report)
	return nil
}

// item counts an object.
func (t *tally) item(kind mapi.ObjectType) {
	switch kind {
	case mapi.TypeStore:
		t.stores++
	case mapi.TypeFolder:
		t.folders++
	default:
		t.messages++
	}
}
