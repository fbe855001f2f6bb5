package migrate

import (
	"testing"

	"zarafa/server/config"
	"zarafa/server/servertest"
)

// TestDefaults: without a word in server.cfg the migration writes where the server reads.
func TestDefaults(t *testing.T) {
	whole := servertest.Load(t, "server_listen = 127.0.0.1:0\n")
	server := whole.Database
	var n newServer
	if err := read("/dev/null", n.sections()); err != nil {
		t.Fatal(err)
	}
	if n.engine != server.Engine || n.sqlitePath != server.SQLitePath || n.host != server.MySQLHost || n.port != server.MySQLPort ||
		n.user != server.MySQLUser || n.name != server.MySQLDatabase || n.socket != server.MySQLSocket || n.plugin != whole.Users.Plugin {
		t.Errorf("defaults are %+v, the server's %+v", n, server)
	}
	if engineSQLite != config.EngineSQLite || engineMySQL != config.EngineMySQL {
		t.Error("the engines have other names at the server")
	}
}
