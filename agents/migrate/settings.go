package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"zarafa/agents/migrate/legacy"
	"zarafa/daemon/settings"
	"zarafa/storage"
	"zarafa/storage/mysql"
	"zarafa/storage/sqlite"
)

// database are the settings that say where a MySQL database is; old and new servers call them the same.
type database struct {
	host, user, name, socket string
	port                     int
	password                 settings.Secret
}

func (d *database) options(name string) []settings.Option {
	return []settings.Option{
		{Name: "mysql_host", Default: "localhost", Value: settings.Text(&d.host), Doc: "The machine of the database."},
		{Name: "mysql_port", Default: "3306", Value: settings.Int(&d.port, 1, 65535), Doc: "The port of the database."},
		{Name: "mysql_user", Default: "root", Value: settings.Text(&d.user), Doc: "The user who logs on to the database."},
		{Name: "mysql_password", Value: settings.SecretText(&d.password), Doc: "The password of mysql_user."},
		{Name: "mysql_database", Default: name, Value: settings.Text(&d.name), Doc: "The name of the database."},
		{Name: "mysql_socket", Value: settings.Text(&d.socket), Doc: "The unix socket of the database."},
	}
}

func (d *database) config() mysql.Config {
	return mysql.Config{Host: d.host, Port: d.port, Socket: d.socket, User: d.user, Password: d.password.Reveal(), Database: d.name}
}

// oldServer are the settings of an old server.cfg that say where its data is.
type oldServer struct {
	database
	attachmentStorage, attachmentPath, plugin string
}

func (o *oldServer) sections() []settings.Section {
	return []settings.Section{{Title: "Old server", Options: append(o.options("kopano"),
		settings.Option{Name: "attachment_storage", Default: "auto", Value: settings.Text(&o.attachmentStorage), Doc: "Where attachments are kept."},
		settings.Option{Name: "attachment_path", Default: "/var/lib/kopano/attachments", Value: settings.Text(&o.attachmentPath), Doc: "The folder of attachments."},
		settings.Option{Name: "user_plugin", Default: "db", Value: settings.Text(&o.plugin), Doc: "Where users come from."},
	)}}
}

// newServer are the settings of this product's server.cfg that say where its data goes.
type newServer struct {
	database
	engine, sqlitePath, plugin string
}

// Values of database_engine.
const (
	engineSQLite = "sqlite"
	engineMySQL  = "mysql"
)

func (n *newServer) sections() []settings.Section {
	return []settings.Section{{Title: "New server", Options: append(n.options("zarafa"),
		settings.Option{Name: "database_engine", Default: engineSQLite, Value: settings.Choice(&n.engine, engineSQLite, engineMySQL), Doc: "The kind of database."},
		settings.Option{Name: "sqlite_path", Default: "/var/lib/zarafa/zarafa.db", Value: settings.Text(&n.sqlitePath), Doc: "The database file."},
		settings.Option{Name: "user_plugin", Default: "db", Value: settings.Text(&n.plugin), Doc: "Where users come from."},
	)}}
}

// read fills settings from a file. What the file has besides is the server's.
func read(path string, sections []settings.Section) error {
	set, err := settings.New(sections)
	if err != nil {
		return err
	}
	source := settings.Source{IgnoreUnknown: true, Directives: map[string]func(string) error{"propmap": func(string) error { return nil }}}
	return errors.Join(set.ReadFile(path, source), set.Apply())
}

// source opens the old server's database and attachments.
func (o *oldServer) source(ctx context.Context) (*legacy.Source, *legacy.Attachments, error) {
	cfg := o.config()
	source, err := legacy.Open(ctx, legacy.Config{
		Host: cfg.Host, Port: cfg.Port, Socket: mysql.LocalSocket(cfg, isSocket), User: cfg.User, Password: cfg.Password, Database: cfg.Database,
	})
	if err != nil {
		return nil, nil, err
	}
	blobs, err := o.attachments(ctx, source)
	if err != nil {
		return nil, nil, errors.Join(err, source.Close())
	}
	return source, blobs, nil
}

// attachments opens the attachments. Where they are to be files, the folder must be there: without it each of them would be lost.
func (o *oldServer) attachments(ctx context.Context, source *legacy.Source) (*legacy.Attachments, error) {
	storage := o.attachmentStorage
	if storage == "" || storage == "auto" { // as the old server resolved it
		session, err := source.Session(ctx)
		if err != nil {
			return nil, err
		}
		set, err := session.Settings(ctx)
		if err := errors.Join(err, session.Close()); err != nil {
			return nil, err
		}
		storage = set.Storage
	}
	var folder fs.FS
	if info, err := os.Stat(o.attachmentPath); err == nil && info.IsDir() {
		folder = os.DirFS(o.attachmentPath)
	} else if strings.HasPrefix(storage, "files") {
		return nil, fmt.Errorf("the old server keeps attachments in files (attachment_storage = %s), and attachment_path = %s is no folder here; copy or mount it, and name it with --attachments",
			storage, o.attachmentPath)
	}
	return source.Attachments(storage, folder)
}

func isSocket(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().Type() == os.ModeSocket
}

// target opens the new server's database.
func (n *newServer) target(ctx context.Context, log *slog.Logger) (storage.Store, error) {
	if n.engine == engineMySQL {
		return mysql.Open(ctx, n.config(), mysql.Options{Log: log})
	}
	return sqlite.Open(ctx, n.sqlitePath, sqlite.Options{Log: log})
}
