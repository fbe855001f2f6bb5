// Storage-layout compares ways to keep messages in MariaDB: what a delivery writes, what opening a folder and a message reads from a
// cold cache, and what lies on disk. It starts a private server for each way; the counts are the server's own and exact, the
// times are those of this machine.
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/go-sql-driver/mysql"
)

func main() {
	messages := flag.Int("messages", 20000, "in the folder that is read; as many again go to 49 other folders, in turn")
	pool := flag.String("pool", "256M", "innodb_buffer_pool_size")
	flag.Parse()
	fmt.Println("| layout | delivery: CPU µs | log bytes | page writes | folder of", *messages, "cold: page reads | rows read | ms | message cold: page reads | on disk a message |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|")
	for _, l := range layouts() {
		if err := measure(l, *messages, *pool); err != nil {
			log.Fatalf("%s: %v", l.name, err)
		}
	}
}

func measure(l layout, messages int, pool string) error {
	dir, err := os.MkdirTemp("", "layout")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("mariadb-install-db", "--no-defaults", "--datadir="+dir+"/data", "--auth-root-authentication-method=normal").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	db, err := start(dir, pool)
	if err != nil {
		return err
	}
	if err := create(db.DB, l); err != nil {
		return err
	}
	before, cpu := db.status(), db.cpu()
	if err := fill(context.Background(), db.DB, l, messages); err != nil {
		return err
	}
	written, cpu := db.status().minus(before), db.cpu()-cpu
	n := int64(2 * messages)
	if err := db.stop(); err != nil { // flushes all pages
		return err
	}
	size := tableBytes(dir)

	if db, err = start(dir, pool); err != nil {
		return err
	}
	before = db.status()
	began := time.Now()
	if err := read(db.DB, l.page(message{store: 1, folder: 1})); err != nil {
		return err
	}
	took, page := time.Since(began), db.status().minus(before)
	if err := db.stop(); err != nil {
		return err
	}

	if db, err = start(dir, pool); err != nil {
		return err
	}
	const loads = 100
	before = db.status()
	for i := range loads {
		if err := read(db.DB, l.whole(message{store: 1, folder: 1, id: 1 + 2*(i*(messages/loads))})); err != nil {
			return err
		}
	}
	load := db.status().minus(before)
	fmt.Printf("| %s | %.0f | %d | %.2f | %d | %d | %d | %.1f | %d |\n", l.name, float64(cpu.Microseconds())/float64(n), written["Innodb_os_log_written"]/n,
		float64(written["Innodb_pages_written"])/float64(n), page["Innodb_buffer_pool_reads"]+page["Innodb_buffer_pool_read_ahead"],
		page.rowsRead(), took.Milliseconds(), float64(load["Innodb_buffer_pool_reads"]+load["Innodb_buffer_pool_read_ahead"])/loads, size/n)
	return db.stop()
}

func create(db *sql.DB, l layout) error {
	for _, table := range l.tables {
		if _, err := db.Exec(table); err != nil {
			return err
		}
	}
	return nil
}

// fill delivers: every other message into folder 1. A transaction has 16 of them, as under load.
func fill(ctx context.Context, db *sql.DB, l layout, messages int) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	prepared := map[string]*sql.Stmt{}
	exec := func(s statement) error {
		if prepared[s.text] == nil {
			if prepared[s.text], err = conn.PrepareContext(ctx, s.text); err != nil {
				return err
			}
		}
		_, err := prepared[s.text].ExecContext(ctx, s.args...)
		return err
	}
	for i := range 2 * messages {
		m := message{store: 1, folder: 1, id: i + 1}
		if i%2 == 1 {
			m.store, m.folder = 1+i/2%10, 2+i/2%49
		}
		list := l.insert(m)
		if i%16 == 0 {
			list = append([]statement{{text: "BEGIN"}}, list...)
		}
		if i%16 == 15 || i == 2*messages-1 {
			list = append(list, statement{text: "COMMIT"})
		}
		for _, s := range list {
			if err := exec(s); err != nil {
				return err
			}
		}
	}
	return nil
}

func read(db *sql.DB, s statement) error {
	rows, err := db.Query(s.text, s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	dest := make([]any, len(columns))
	for i := range dest {
		dest[i] = new(sql.RawBytes)
	}
	n := 0
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		n++
	}
	if n == 0 {
		return fmt.Errorf("%s found nothing", s.text)
	}
	return rows.Err()
}

// username is who runs this: mariadbd must be told when it is root.
func username() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

// server is a private MariaDB.
type server struct {
	*sql.DB
	cmd *exec.Cmd
}

func start(dir, pool string) (*server, error) {
	socket := filepath.Join(dir, "s")
	cmd := exec.Command("mariadbd", "--no-defaults", "--user="+username(), "--datadir="+dir+"/data", "--socket="+socket, "--skip-networking", "--innodb-buffer-pool-size="+pool,
		"--innodb-buffer-pool-dump-at-shutdown=0", "--innodb-buffer-pool-load-at-startup=0", "--innodb-log-file-size=64M", "--log-error="+dir+"/log")
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	admin, err := sql.Open("mysql", "root@unix("+socket+")/mysql")
	if err != nil {
		return nil, err
	}
	defer admin.Close()
	for try := 0; ; try++ {
		if _, err = admin.Exec("CREATE DATABASE IF NOT EXISTS layout"); err == nil {
			break
		}
		if try == 300 {
			return nil, err
		}
		time.Sleep(100 * time.Millisecond)
	}
	db, err := sql.Open("mysql", "root@unix("+socket+")/layout")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return &server{db, cmd}, nil
}

func (s *server) stop() error {
	s.Close()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return s.cmd.Wait()
}

type counts map[string]int64

func (c counts) minus(before counts) counts {
	d := counts{}
	for name, n := range c {
		d[name] = n - before[name]
	}
	return d
}

// rowsRead are all rows that the server fetched, by whatever way.
func (c counts) rowsRead() (n int64) {
	for name, count := range c {
		if strings.HasPrefix(name, "Handler_read_") {
			n += count
		}
	}
	return n
}

// status are the server's counters; an error shows as zeros in the table.
func (s *server) status() counts {
	rows, err := s.Query("SHOW GLOBAL STATUS WHERE Variable_name LIKE 'Innodb\\_%' OR Variable_name LIKE 'Handler\\_read\\_%'")
	if err != nil {
		return nil
	}
	defer rows.Close()
	c := counts{}
	for rows.Next() {
		var name, value string
		if rows.Scan(&name, &value) == nil {
			c[name], _ = strconv.ParseInt(value, 10, 64)
		}
	}
	return c
}

// cpu is the processor time of the server so far.
func (s *server) cpu() time.Duration {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// tableBytes is the size of the tables' files.
func tableBytes(dir string) (n int64) {
	files, _ := filepath.Glob(dir + "/data/layout/*.ibd")
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			n += info.Size()
		}
	}
	return n
}
