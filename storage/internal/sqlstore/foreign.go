package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"
	"strings"
)

// created finds the names of the tables and views that a step makes.
var created = regexp.MustCompile(`(?m)^CREATE (?:OR REPLACE )?(?:TABLE|VIEW) (?:IF NOT EXISTS )?(\w+)`)

// refuseForeign fails if another program has tables in the database under names that are ours: what we create would be left out
// or would replace its own. Our own database has the table versions, which is created before all others.
func refuseForeign(ctx context.Context, conn *sql.Conn, d *Dialect, steps []string) error {
	rows, err := conn.QueryContext(ctx, d.Columns)
	if err != nil {
		return err
	}
	columns := map[string][]string{} // of each table; databases differ in the case of names
	err = each(rows, func() error {
		var table, column string
		err := rows.Scan(&table, &column)
		table = strings.ToLower(table)
		columns[table] = append(columns[table], strings.ToLower(column))
		return err
	})
	if err != nil {
		return err
	}
	if own, ok := columns["versions"]; ok {
		if len(own) == 2 && (own[0] == "databaserevision" || own[1] == "databaserevision") {
			return nil
		}
		return foreignError(d, "versions")
	}
	for _, step := range steps {
		for _, m := range created.FindAllStringSubmatch(step, -1) {
			if _, ok := columns[m[1]]; ok {
				return foreignError(d, m[1])
			}
		}
	}
	return nil
}

func foreignError(d *Dialect, table string) error {
	return fmt.Errorf("the database has a table %s of another program, and nothing was changed; set %s to a database that is empty or of this server", table, d.Setting)
}
