package mysql

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/go-sql-driver/mysql"

	"zarafa/storage/internal/sqlstore"
)

// TestFaults: the numbers that mean that a server takes no more changes, or ends, make the store leave the connection.
func TestFaults(t *testing.T) {
	for number, want := range map[uint16]sqlstore.Fault{
		1062: sqlstore.FaultDuplicate,
		1213: sqlstore.FaultRetry, 1205: sqlstore.FaultRetry, 1020: sqlstore.FaultRetry, 3572: sqlstore.FaultRetry,
		1053: sqlstore.FaultLost, 1077: sqlstore.FaultLost, 1927: sqlstore.FaultLost, 1243: sqlstore.FaultLost, 1317: sqlstore.FaultLost,
		1290: sqlstore.FaultLost, 1836: sqlstore.FaultLost, 1792: sqlstore.FaultLost,
		1153: sqlstore.FaultTooBig,
		1040: sqlstore.FaultNoConnection, 1203: sqlstore.FaultNoConnection, 1226: sqlstore.FaultNoConnection,
		1146: sqlstore.FaultOther,
	} {
		err := fmt.Errorf("update: %w", &mysql.MySQLError{Number: number})
		if got := fault(err); got != want {
			t.Errorf("error %d is fault %d, want %d", number, got, want)
		}
	}
	if got := fault(errors.New("other")); got != sqlstore.FaultOther {
		t.Errorf("an error without a number is fault %d", got)
	}
}

// TestSessionVariables: each variable of the list has its value on a new connection, whatever it was before.
func TestSessionVariables(t *testing.T) {
	dsn := os.Getenv("ZARAFA_TEST_MYSQL_DSN")
	if dsn == "" {
		t.Skip("ZARAFA_TEST_MYSQL_DSN is not set; scripts/mariadb-test.sh sets it")
	}
	dc, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c, err := newConnector(dc)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(c)
	defer db.Close()
	for _, v := range append(sessionVariables[:], mariaVariables[:]...) {
		value := v.value
		if v.name == "character_set_client" || v.name == "character_set_results" || v.name == "collation_connection" {
			value = "'" + value + "'"
		}
		var same bool
		if err := db.QueryRow("SELECT @@SESSION." + v.name + "=" + value).Scan(&same); err != nil || !same {
			t.Errorf("%s is not %s (%v); %s", v.name, v.value, err, v.why)
		}
	}
	var isolation string
	if err := db.QueryRow("SELECT VARIABLE_VALUE FROM information_schema.SESSION_VARIABLES WHERE VARIABLE_NAME='tx_isolation'").Scan(&isolation); err != nil || isolation != "READ-COMMITTED" {
		t.Errorf("isolation %q %v", isolation, err)
	}
}
