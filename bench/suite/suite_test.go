package suite

import (
	"bytes"
	"encoding/json"
	"errors"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestSlowdown(t *testing.T) {
	var sum int
	w := repeat(func(i int) error { sum += i; return nil })
	w.Slowdown = 9
	const n = 1_000_000
	slow, err := w.time(n)
	if err != nil {
		t.Fatal(err)
	}
	w.Slowdown = 0
	for range 20 { // one turn may be disturbed
		plain, err := w.time(n)
		if err != nil {
			t.Fatal(err)
		}
		if slow.Wall > 5*plain.Wall {
			return
		}
	}
	t.Errorf("slowed down tenfold: %v ns", slow.Wall)
}

func TestServe(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(-1))
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	file := filepath.Join(t.TempDir(), "empty.db")
	var out bytes.Buffer
	orders := `{"name":"Wire/DecodeSmall","n":3}` + "\n" + `{"name":"no such","n":1}` + "\n"
	if err := Serve(t.Context(), []string{"-sqlite", file}, strings.NewReader(orders), &out); err != nil {
		t.Fatal(err)
	}
	var answers []Answer
	for d := json.NewDecoder(&out); d.More(); {
		var a Answer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		answers = append(answers, a)
	}
	if len(answers) != 3 || len(answers[0].Names) != len(All()) || answers[1].Error != "" || answers[1].Cost.N != 3 || answers[2].Error == "" {
		t.Errorf("got %+v", answers)
	}
	if err := Serve(t.Context(), []string{"-sqlite", file}, strings.NewReader("nonsense"), &out); err == nil {
		t.Error("nonsense is taken for an order")
	}
	if err := Serve(t.Context(), []string{"-sqlite", filepath.Join(file, "below")}, strings.NewReader(""), &out); err == nil {
		t.Error("a database that cannot be opened is no error")
	}
}

func TestDatabaseSettings(t *testing.T) {
	for _, tc := range []struct{ d, want string }{
		{"root:secret@unix(/run/db.sock)/name", "mysql_socket = /run/db.sock"},
		{"root@tcp(db.example.com:3307)/name", "mysql_host = db.example.com\nmysql_port = 3307"},
	} {
		got, err := Database{MySQL: tc.d}.settings()
		if err != nil || !strings.Contains(got, tc.want) || !strings.Contains(got, "mysql_database = name") {
			t.Errorf("%s: %q, %v", tc.d, got, err)
		}
	}
	if _, err := (Database{MySQL: "://"}).settings(); err == nil {
		t.Error("a wrong data source name is no error")
	}
}

// TestStorageNotOnMySQL: benchmarks of the SQLite engine say so where there is none.
func TestStorageNotOnMySQL(t *testing.T) {
	e := &Environment{database: Database{MySQL: "root@/x"}}
	if _, err := withStorage(commit)(e); !errors.Is(err, ErrNotHere) {
		t.Errorf("got %v", err)
	}
}
