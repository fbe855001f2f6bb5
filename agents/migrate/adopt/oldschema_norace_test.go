//go:build !race

package adopt_test

import (
	"fmt"
	"strings"
	"testing"

	"zarafa/agents/migrate/legacy"
	"zarafa/agents/migrate/sampletest"
	"zarafa/server/config"
)

// older makes a database what it was at schema 61: no names of files, tables in the three-byte utf8, properties without the column comp, tags
// that are longer integers, names that are not unique.
const older = `
ALTER TABLE singleinstances DROP COLUMN filename;
ALTER TABLE properties DROP COLUMN comp, CONVERT TO CHARACTER SET utf8mb3, MODIFY tag int(11) unsigned NOT NULL, MODIFY type int(11) unsigned NOT NULL;
ALTER TABLE mvproperties CONVERT TO CHARACTER SET utf8mb3;
ALTER TABLE names DROP INDEX gni, DROP INDEX gns;
ALTER TABLE objectproperty CONVERT TO CHARACTER SET utf8mb3;
ALTER TABLE receivefolder MODIFY messageclass varchar(185) CHARACTER SET latin1 NOT NULL DEFAULT '';
DELETE FROM versions;
INSERT INTO versions VALUES (7,0,3,0,61,NOW()),(6,40,8,0,54,NOW());
`

// narrow replaces the characters that such a database cannot have.
const narrow = `
UPDATE properties SET val_string=REGEXP_REPLACE(val_string, '[\\x{10000}-\\x{10FFFF}]', '?');
UPDATE mvproperties SET val_string=REGEXP_REPLACE(val_string, '[\\x{10000}-\\x{10FFFF}]', '?');
`

// TestOldSchema: a database of the oldest schema gives the same as one of the newest.
func TestOldSchema(t *testing.T) {
	t.Parallel()
	now := newAdoption(t, sampletest.Database, config.EngineSQLite)
	now.sample.Execute(t, narrow)
	now.mustRun()
	want := now.state()
	then := newAdoption(t, sampletest.Database, config.EngineSQLite)
	then.sample.Execute(t, narrow+older)
	then.mustRun()
	then.sameState("schema 61", want)
}

// TestRevisions: what is too old, too new or no Zarafa's at all is refused.
func TestRevisions(t *testing.T) {
	t.Parallel()
	s := sampletest.Open(t, sampletest.Database)
	for _, c := range []struct{ statements, want string }{
		{"UPDATE versions SET databaserevision=60 WHERE minor=0 AND micro=2; DELETE FROM versions WHERE databaserevision=118", "oldest"},
		{"UPDATE versions SET databaserevision=119", "newest"},
		{"DELETE FROM versions", "empty"},
		{"DROP TABLE versions", "no Zarafa's"},
	} {
		s.Execute(t, c.statements)
		source, err := legacy.Open(t.Context(), s.Config)
		if err == nil {
			source.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want something of %q", c.statements, err, c.want)
		}
	}
}

// damage is what may be wrong with an old database, and what is said of it.
type damage struct {
	damage, want string
	lost         int64
}

func damages() map[string]damage {
	return map[string]damage{
		"a message whose folder is gone": {
			"UPDATE hierarchy SET parent=999999 WHERE id=(SELECT MAX(id) FROM hierarchy WHERE type=5)", "object 999999", 1,
		},
		"a folder that lies in itself": {
			"INSERT INTO hierarchy (id,parent,type,flags,owner) VALUES (888888,888888,3,1,3)", "object 888888: folder", 1,
		},
		"a message without an entry id": {
			"DELETE FROM indexedproperties WHERE tag=4095 AND hierarchyid=(SELECT MAX(id) FROM hierarchy WHERE type=5)", "entry id", 1,
		},
		"a value that is NULL": {
			"UPDATE properties SET val_string=NULL WHERE tag=55 AND hierarchyid=(SELECT MAX(id) FROM hierarchy WHERE type=5)", "property 0x0037001E: val_string is NULL", 1,
		},
		"a type that is none": {
			"INSERT INTO properties (hierarchyid,tag,type,val_ulong) VALUES (4,32767,253,1)", "property 0x7FFF00FD", 1,
		},
		"a large value that is gone": {
			"DELETE FROM lob WHERE instanceid=1", "its bytes are not there", 1,
		},
		"a large value with a hole": {
			"UPDATE lob SET chunkid=5 WHERE chunkid=1 LIMIT 1", "chunk 1 of instance", 1,
		},
		"a part of no kind": {
			"INSERT INTO hierarchy (id,parent,type,flags,owner) SELECT 777777,MAX(id),9,0,3 FROM hierarchy WHERE type=5", "type 9", 1,
		},
		"rights on nothing": {
			"INSERT INTO acl VALUES (3,999999,2,1)", "rights of user 3", 1,
		},
		"a receive folder that is gone": {
			"INSERT INTO receivefolder (storeid,objid,messageclass) VALUES (3,999999,'IPM.X')", `receive folder of "IPM.X"`, 1,
		},
		"a message to be sent that is gone": {
			"INSERT INTO outgoingqueue VALUES (3,999999,1)", "message to be sent", 1,
		},
		"a name that is there twice": {
			`ALTER TABLE names DROP INDEX gns, DROP INDEX gni; INSERT INTO names (id,nameid,namestring,guid) SELECT 900,nameid,namestring,guid FROM names WHERE id=1;
			INSERT INTO properties (hierarchyid,tag,type,val_ulong) VALUES (4,34049+900,3,7)`, "row 900 of names is the same as row 1", 1,
		},
		"a name of nothing":      {"INSERT INTO names (id,guid) VALUES (901,REPEAT('x',16))", "row 901", 1},
		"a name beyond all ids":  {"INSERT INTO names (id,nameid,guid) VALUES (40000,1,REPEAT('x',16))", "row 40000", 1},
		"a change of no item":    {"INSERT INTO changes (sourcekey,parentsourcekey,change_type) VALUES ('','x',4097)", "of no item", 1},
		"a user without data":    {"DELETE FROM object WHERE id=2", "user or group 4", 1},
		"a store that is no one": {"INSERT INTO stores (hierarchy_id,user_id,type,user_name,guid) VALUES (999999,77,0,'nobody','x')", "store of nobody", 1},
	}
}

// TestDamaged: each kind of damage costs what is damaged and nothing else, and is said.
func TestDamaged(t *testing.T) {
	t.Parallel()
	for what, c := range damages() {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			a := newAdoption(t, sampletest.Database, config.EngineSQLite)
			a.sample.Execute(t, c.damage)
			r, err := a.run(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			text := fmt.Sprint(r.Losses())
			if r.Lost() != c.lost || !strings.Contains(text, c.want) {
				t.Errorf("lost %d: %s; want %d with %q", r.Lost(), text, c.lost, c.want)
			}
			if n := r.Taken("messages"); n < 46 || r.Taken("folders") != 61 || r.Taken("stores") != 4 {
				t.Errorf("%d messages, %d folders and %d stores were taken", n, r.Taken("folders"), r.Taken("stores"))
			}
			startJudge(a) // a server starts on the rest
		})
	}
}
