package verify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// dataFolder is where the database's data is, in a folder of a copy.
const dataFolder = "data"

// instance is a server of our own, with its database.
type instance struct {
	server   *program
	database *database // nil for SQLite
	socket   string    // where clients connect
	http     *http.Client
}

// startInstance starts server and database on the data in a folder.
func (v *verification) startInstance(ctx context.Context, folder string, s Settings) (i *instance, err error) {
	i = &instance{socket: filepath.Join(v.sockets, "server.sock")}
	defer func() {
		if err != nil {
			i.stop()
		}
	}()
	status := filepath.Join(v.sockets, "status.sock")
	lines := fmt.Sprintf("server_listen =\nserver_pipe_name = %s\nserver_pipe_priority =\nstatus_listen = unix:%s\nlocal_admin_users = root %d\ncreateuser_script =\nindex_path = %s\nlog_file = -\nlog_level = 3\n",
		i.socket, status, os.Geteuid(), filepath.Join(folder, "search"))
	if v.Programs.Database == "" {
		lines += "database_engine = sqlite\nsqlite_path = " + filepath.Join(folder, dataFolder, "zarafa.db") + "\n"
	} else {
		if i.database, err = v.startDatabase(ctx, folder, s); err != nil {
			return i, err
		}
		lines += "database_engine = mysql\nmysql_socket = " + filepath.Join(v.sockets, "db.sock") + "\nmysql_user = root\nmysql_password =\nmysql_database = " + databaseName + "\n"
	}
	file := filepath.Join(v.scratch, "server.cfg")
	if err := os.WriteFile(file, []byte(lines+s.Server), 0o600); err != nil {
		return i, err
	}
	if i.server, err = startService(v.scratch, v.Programs.Server, []string{"-c", file}, environment(s.Environment)); err != nil {
		return i, err
	}
	dialer := new(net.Dialer)
	i.http = &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialer.DialContext(ctx, "unix", status)
	}}}
	return i, i.server.poll(ctx, startLimit, func(ctx context.Context) error {
		_, err := i.get(ctx, "/healthz")
		return err
	})
}

// environment is this program's without the limits of Go's runtime, which would be those of its shell, and with more.
func environment(more []string) []string {
	var list []string
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if name != "GOMEMLIMIT" && name != "GOGC" && name != "GODEBUG" {
			list = append(list, e)
		}
	}
	return append(list, more...)
}

// maxPage is the most that is read of a page of the server.
const maxPage = 4 << 20

// get reads a page of the server's status.
func (i *instance) get(ctx context.Context, path string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://server"+path, nil)
	if err != nil {
		return "", err
	}
	answer, err := i.http.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxPage))
	if err == nil && answer.StatusCode != http.StatusOK {
		err = errors.New(answer.Status)
	}
	return string(text), err
}

// cacheMetrics are the server's large caches.
var cacheMetrics = [...]string{"zarafa_cell_cache_bytes", "zarafa_view_cache_bytes"}

// memory is what server and database have needed.
func (i *instance) memory(ctx context.Context) (m Memory, err error) {
	if m.Server, err = i.server.peak(); err != nil {
		return m, err
	}
	page, err := i.get(ctx, "/metrics")
	if err != nil {
		return m, err
	}
	for _, name := range cacheMetrics {
		n, err := metric(page, name)
		if err != nil {
			return m, err
		}
		m.Caches += n
	}
	if i.database == nil {
		return m, nil
	}
	if m.Database, err = i.database.peak(); err != nil {
		return m, err
	}
	m.Pool, m.PoolSize, err = i.database.pool(ctx)
	return m, err
}

// used is what server and database have used since they were started.
type used struct {
	processors time.Duration
	pages      Pages
}

func (i *instance) used(ctx context.Context) (u used, err error) {
	if u.processors, err = i.server.processorTime(); err != nil || i.database == nil {
		return u, err
	}
	d, err := i.database.processorTime()
	if err != nil {
		return u, err
	}
	u.processors += d
	u.pages, err = i.database.pages(ctx)
	return u, err
}

// metric finds a value in a page of Prometheus.
func metric(page, name string) (int64, error) {
	sc := bufio.NewScanner(strings.NewReader(page))
	for sc.Scan() {
		if text, ok := strings.CutPrefix(sc.Text(), name+" "); ok {
			n, err := strconv.ParseFloat(text, 64)
			return int64(n), err
		}
	}
	return 0, fmt.Errorf("the server's metrics have no %s; use a zarafa-server of the same version as ztune", name)
}

// stop ends the server, then the database.
func (i *instance) stop() {
	i.server.stop()
	i.database.stop()
}
