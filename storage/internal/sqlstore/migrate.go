package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
)

// The numbered steps of the schema, one file a dialect. A step may be interrupted at any statement and is
// run again from its beginning then (MySQL commits every definition at once), so every statement
// must be harmless when it has been run before. A published step never changes; a new one is added.
//
//go:embed migrations/*.sql
var migrations embed.FS

const createVersions = "CREATE TABLE IF NOT EXISTS versions (databaserevision INTEGER NOT NULL PRIMARY KEY, updatetime BIGINT NOT NULL)"

// migrate brings the schema up to date. It refuses a database of a later version.
func migrate(ctx context.Context, db *sql.DB, d *Dialect, log *slog.Logger) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return dbError("open", err)
	}
	defer conn.Close()
	steps, err := migrationFiles(d)
	if err != nil {
		return dbError("open", err)
	}
	if err := refuseForeign(ctx, conn, d, steps); err != nil {
		return dbError("open", err)
	}
	if _, err := conn.ExecContext(ctx, createVersions); err != nil {
		return dbError("open", err)
	}
	var at sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT MAX(databaserevision) FROM versions").Scan(&at); err != nil {
		return dbError("open", err)
	}
	if int(at.Int64) > len(steps) {
		return dbError("open", fmt.Errorf("the database has schema version %d, this program knows %d; install the program that wrote it", at.Int64, len(steps)))
	}
	for i := int(at.Int64); i < len(steps); i++ {
		log.Info("updating the database schema", "version", i+1)
		if err := runStep(ctx, conn, steps[i], i+1, d.Now); err != nil {
			return dbError("open", fmt.Errorf("schema version %d: %w", i+1, err))
		}
	}
	return nil
}

func runStep(ctx context.Context, conn *sql.Conn, text string, version int, now string) error {
	for _, stmt := range statementsOf(text) {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return fmt.Errorf("%.60q: %w", stmt, err)
		}
	}
	_, err := conn.ExecContext(ctx, "INSERT INTO versions (databaserevision,updatetime) VALUES (?,"+now+")", version)
	return err
}

// statementsOf splits a step; statements end with a semicolon at the end of a line.
func statementsOf(text string) []string {
	var list []string
	for stmt := range strings.SplitSeq(text, ";\n") {
		lines := strings.Split(stmt, "\n")
		kept := lines[:0]
		for _, l := range lines {
			if !strings.HasPrefix(l, "--") {
				kept = append(kept, l)
			}
		}
		if s := strings.TrimSpace(strings.Join(kept, "\n")); s != "" {
			list = append(list, s)
		}
	}
	return list
}

// migrationFiles gives the texts of a dialect's steps in order: 0001.sqlite.sql and so on.
func migrationFiles(d *Dialect) ([]string, error) {
	names, err := fs.Glob(migrations, "migrations/*."+d.Name+".sql")
	if err != nil {
		return nil, err
	}
	var list []string
	for i, name := range names { // Glob sorts
		if want := fmt.Sprintf("migrations/%04d.%s.sql", i+1, d.Name); name != want {
			return nil, fmt.Errorf("migration %s is missing", want)
		}
		b, err := migrations.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, string(b))
	}
	return list, nil
}
