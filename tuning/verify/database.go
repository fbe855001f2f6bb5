package verify

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"time"

	"github.com/go-sql-driver/mysql"
)

// startLimit is how long a program may take until it is ready.
const startLimit = 2 * time.Minute

// databaseUser is whom the packages run the database as; it refuses to be root.
const databaseUser = "mysql"

// databaseName is the name of the server's database.
const databaseName = "zarafa"

// database is a database server of our own.
type database struct {
	*program
	db *sql.DB
}

// ownerArguments are what the database's programs need when root runs them.
func ownerArguments() []string {
	if os.Geteuid() == 0 {
		return []string{"--user=" + databaseUser}
	}
	return nil
}

// giveToDatabase makes a folder the database's.
func giveToDatabase(folder string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup(databaseUser)
	if err != nil {
		return fmt.Errorf("the database does not run as root, and %w; install it from its package, or run ztune verify as another user", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	return os.Chown(folder, uid, gid)
}

// install makes an empty data directory in the folder.
func (v *verification) install(ctx context.Context, folder string) error {
	data := filepath.Join(folder, dataFolder)
	args := append([]string{"--no-defaults", "--datadir=" + data}, ownerArguments()...)
	program := v.Programs.Database
	if v.Programs.Install != "" {
		program = v.Programs.Install
		args = append(args, "--auth-root-authentication-method=normal", "--skip-test-db")
	} else {
		args = append(args, "--initialize-insecure")
	}
	p, err := start(v.scratch, "install", program, args, os.Environ())
	if err != nil {
		return err
	}
	if err := p.wait(ctx); err != nil {
		return fmt.Errorf("%s could not make a database in %s (%w):\n%s", filepath.Base(program), data, err, p.tail())
	}
	return nil
}

// startDatabase starts the database on the data in a folder, with nothing but the options given.
func (v *verification) startDatabase(ctx context.Context, folder string, s Settings) (*database, error) {
	options := filepath.Join(v.scratch, "my.cnf")
	if err := os.WriteFile(options, []byte(s.Database), 0o644); err != nil {
		return nil, err
	}
	socket := filepath.Join(v.sockets, "db.sock")
	args := append([]string{
		"--defaults-file=" + options, "--datadir=" + filepath.Join(folder, dataFolder), "--socket=" + socket,
		"--pid-file=" + filepath.Join(v.sockets, "db.pid"), "--skip-networking", "--skip-log-bin",
	}, ownerArguments()...)
	p, err := startService(v.scratch, v.Programs.Database, args, os.Environ())
	if err != nil {
		return nil, err
	}
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr = "root", "unix", socket
	// While the database starts, failing to connect is usual and nobody's news.
	cfg.Logger = &mysql.NopLogger{}
	connector, err := mysql.NewConnector(cfg)
	if err != nil {
		p.stop()
		return nil, err
	}
	d := &database{p, sql.OpenDB(connector)}
	if err := p.poll(ctx, startLimit, d.db.PingContext); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// stop ends the database, cleanly, so that its files can be copied.
func (d *database) stop() {
	if d == nil {
		return
	}
	_ = d.db.Close() // it is only asked questions
	d.program.stop()
}

// status reads one of the database's counters.
func (d *database) status(ctx context.Context, name string) (n int64, err error) {
	err = d.db.QueryRowContext(ctx, "SHOW GLOBAL STATUS LIKE '"+name+"'").Scan(&name, &n)
	return n, err
}

// pool is how much data the buffer pool holds and how much it may hold, in bytes.
func (d *database) pool(ctx context.Context) (held, size int64, err error) {
	if held, err = d.status(ctx, "Innodb_buffer_pool_bytes_data"); err != nil {
		return 0, 0, err
	}
	err = d.db.QueryRowContext(ctx, "SELECT @@innodb_buffer_pool_size").Scan(&size)
	return held, size, err
}

// pages are what the database has read and written since it was started.
func (d *database) pages(ctx context.Context) (p Pages, err error) {
	if p.Read, err = d.status(ctx, "Innodb_pages_read"); err != nil {
		return p, err
	}
	p.Written, err = d.status(ctx, "Innodb_pages_written")
	return p, err
}

// FindInstall finds the program that makes MariaDB's data directory, "" if there is none.
func FindInstall() string {
	for _, name := range []string{"mariadb-install-db", "mysql_install_db"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
