package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"

	"zarafa/storage"
	"zarafa/storage/mysql"
)

const database = "beyond"

// mariaEngine is a private server. It bypasses the page cache (innodb_flush_method=O_DIRECT, the default).
type mariaEngine struct {
	dir, socket, pool string
	cmd               *exec.Cmd
	admin             *sql.DB
}

func newMariaDB(dir, pool string) (*mariaEngine, error) {
	e := &mariaEngine{dir: dir, pool: pool, socket: filepath.Join(dir, "s")}
	const longest = 107 // unix(7)
	if len(e.socket) > longest {
		return nil, fmt.Errorf("-dir %s: the path of a socket may have %d bytes", dir, longest)
	}
	if _, err := os.Stat(dir + "/data"); err == nil {
		return e, nil
	}
	args := []string{"--no-defaults", "--user=" + username(), "--datadir=" + dir + "/data", "--auth-root-authentication-method=normal", "--skip-test-db"}
	if out, err := exec.Command("mariadb-install-db", args...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return e, nil
}

// username is who runs this: mariadbd must be told when it is root.
func username() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func (e *mariaEngine) open(ctx context.Context, filling bool) (storage.Store, error) {
	if e.cmd == nil {
		pool, durable := e.pool, "1"
		if filling {
			pool, durable = "1536M", "0"
		}
		if err := e.start(pool, durable); err != nil {
			return nil, err
		}
	}
	return mysql.Open(ctx, mysql.Config{Socket: e.socket, User: "root", Database: database}, mysql.Options{})
}

func (e *mariaEngine) start(pool, durable string) error {
	e.cmd = exec.Command("mariadbd", "--no-defaults", "--user="+username(), "--datadir="+e.dir+"/data", "--socket="+e.socket, "--skip-networking",
		"--innodb-buffer-pool-size="+pool, "--innodb-flush-log-at-trx-commit="+durable, "--innodb-buffer-pool-dump-at-shutdown=0",
		"--innodb-buffer-pool-load-at-startup=0", "--innodb-log-file-size=256M", "--performance-schema=0",
		"--max-allowed-packet=64M", "--character-set-server=utf8mb4", "--skip-log-bin", "--log-error="+e.dir+"/log")
	if err := e.cmd.Start(); err != nil {
		return err
	}
	var err error
	if e.admin, err = sql.Open("mysql", "root@unix("+e.socket+")/"); err != nil {
		return err
	}
	e.admin.SetMaxOpenConns(1)
	for range 300 {
		if err = e.admin.Ping(); err == nil {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("%w; see %s/log", err, e.dir)
}

func (e *mariaEngine) stop() error {
	if e.cmd == nil {
		return nil
	}
	err := errors.Join(e.admin.Close(), e.cmd.Process.Signal(syscall.SIGTERM), e.cmd.Wait())
	e.cmd = nil
	return err
}

func (e *mariaEngine) cool() error { return nil } // it was started anew

// know has the server read the definitions of all tables, so that work is not charged with them.
func (e *mariaEngine) know() error {
	for _, table := range []string{"hierarchy", "parts", "counters", "lobindex", "lob", "singleinstances", "stores", "changes"} {
		if _, err := e.admin.Exec("SELECT 1 FROM " + database + "." + table + " WHERE 0"); err != nil {
			return err
		}
	}
	_, err := e.counts() // looks up names
	return errors.Join(err, e.settle())
}

// settle has all changed pages written.
func (e *mariaEngine) settle() error {
	if _, err := e.admin.Exec("SET GLOBAL innodb_max_dirty_pages_pct_lwm=0, GLOBAL innodb_max_dirty_pages_pct=0"); err != nil {
		return err
	}
	for range 1200 {
		var name string
		var dirty int64
		if err := e.admin.QueryRow("SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'").Scan(&name, &dirty); err != nil {
			return err
		}
		if dirty == 0 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	_, err := e.admin.Exec("SET GLOBAL innodb_max_dirty_pages_pct=90")
	return err
}

// counts reads the status of the server and the list of pages in its pool. What was displaced
// from the pool meanwhile is not in the list.
func (e *mariaEngine) counts() (c counts, err error) {
	c.detail = map[string]int64{}
	rows, err := e.admin.Query("SHOW GLOBAL STATUS LIKE 'Innodb\\_%'")
	if err != nil {
		return c, err
	}
	for rows.Next() {
		var name, value string
		if err := rows.Scan(&name, &value); err != nil {
			return c, err
		}
		n, _ := strconv.ParseInt(value, 10, 64)
		switch name {
		case "Innodb_buffer_pool_reads", "Innodb_buffer_pool_read_ahead", "Innodb_pages_written", "Innodb_os_log_written", "Innodb_dblwr_pages_written":
			c.detail[name] = n
		case "Innodb_pages_read":
			c.reads = n
		}
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return c, err
	}
	if err := e.pages(&c); err != nil {
		return c, err
	}
	c.device, c.written, err = processIO(strconv.Itoa(e.cmd.Process.Pid))
	return c, err
}

func (e *mariaEngine) pages(c *counts) error {
	rows, err := e.admin.Query("SELECT SPACE, PAGE_NUMBER, TABLE_NAME, COALESCE(INDEX_NAME,'') FROM information_schema.INNODB_BUFFER_PAGE WHERE TABLE_NAME LIKE '`" + database + "`%'")
	if err != nil {
		return err
	}
	defer rows.Close()
	c.pool = map[pageID]bool{}
	for rows.Next() {
		var p pageID
		var table, index string
		if err := rows.Scan(&p.file, &p.number, &table, &index); err != nil {
			return err
		}
		c.pool[p] = true
		c.detail["pages of "+strings.ReplaceAll(strings.TrimPrefix(table, "`"+database+"`."), "`", "")+" "+index]++
	}
	return rows.Err()
}

func (e *mariaEngine) bytes() (n int64, err error) {
	files, err := filepath.Glob(filepath.Join(e.dir, "data", database, "*.ibd"))
	if err != nil {
		return 0, err
	}
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return 0, err
		}
		n += info.Size()
	}
	return n, nil
}
