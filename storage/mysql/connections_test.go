package mysql_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"strconv"
	"sync"
	"testing"

	driver "github.com/go-sql-driver/mysql"

	"zarafa/mapi"
	"zarafa/storage/mysql"
)

// TestTooManyConnections: the database refuses more connections than the store has, because others use them up or because the account may
// have no more. Calls wait for those that there are.
func TestTooManyConnections(t *testing.T) {
	cfg := newDatabase(t)
	db := root(t)
	defer db.Close()
	exec := func(text string) {
		t.Helper()
		if _, err := db.Exec(text); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	cfg.User, cfg.Password = "z_"+mapi.NewGUID().String()[:12], "secret"
	account := cfg.User + "@localhost"
	exec("CREATE USER " + account + " IDENTIFIED BY 'secret'")
	defer exec("DROP USER " + account)
	exec("GRANT ALL ON `" + cfg.Database + "`.* TO " + account)
	var before int
	if err := db.QueryRow("SELECT @@GLOBAL.max_connections").Scan(&before); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name        string
		limit, free string
		number      uint16
	}{
		{"max_user_connections of the account", "ALTER USER " + account + " WITH MAX_USER_CONNECTIONS 5", "ALTER USER " + account + " WITH MAX_USER_CONNECTIONS 0", 1226},
		{"max_connections", "SET GLOBAL max_connections=10", fmt.Sprint("SET GLOBAL max_connections=", before), 1040},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := open(t, cfg, mysql.Options{Lanes: 1, Readers: 16})
			defer s.Close()
			if err := putSetting(t, s, "a"); err != nil {
				t.Fatal(err)
			}
			if _, ok, err := s.Setting(t.Context(), "a"); !ok || err != nil { // one connection for reading is there
				t.Fatal(ok, err)
			}
			exec(tc.limit)
			defer exec(tc.free)
			others := useUp(t, cfg, tc.number)
			var readers sync.WaitGroup
			for range 16 {
				readers.Go(func() {
					for range 50 {
						if _, ok, err := s.Setting(t.Context(), "a"); !ok || err != nil {
							t.Errorf("read: %v %v", ok, err)
							return
						}
					}
				})
			}
			readers.Wait()
			if err := putSetting(t, s, "b"); err != nil {
				t.Error(err)
			}
			for _, c := range others {
				c.Close()
			}
		})
	}
}

// useUp opens connections until the database refuses one, for the reason that has the number.
func useUp(t *testing.T, cfg mysql.Config, number uint16) (others []*sql.DB) {
	t.Helper()
	dc := driver.NewConfig()
	dc.User, dc.Passwd, dc.DBName, dc.Net, dc.Addr = cfg.User, cfg.Password, cfg.Database, "unix", cfg.Socket
	if cfg.Socket == "" {
		dc.Net, dc.Addr = "tcp", net.JoinHostPort(cfg.Host, strconv.Itoa(cfg.Port))
	}
	for range 1000 {
		c, err := sql.Open("mysql", dc.FormatDSN())
		if err != nil {
			t.Fatal(err)
		}
		err = c.PingContext(t.Context())
		if err == nil {
			others = append(others, c)
			continue
		}
		c.Close()
		if e, ok := errors.AsType[*driver.MySQLError](err); !ok || e.Number != number {
			t.Fatalf("a connection too many: %v, want error %d", err, number)
		}
		return others
	}
	t.Fatal("the database refuses no connection")
	return nil
}
