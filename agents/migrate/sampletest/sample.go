// Package sampletest gives tests the databases that an original server has written, with its attachments and what its own client
// saw in them.
//
// A [Sample] belongs to one test. The samples are not part of the product: they lie in the folder that ZARAFA_TEST_SAMPLES names, or in
// shared/samples beside the checkout. The package refuses to skip silently: a test without them, or without a MariaDB to load them
// into, is skipped with the reason.
package sampletest

import (
	"archive/tar"
	"bufio"
	"compress/gzip"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/go-sql-driver/mysql"

	"zarafa/agents/migrate/legacy"
	"zarafa/mapi"
)

// The samples.
const (
	Files    = "kopano-files"    // a full mailbox and six small ones; attachments in files_v2
	Database = "kopano-database" // two small mailboxes; attachments in the table lob
)

const (
	folderVariable = "ZARAFA_TEST_SAMPLES"
	dsnVariable    = "ZARAFA_TEST_MYSQL_DSN"
)

// Sample is a loaded sample.
type Sample struct {
	Name        string
	Config      legacy.Config // of a user who may only read
	DSN         string        // of a user who may do everything, for tests that damage the database
	Attachments fs.FS         // nil: there are none
	folder      string
}

// Open loads a sample into a database of its own.
func Open(t testing.TB, name string) *Sample {
	t.Helper()
	dsn := os.Getenv(dsnVariable)
	if dsn == "" {
		t.Skip(dsnVariable + " is not set; scripts/mariadb-test.sh sets it")
	}
	s := &Sample{Name: name, folder: filepath.Join(folder(t), name)}
	dump, err := readZipped(filepath.Join(s.folder, "db.sql.gz"))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	unique := mapi.NewGUID().String()[:12]
	database, reader := "zarafa_old_"+unique, "old_"+unique
	execute(t, dsn, "CREATE DATABASE "+database+" CHARACTER SET utf8mb4")
	t.Cleanup(func() { execute(t, dsn, "DROP DATABASE "+database) })
	cfg.DBName, cfg.MultiStatements = database, true
	s.DSN = cfg.FormatDSN()
	execute(t, s.DSN, string(dump))
	execute(t, dsn, "CREATE USER "+reader+" IDENTIFIED BY ''")
	t.Cleanup(func() { execute(t, dsn, "DROP USER "+reader) })
	execute(t, dsn, "GRANT SELECT ON "+database+".* TO "+reader)
	s.Config = legacy.Config{User: reader, Database: database}
	if cfg.Net == "unix" {
		s.Config.Socket = cfg.Addr
	} else {
		host, port, err := net.SplitHostPort(cfg.Addr)
		if err != nil {
			t.Fatal(err)
		}
		s.Config.Host = host
		if s.Config.Port, err = strconv.Atoi(port); err != nil {
			t.Fatal(err)
		}
	}
	if s.Attachments, err = readAttachments(filepath.Join(s.folder, "attachments.tar.gz")); err != nil {
		t.Fatal(err)
	}
	return s
}

// folder finds the samples.
func folder(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv(folderVariable); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			dir = filepath.Join(filepath.Dir(dir), "shared", "samples")
			break
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("there are no samples of an original server (%v); %s names their folder", err, folderVariable)
	}
	return dir
}

func execute(t testing.TB, dsn, statements string) {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), statements); err != nil {
		t.Fatalf("%.100q: %v", statements, err)
	}
}

// Execute runs statements in the sample's database.
func (s *Sample) Execute(t testing.TB, statements string) {
	t.Helper()
	execute(t, s.DSN, statements)
}

func readZipped(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// readAttachments unpacks the attachment folder into memory.
func readAttachments(path string) (fs.FS, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	files := fstest.MapFS{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files, nil
		}
		if err != nil {
			return nil, err
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		files[strings.TrimPrefix(h.Name, "attachments/")] = &fstest.MapFile{Data: data, Mode: 0o600}
	}
}

// Truth calls fn with each line of what the original's client saw; kind is its field t.
func (s *Sample) Truth(t testing.TB, fn func(kind string, line []byte)) {
	t.Helper()
	text, err := readZipped(filepath.Join(s.folder, "truth.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var kind struct {
			T string `json:"t"`
		}
		if err := json.Unmarshal(lines.Bytes(), &kind); err != nil {
			t.Fatal(fmt.Errorf("%s: %w", s.Name, err))
		}
		fn(kind.T, append([]byte(nil), lines.Bytes()...))
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}
