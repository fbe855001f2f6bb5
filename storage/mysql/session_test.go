package mysql_test

import (
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/storage/mysql"
)

// badSession gives bad values to the variables of a session that our statements rely on, as init_connect does for
// every user who is not an administrator.
var badSession = []string{
	"SET SESSION TRANSACTION ISOLATION LEVEL READ UNCOMMITTED, READ ONLY",
	"SET autocommit=0, completion_type='RELEASE', sql_safe_updates=1, sql_auto_is_null=1",
	"SET foreign_key_checks=0, unique_checks=0, time_zone='-11:00'",
	"SET character_set_client=latin1, character_set_results=latin1, collation_connection=latin1_swedish_ci",
	"SET group_concat_max_len=4, max_sort_length=64, lock_wait_timeout=0, innodb_lock_wait_timeout=0",
	"SET wait_timeout=1, net_read_timeout=1, net_write_timeout=1, innodb_strict_mode=0",
	"SET old_mode='NO_DUP_KEY_WARNINGS_WITH_IGNORE,ZERO_DATE_TIME_CAST', max_statement_time=0.5",
	"SET idle_transaction_timeout=1, idle_write_transaction_timeout=1, idle_readonly_transaction_timeout=1",
	"SET max_join_size=1, sql_big_selects=0",
	"SET sql_mode='ANSI,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,IGNORE_SPACE'",
	"SET sql_select_limit=0",
}

// TestBadSession runs a store, from an empty database on, as a user for whom the database sets everything badly.
func TestBadSession(t *testing.T) {
	cfg := newDatabase(t)
	db := root(t)
	defer db.Close()
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := db.Exec(text, args...); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	}
	cfg.User, cfg.Password = "z_"+mapi.NewGUID().String()[:12], "secret"
	exec("CREATE USER " + cfg.User + "@localhost IDENTIFIED BY 'secret'")
	defer exec("DROP USER " + cfg.User + "@localhost")
	exec("GRANT ALL ON `" + cfg.Database + "`.* TO " + cfg.User + "@localhost")
	var rowFormat, initConnect string
	if err := db.QueryRow("SELECT @@innodb_default_row_format, @@init_connect").Scan(&rowFormat, &initConnect); err != nil {
		t.Fatal(err)
	}
	defer func() {
		exec("SET GLOBAL innodb_default_row_format=" + rowFormat)
		exec("SET GLOBAL init_connect='" + initConnect + "'")
	}()
	exec("SET GLOBAL innodb_default_row_format=compact")
	exec(`SET GLOBAL init_connect="` + strings.Join(badSession, "; ") + `"`)
	for range 2 { // a new database, and one that is there
		s := open(t, cfg, mysql.Options{Lanes: 2, Readers: 2})
		if err := putSetting(t, s, "a"); err != nil {
			t.Errorf("update: %v", err)
		}
		if value, ok, err := s.Setting(t.Context(), "a"); !ok || err != nil || len(value) != 1 {
			t.Errorf("setting: %v %v %v", value, ok, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
