package adopt

import (
	"context"
	"fmt"

	"zarafa/agents/migrate/legacy"
	"zarafa/storage"
)

// overlap is how many changes a pass looks at again: numbers are given before the changes are committed, so one may appear
// below others that were seen.
const overlap = 10_000

// since is the change after which a pass looks for changes.
func (m *Migration) since() uint32 {
	if !m.state.Complete {
		return 0
	}
	return m.state.Change - min(m.state.Change, overlap)
}

// takeChanges takes what clients that synchronise come back with.
func (m *Migration) takeChanges(ctx context.Context) error {
	for after := m.since(); ; {
		list, err := m.session.Changes(ctx, after)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			break
		}
		after = list[len(list)-1].ID
		if err := m.writeNoted(ctx, func(ctx context.Context, tx storage.Tx, n *notes) error { return m.putChanges(ctx, tx, n, list) }); err != nil {
			return err
		}
	}
	if err := takeRows(ctx, m, m.session.ABChanges, m.putABChanges); err != nil {
		return fmt.Errorf("changes of the address book: %w", err)
	}
	if err := takeRows(ctx, m, m.session.Syncs, m.putSyncs); err != nil {
		return fmt.Errorf("synchronisations: %w", err)
	}
	return m.session.Moment(ctx, func() error {
		return m.session.SyncedSets(ctx, func(set legacy.SyncedSet) error {
			return m.writeNoted(ctx, func(ctx context.Context, tx storage.Tx, n *notes) error {
				n.took("sets of synchronised items", 1)
				return tx.PutSyncedMessages(ctx, set.Sync, set.Change, set.Keys)
			})
		})
	})
}

func (m *Migration) putChanges(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.Change) error {
	list := make([]storage.Change, 0, len(rows))
	for _, c := range rows {
		if len(c.Parent) == 0 || len(c.SourceKey) == 0 {
			n.lose(legacy.Loss{What: fmt.Sprintf("change %d", c.ID), Why: "it is of no item or in no folder"})
			continue
		}
		list = append(list, storage.Change{ID: c.ID, Parent: c.Parent, SourceKey: c.SourceKey, Type: c.Type, Flags: c.Flags, Sync: c.Sync})
	}
	n.took("changes", int64(len(list)))
	return tx.PutChange(ctx, list...)
}

func (m *Migration) putABChanges(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.Change) error {
	for _, c := range rows {
		if err := tx.ImportABChange(ctx, storage.ABChange{ID: c.ID, Parent: c.Parent, SourceKey: c.SourceKey, Type: c.Type}); err != nil {
			return err
		}
	}
	n.took("changes of the address book", int64(len(rows)))
	return nil
}

func (m *Migration) putSyncs(ctx context.Context, tx storage.Tx, n *notes, rows []legacy.Sync) error {
	for _, s := range rows {
		if err := tx.ImportSync(ctx, storage.Sync{ID: s.ID, SourceKey: s.SourceKey, ChangeID: s.ChangeID, Type: s.Type, Time: s.Time}); err != nil {
			return err
		}
	}
	n.took("synchronisations", int64(len(rows)))
	return nil
}
