package snapshot

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"

	"zarafa/mapi"
)

// mysqlSource is a mailbox in a database of the MySQL protocol.
type mysqlSource struct {
	cfg  *mysql.Config
	db   *sql.DB
	name string // of the database with the mailbox
}

// NewMySQL fills a mailbox in a database of its own. The user of the data source name may create databases.
func NewMySQL(ctx context.Context, worker, dsn string) (Source, error) {
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return nil, err
	}
	s := &mysqlSource{cfg: cfg, db: db}
	if s.name, err = s.create(ctx); err == nil {
		err = fill(ctx, worker, s.args(s.name))
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// create makes an empty database.
func (s *mysqlSource) create(ctx context.Context) (string, error) {
	name := "zbench_" + mapi.NewGUID().String()[:16]
	_, err := s.db.ExecContext(ctx, "CREATE DATABASE "+name)
	return name, err
}

// drop removes a database of ours.
func (s *mysqlSource) drop(name string) error {
	if !strings.HasPrefix(name, "zbench_") {
		return nil
	}
	_, err := s.db.Exec("DROP DATABASE " + name)
	return err
}

// args select a database.
func (s *mysqlSource) args(name string) []string {
	cfg := s.cfg.Clone()
	cfg.DBName = name
	return []string{"-mysql", cfg.FormatDSN()}
}

// Copy implements Source.
func (s *mysqlSource) Copy(ctx context.Context) (args []string, remove func() error, err error) {
	name, err := s.create(ctx)
	if err != nil {
		return nil, nil, err
	}
	remove = func() error { return s.drop(name) }
	tables, err := s.tables(ctx)
	for _, t := range tables {
		if err == nil {
			_, err = s.db.ExecContext(ctx, fmt.Sprintf("CREATE TABLE %s.`%s` LIKE %s.`%s`", name, t, s.name, t))
		}
		if err == nil {
			_, err = s.db.ExecContext(ctx, fmt.Sprintf("INSERT INTO %s.`%s` SELECT * FROM %s.`%s`", name, t, s.name, t))
		}
	}
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return s.args(name), remove, nil
}

// tables lists the tables with data. Views are for people; the server does not use them.
func (s *mysqlSource) tables(ctx context.Context) (names []string, err error) {
	rows, err := s.db.QueryContext(ctx, "SHOW FULL TABLES FROM "+s.name+" WHERE Table_type = 'BASE TABLE'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, kind string
		if err := rows.Scan(&name, &kind); err != nil {
			return nil, err
		}
		if strings.ContainsRune(name, '`') {
			return nil, fmt.Errorf("table %q of our own database has a name that is not ours", name)
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Close implements Source.
func (s *mysqlSource) Close() error { return errors.Join(s.drop(s.name), s.db.Close()) }
