package adopt_test

import (
	"context"
	"log/slog"
	"testing"

	"zarafa/agents/migrate/adopt"
	"zarafa/agents/migrate/legacy"
	"zarafa/agents/migrate/sampletest"
	"zarafa/server/config"
	"zarafa/server/servertest"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/sqlite"
)

// adoption is a sample and the database that it is adopted into.
type adoption struct {
	*testing.T
	sample *sampletest.Sample
	dir    string
	lines  string // of server.cfg, which say where the target is
	cfg    *config.Config
	plugin string // the old server's user_plugin
}

func newAdoption(t *testing.T, sample, engine string) *adoption {
	t.Helper()
	dir := servertest.Folder(t)
	a := &adoption{T: t, sample: sampletest.Open(t, sample), dir: dir, lines: servertest.Settings(t, engine, dir)}
	a.cfg = servertest.Load(t, a.lines)
	return a
}

// openTarget opens the target as the program does.
func (a *adoption) openTarget(ctx context.Context) (storage.Store, error) {
	db := &a.cfg.Database
	if db.Engine == config.EngineSQLite {
		return sqlite.Open(ctx, db.SQLitePath, sqlite.Options{})
	}
	return mysql.Open(ctx, mysql.Config{
		Host: db.MySQLHost, Port: db.MySQLPort, Socket: db.MySQLSocket, User: db.MySQLUser, Password: db.MySQLPassword.Reveal(), Database: db.MySQLDatabase,
	}, mysql.Options{})
}

// run adopts once, as if for the last time, and gives the report.
func (a *adoption) run(ctx context.Context, wrap func(storage.Store) storage.Store) (*adopt.Report, error) {
	a.Helper()
	return a.pass(ctx, true, wrap)
}

// pass adopts once.
func (a *adoption) pass(ctx context.Context, last bool, wrap func(storage.Store) storage.Store) (*adopt.Report, error) {
	a.Helper()
	source, err := legacy.Open(ctx, a.sample.Config)
	if err != nil {
		a.Fatal(err)
	}
	defer source.Close()
	blobs, err := source.Attachments("auto", a.sample.Attachments)
	if err != nil {
		a.Fatal(err)
	}
	target, err := a.openTarget(a.Context())
	if err != nil {
		a.Fatal(err)
	}
	defer func() {
		if err := target.Close(); err != nil {
			a.Error(err)
		}
	}()
	through := target
	if wrap != nil {
		through = wrap(target)
	}
	m := adopt.New(source, blobs, through, adopt.Options{Plugin: a.plugin, Page: 20, Writers: 3, Log: slog.New(slog.NewTextHandler(a.Output(), nil))})
	err = m.Run(ctx, last)
	return m.Report(), err
}

// mustRun adopts and wants to hear of no loss.
func (a *adoption) mustRun() *adopt.Report {
	a.Helper()
	r, err := a.run(a.Context(), nil)
	if err != nil {
		a.Fatal(err)
	}
	for _, l := range r.Losses() {
		a.Errorf("lost: %v", l)
	}
	return r
}

// verify compares everything, and gives the report.
func (a *adoption) verify() *adopt.Report {
	a.Helper()
	source, err := legacy.Open(a.Context(), a.sample.Config)
	if err != nil {
		a.Fatal(err)
	}
	defer source.Close()
	blobs, err := source.Attachments("auto", a.sample.Attachments)
	if err != nil {
		a.Fatal(err)
	}
	target, err := a.openTarget(a.Context())
	if err != nil {
		a.Fatal(err)
	}
	defer target.Close()
	m := adopt.New(source, blobs, target, adopt.Options{Page: 20})
	if err := m.Verify(a.Context(), 1); err != nil {
		a.Fatal(err)
	}
	return m.Report()
}
