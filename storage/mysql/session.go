package mysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"strings"

	"github.com/go-sql-driver/mysql"
)

// sessionVariable is a variable of the database's session that our statements rely on.
type sessionVariable struct{ name, value, why string }

// sessionVariables are set on every connection, because an administrator may have given each of them another value for all
// programs, in the configuration or by init_connect. They are set in this order.
var sessionVariables = [...]sessionVariable{
	{"completion_type", "'NO_CHAIN'", "COMMIT neither begins the next transaction nor closes the connection"},
	{"autocommit", "1", "definitions, marks and reads are whole by themselves; connections that write switch it off"},
	{"sql_mode", "'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", "a value that does not fit is an error; quotes, || and blanks before ( mean what they usually do"},
	{"sql_safe_updates", "0", "statements may change rows that no key names"},
	{"sql_select_limit", "18446744073709551615", "a result has all its rows"},
	{"max_join_size", "18446744073709551615", "a check of the whole database may join large tables"},
	{"sql_big_selects", "1", "the same"},
	{"sql_auto_is_null", "0", "IS NULL finds what is NULL, not the last number inserted"},
	{"foreign_key_checks", "1", "definitions behave alike everywhere"},
	{"unique_checks", "1", "a duplicate key is always noticed"},
	{"time_zone", "'+00:00'", "times are in UTC"},
	{"character_set_client", "utf8mb4", "texts are sent as UTF-8"},
	{"character_set_results", "utf8mb4", "texts come back as UTF-8"},
	{"collation_connection", "utf8mb4_bin", "literals are compared byte by byte"},
	{"group_concat_max_len", "1048576", "joined texts are not cut short"},
	{"max_sort_length", "1024", "long values are sorted by more than a few bytes"},
	{"lock_wait_timeout", "86400", "a definition waits for other programs that read the table"},
	{"innodb_lock_wait_timeout", "50", "a transaction waits for the rows that another one holds, in seconds"},
	{"wait_timeout", "28800", "an idle connection, which may hold a lock of the server, is not ended after a moment"},
	{"net_read_timeout", "30", "a large value may take a moment to arrive"},
	{"net_write_timeout", "60", "a large result may take a moment to be read"},
}

// mariaVariables are those that only MariaDB has.
var mariaVariables = [...]sessionVariable{
	{"innodb_strict_mode", "1", "a definition that cannot be had as it is written is an error (MySQL asks for a privilege to set it)"},
	{"old_mode", "''", "casts and character sets are those of the present version"},
	{"max_statement_time", "0", "the caller's context ends a statement, nothing else does"},
	{"idle_transaction_timeout", "0", "a transaction that waits for the server's own work is not ended"},
	{"idle_write_transaction_timeout", "0", "the same"},
	{"idle_readonly_transaction_timeout", "0", "the same"},
}

// sessionStatements prepare a connection. MariaDB runs what stands in a comment that begins with M!, MySQL skips it, and the other
// way round with the number of a version of MySQL that MariaDB never had.
func sessionStatements() []string {
	list := func(vars []sessionVariable) string {
		parts := make([]string, len(vars))
		for i, v := range vars {
			parts[i] = "SESSION " + v.name + "=" + v.value
		}
		return strings.Join(parts, ",")
	}
	return []string{
		// Reads see what is committed and nothing else; the default of the server may be READ UNCOMMITTED or READ ONLY.
		"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE",
		// This is by itself: a change of autocommit commits, and would still do so in the old way.
		"SET " + list(sessionVariables[:1]),
		"SET " + list(sessionVariables[1:]) + "/*M!100600 ," + list(mariaVariables[:]) + "*//*!80000 ,SESSION max_execution_time=0*/",
	}
}

// connector makes connections whose session is set up. Everything that talks to the database gets its connections here.
type connector struct{ driver.Connector }

func newConnector(dc *mysql.Config) (driver.Connector, error) {
	c, err := mysql.NewConnector(dc)
	if err != nil {
		return nil, err
	}
	return connector{c}, nil
}

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	for _, text := range sessionStatements() {
		if _, err := conn.(driver.ExecerContext).ExecContext(ctx, text, nil); err != nil {
			conn.Close()
			return nil, fmt.Errorf("setting up the session (%.60s): %w", text, err)
		}
	}
	return conn, nil
}
