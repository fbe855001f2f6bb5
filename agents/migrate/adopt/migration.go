package adopt

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
	"zarafa/storage"
)

// Options tune a run; the zero value is good.
type Options struct {
	// Plugin is the old server's user_plugin; "" is db. Of another one the numbers of its users and groups are taken, under which the new
	// server finds them when it asks the same plugin.
	Plugin string
	// Writers is how many pages are written at a time; 0: 4.
	Writers int
	// Page is how many messages are read and written at a time, at most; 0: 128.
	Page int
	// Losses gets a line for each thing that is not taken; nil: nowhere. The report keeps the first of them.
	Losses io.Writer
	// Log gets what an operator should know; nil: nothing.
	Log *slog.Logger
}

// Migration is one run.
type Migration struct {
	Options
	source  *legacy.Source
	session *legacy.Session // of the goroutine that reads
	blobs   *legacy.Attachments
	target  storage.Store
	report  *Report
	state   state
	set     legacy.Settings
	converter
}

// state is what the setting storage.SettingAdopting of the target holds: which source is being adopted and how far that has come.
type state struct {
	Source   string `json:"source"`   // the old server's GUID
	Revision int    `json:"revision"` // and schema
	Message  uint32 `json:"message"`  // messages up to this id were taken
	Complete bool   `json:"complete"` // everything was taken once
	Change   uint32 `json:"change"`   // the highest change that the source had before the last complete pass, or the first one, began
}

// New prepares a run.
func New(source *legacy.Source, blobs *legacy.Attachments, target storage.Store, opts Options) *Migration {
	if opts.Writers == 0 {
		opts.Writers = 4
	}
	if opts.Page == 0 {
		opts.Page = 128
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	m := &Migration{Options: opts, source: source, blobs: blobs, target: target, report: newReport(opts.Losses)}
	m.lose = m.report.lose
	return m
}

// Report is what the run has come to; it is whole when Run has returned.
func (m *Migration) Report() *Report { return m.report }

// stage is a step of a run. Each may be repeated.
type stage struct {
	name string
	run  func(*Migration, context.Context) error
}

// firstPass takes everything.
func firstPass() []stage {
	return []stage{
		{"users and names", (*Migration).takeDirectory},
		{"stores and folders", (*Migration).takeFolders},
		{"messages", (*Migration).takeMessages},
		{"rights, receive folders, queue, search results", (*Migration).takeLists},
		{"changes and synchronisations", (*Migration).takeChanges},
		{"counters", (*Migration).count},
	}
}

// laterPass takes what has changed since the last pass, and drops what the source has no more.
func laterPass() []stage {
	return []stage{
		{"users that are gone", (*Migration).dropDirectory}, // one of them may be back under another number
		{"users and names", (*Migration).takeDirectory},
		{"stores and folders that are gone", (*Migration).dropFolders},
		{"new stores and folders", (*Migration).takeFolders},
		{"stores and folders that have changed", (*Migration).renewFolders},
		{"messages that have changed or are gone", (*Migration).renewMessages},
		{"lists of which something is gone", (*Migration).dropLists},
		{"rights, receive folders, queue, search results", (*Migration).takeLists},
		{"changes and synchronisations", (*Migration).takeChanges},
		{"counters", (*Migration).count},
	}
}

// Run adopts the source: everything at first, and what has changed since when it is run again, after an interruption too. With last the old
// server must have stopped; a new one may be started when Run has returned.
func (m *Migration) Run(ctx context.Context, last bool) (err error) {
	if err := m.open(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, m.session.Close()) }()
	mark, err := m.session.Highest(ctx, "changes")
	if err != nil {
		return err
	}
	resumed, err := m.start(ctx, mark)
	if err != nil {
		return err
	}
	if !m.state.Complete {
		if err := m.pass(ctx, firstPass()); err != nil {
			return err
		}
		m.state.Complete = true
		if err := m.save(ctx); err != nil {
			return err
		}
	}
	if resumed {
		if err := m.pass(ctx, laterPass()); err != nil {
			return err
		}
		m.state.Change = mark
		if err := m.save(ctx); err != nil {
			return err
		}
	}
	if !last {
		return nil
	}
	return m.finish(ctx)
}

