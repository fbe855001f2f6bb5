package faults_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"zarafa/server"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// TestSecondServer starts a server on the database of a running one. It is refused with a sentence that helps, and the first goes on.
func TestSecondServer(t *testing.T) {
	setting := map[string]string{config.EngineSQLite: "sqlite_path", config.EngineMySQL: "mysql_database"}
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			dir := servertest.Folder(t)
			lines := servertest.Settings(t, engine, dir)
			first := servertest.StartIn(t, dir, lines)
			second, err := server.Open(t.Context(), servertest.Load(t, lines+"index_path = "+dir+"/other\n"), slog.New(slog.DiscardHandler), prometheus.NewRegistry())
			if err == nil {
				t.Fatalf("two servers have one database: %p", second)
			}
			for _, part := range []string{setting[engine], "in use by another server, process ", "stop that one"} {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in: %v", part, err)
				}
			}
			makeUser(t, first.Endpoint())
			if err := first.Stop(); err != nil {
				t.Fatal(err)
			}
			again := servertest.StartIn(t, dir, lines)
			if err := again.Healthy(); err != nil {
				t.Error(err)
			}
		})
	}
}
