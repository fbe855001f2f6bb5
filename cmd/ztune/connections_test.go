package main

import (
	"testing"

	"zarafa/storage/mysql"
	"zarafa/storage/sqlite"
	"zarafa/tuning/rules"
)

// The rules know the sizes of the server's pools, but lean on nothing of the server.
func TestConnectionsAgree(t *testing.T) {
	for processors := 1; processors <= 512; processors++ {
		if planned, opened := rules.ServerConnections(processors), mysql.Connections(processors); planned != opened {
			t.Errorf("with %d processors %d connections are planned, and the server opens %d", processors, planned, opened)
		}
		if planned, opened := rules.SQLiteConnections(processors), sqlite.Connections(processors); planned != opened {
			t.Errorf("SQLite: with %d processors %d connections are planned, and the server opens %d", processors, planned, opened)
		}
	}
}