func (m *Migration) pass(ctx context.Context, stages []stage) error {
	for _, s := range stages {
		m.Log.Info("adopting", "stage", s.name)
		if err := s.run(m, ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

// open reads what the whole run needs of the source.
func (m *Migration) open(ctx context.Context) (err error) {
	if m.session, err = m.source.Session(ctx); err != nil {
		return err
	}
	return m.session.Moment(ctx, func() error {
		if m.set, err = m.session.Settings(ctx); err != nil {
			return err
		}
		if m.tree, err = m.session.ReadTree(ctx); err != nil {
			return err
		}
		m.lose(m.tree.Losses()...)
		list, lost, err := m.session.Names(ctx)
		if err != nil {
			return err
		}
		m.lose(lost...)
		m.names, lost = sortNames(list)
		m.lose(lost...)
		stores, err := m.session.Stores(ctx)
		m.counted = map[uint32]storage.Counters{}
		m.guids = make(map[uint32]mapi.GUID, len(stores))
		for _, s := range stores {
			m.guids[s.ID], _ = mapi.GUIDOf(s.GUID)
		}
		return err
	})
}

// start makes sure that the target is empty, or has what an earlier run has taken of this very source (resumed).
func (m *Migration) start(ctx context.Context, change uint32) (resumed bool, err error) {
	m.state = state{Source: hex.EncodeToString(m.set.ServerGUID[:]), Revision: m.source.Revision(), Change: change}
	text, ok, err := m.target.Setting(ctx, storage.SettingAdopting)
	if err != nil {
		return false, err
	}
	if ok && len(text) > 0 {
		var before state
		if err := json.Unmarshal(text, &before); err != nil || before.Source != m.state.Source {
			return false, fmt.Errorf("the target has the beginning of another server's data (%s); give an empty database", before.Source)
		}
		m.state = before
		m.Log.Info("going on where an earlier run has ended", "messages up to", before.Message, "all", before.Complete)
		return true, nil
	}
	users, err := m.target.UserIDs(ctx)
	if err != nil {
		return false, err
	}
	boxes, err := m.target.Mailboxes(ctx, storage.MailboxQuery{})
	if err != nil {
		return false, err
	}
	if len(users)+len(boxes) > 0 {
		return false, fmt.Errorf("the target has %d users and %d stores; adopt needs an empty database (settings sqlite_path, mysql_database), on which no server has been started", len(users), len(boxes))
	}
	return false, m.save(ctx)
}

// save writes down how far the run has come.
func (m *Migration) save(ctx context.Context) error {
	text, err := json.Marshal(m.state)
	if err != nil {
		return err
	}
	return m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		return tx.SetSetting(ctx, storage.SettingAdopting, text)
	})
}

// write is an update outside of the stores.
func (m *Migration) write(ctx context.Context, fn func(context.Context, storage.Tx) error) error {
	return m.target.Update(ctx, storage.LaneDirectory, fn, nil)
}

// writeNoted is an update outside of the stores that says what it has done.
func (m *Migration) writeNoted(ctx context.Context, fn func(context.Context, storage.Tx, *notes) error) error {
	var n notes
	err := m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		n = notes{}
		return fn(ctx, tx, &n)
	})
	if err == nil {
		m.report.note(&n)
	}
	return err
}

// finish takes the numbers over once more, since the old server may have given some meanwhile, and lets servers start.
func (m *Migration) finish(ctx context.Context) error {
	if err := m.claim(ctx); err != nil {
		return err
	}
	return m.write(ctx, func(ctx context.Context, tx storage.Tx) error {
		return tx.SetSetting(ctx, storage.SettingAdopting, nil)
	})
}
