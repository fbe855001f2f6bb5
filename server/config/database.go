package config

import (
	"zarafa/daemon/settings"
)

// The database engines.
const (
	EngineSQLite = "sqlite"
	EngineMySQL  = "mysql"
)

// Database says where the data is.
type Database struct {
	Engine     string // EngineSQLite or EngineMySQL
	SQLitePath string // the database file

	MySQLHost     string
	MySQLPort     int
	MySQLSocket   string // path of the unix socket; "" means host and port
	MySQLUser     string
	MySQLPassword settings.Secret
	MySQLDatabase string

	AttachmentStorage       string
	EmbeddedAttachmentLimit int // depth of messages in messages
}

func (d *Database) section() settings.Section {
	return settings.Section{Title: "Database", Options: []settings.Option{
		{
			Name: "database_engine", Default: EngineSQLite, Value: settings.Choice(&d.Engine, EngineSQLite, EngineMySQL),
			Doc: "sqlite needs no set-up and serves small installations from one file; mysql is MariaDB 10.6 or MySQL 8.0 and later.",
		},
		{
			Name: "sqlite_path", Default: "/var/lib/zarafa/zarafa.db", Value: settings.Text(&d.SQLitePath),
			Doc: "The database file of database_engine = sqlite. Its folder must exist and be writable by the server's user. One server alone can use it.",
		},
		{
			Name: "mysql_host", Default: "localhost", Value: settings.Text(&d.MySQLHost),
			Doc: "The machine of the database. As for the database's own programs, localhost means its unix socket, if it is where distributions have it and mysql_port is 3306; 127.0.0.1 always means TCP.",
		},
		{
			Name: "mysql_port", Default: "3306", Value: settings.Int(&d.MySQLPort, 1, 65535),
			Doc: "The port of the database.",
		},
		{
			Name: "mysql_user", Default: "root", Value: settings.Text(&d.MySQLUser),
			Doc: "The user who logs on to the database.",
		},
		{
			Name: "mysql_password", Value: settings.SecretText(&d.MySQLPassword),
			Doc: "The password of mysql_user.",
		},
		{
			Name: "mysql_database", Default: "zarafa", Value: settings.Text(&d.MySQLDatabase),
			Doc: "The name of the database. It is created if mysql_user may do that. One server alone can use it.",
		},
		{
			Name: "mysql_socket", Value: settings.Text(&d.MySQLSocket),
			Doc: "The unix socket of the database. If set, it is used in place of mysql_host and mysql_port.",
		},
		{
			Name: "attachment_storage", Default: "auto",
			Value: settings.Choice(&d.AttachmentStorage, "auto", "database", "files", "files_v2", "s3"),
			Doc:   "Where attachments are kept. This server keeps them in the database, each content once; other values give a warning.",
		},
		{
			Name: "embedded_attachment_limit", Default: "20", Value: settings.Int(&d.EmbeddedAttachmentLimit, 1, 1000),
			Doc: "How deep messages may be attached to messages.",
		},
	}}
}

func (d *Database) check(set *settings.Set) error {
	switch {
	case d.Engine == EngineSQLite && d.SQLitePath == "":
		return set.Problem("sqlite_path", "is empty although database_engine is sqlite", "name the database file")
	case d.Engine == EngineMySQL && d.MySQLDatabase == "":
		return set.Problem("mysql_database", "is empty although database_engine is mysql", "name the database")
	}
	if d.Engine == EngineSQLite && set.Given("mysql_database") && !set.Given("database_engine") {
		set.Warnf("mysql_database is set but database_engine is not, so the server uses sqlite; write database_engine = mysql")
	}
	if d.AttachmentStorage != "auto" && d.AttachmentStorage != "database" {
		set.Warnf("attachment_storage = %s: this server keeps attachments in the database", d.AttachmentStorage)
	}
	return nil
}
