//go:build !race

package adopt_test

import (
	"errors"
	"testing"

	"zarafa/agents/migrate/adopt"
	"zarafa/agents/migrate/sampletest"
	"zarafa/internal/testseed"
	"zarafa/server/config"
)

// What an old server does to its database while it is being adopted, in two parts. The ids are those of the sample: 3 is anna's store, 11
// her Inbox, 159 emil's store.
const (
	changed = `
SET @s = (SELECT MIN(id) FROM hierarchy WHERE parent=11 AND type=5 AND flags=0);
UPDATE properties SET val_string='A new subject' WHERE hierarchyid=@s AND tag=55;
UPDATE properties SET val_binary=CONCAT(LEFT(val_binary,16),UNHEX('90000000')) WHERE hierarchyid=@s AND tag=26082;
REPLACE INTO changes (id,sourcekey,parentsourcekey,change_type,flags,sourcesync)
  SELECT 2001,m.val_binary,f.val_binary,4098,0,0 FROM indexedproperties m, indexedproperties f WHERE m.hierarchyid=@s AND m.tag=26080 AND f.hierarchyid=11 AND f.tag=26080;

SET @r = (SELECT MIN(id) FROM hierarchy WHERE parent=11 AND type=5 AND flags=0 AND id>@s);
UPDATE properties SET val_ulong=val_ulong^1 WHERE hierarchyid=@r AND tag=3591;
UPDATE properties SET val_binary=CONCAT(LEFT(val_binary,16),UNHEX('91000000')) WHERE hierarchyid=@r AND tag=26082;
REPLACE INTO changes (id,sourcekey,parentsourcekey,change_type,flags,sourcesync)
  SELECT 2002,m.val_binary,f.val_binary,4099,1,0 FROM indexedproperties m, indexedproperties f WHERE m.hierarchyid=@r AND m.tag=26080 AND f.hierarchyid=11 AND f.tag=26080;

SET @d = (SELECT MIN(id) FROM hierarchy WHERE parent=11 AND type=5 AND flags=0 AND id>@r);
REPLACE INTO changes (id,sourcekey,parentsourcekey,change_type,flags,sourcesync)
  SELECT 2003,m.val_binary,f.val_binary,4101,0,0 FROM indexedproperties m, indexedproperties f WHERE m.hierarchyid=@d AND m.tag=26080 AND f.hierarchyid=11 AND f.tag=26080;
CREATE TEMPORARY TABLE gone SELECT id FROM hierarchy WHERE id=@d OR parent=@d;
DELETE FROM hierarchy WHERE id IN (SELECT id FROM gone);
DELETE FROM properties WHERE hierarchyid IN (SELECT id FROM gone);
DELETE FROM mvproperties WHERE hierarchyid IN (SELECT id FROM gone);
DELETE FROM indexedproperties WHERE hierarchyid IN (SELECT id FROM gone);
DELETE FROM singleinstances WHERE hierarchyid IN (SELECT id FROM gone);
DELETE FROM searchresults WHERE hierarchyid=@d;
DROP TEMPORARY TABLE gone;

SET @t = (SELECT MIN(id) FROM hierarchy WHERE parent=11 AND type=5 AND flags=0 AND id>@d);
UPDATE hierarchy SET flags=1024 WHERE id=@t;
INSERT INTO properties (hierarchyid,tag,type,val_hi,val_lo) VALUES (@t,26255,64,31293563,1);
DELETE FROM searchresults WHERE hierarchyid=@t;

SET @m = (SELECT MIN(id) FROM hierarchy WHERE parent=11 AND type=5 AND flags=0 AND id>@t);
UPDATE hierarchy SET parent=12 WHERE id=@m;
UPDATE indexedproperties SET val_binary=CONCAT(LEFT(val_binary,28),REPEAT('m',16),UNHEX('00000000')) WHERE hierarchyid=@m AND tag=4095;
UPDATE indexedproperties SET val_binary=CONCAT(LEFT(val_binary,16),UNHEX('FF0900000000')) WHERE hierarchyid=@m AND tag=26080;
UPDATE properties SET val_ulong=900 WHERE hierarchyid=@m AND tag=26498;

INSERT INTO outgoingqueue VALUES (3,@s,1);
DELETE FROM acl WHERE hierarchy_id=11 AND id=10;
INSERT INTO acl VALUES (5,12,2,1025);
UPDATE users SET id=20 WHERE id=12;
UPDATE settings SET value='1000' WHERE name='imapseq';
`
	changedAgain = `
SET @s = (SELECT MIN(id) FROM hierarchy WHERE parent=11 AND type=5 AND flags=0);
SET @n = 5000;
INSERT INTO hierarchy SELECT @n+id,IF(id=@s,parent,@n+parent),type,flags,owner FROM hierarchy WHERE id=@s OR parent=@s;
INSERT INTO properties SELECT @n+hierarchyid,tag,type,val_ulong,val_string,val_binary,val_double,val_longint,val_hi,val_lo,comp FROM properties
  WHERE hierarchyid IN (SELECT id-@n FROM hierarchy WHERE id>@n);
INSERT INTO singleinstances (instanceid,hierarchyid,tag,filename) SELECT instanceid,@n+hierarchyid,tag,filename FROM singleinstances WHERE hierarchyid IN (SELECT id-@n FROM hierarchy WHERE id>@n);
INSERT INTO indexedproperties SELECT @n+@s,tag,IF(tag=4095,CONCAT(LEFT(val_binary,28),REPEAT('n',16),UNHEX('00000000')),CONCAT(LEFT(val_binary,16),UNHEX('FE0900000000')))
  FROM indexedproperties WHERE hierarchyid=@s;
DELETE FROM outgoingqueue;

INSERT INTO hierarchy VALUES (7000,11,3,1,3);
INSERT INTO properties (hierarchyid,tag,type,val_string) VALUES (7000,12289,30,'New folder');
INSERT INTO properties (hierarchyid,tag,type,val_ulong) VALUES (7000,13825,3,1);
INSERT INTO indexedproperties SELECT 7000,tag,IF(tag=4095,CONCAT(LEFT(val_binary,28),REPEAT('f',16),UNHEX('00000000')),CONCAT(LEFT(val_binary,16),UNHEX('FD0900000000')))
  FROM indexedproperties WHERE hierarchyid=12;
UPDATE hierarchy SET parent=7000 WHERE id=@n+@s;
UPDATE hierarchy SET parent=7000 WHERE id=20;
UPDATE properties SET val_string='Renamed' WHERE hierarchyid=21 AND tag=12289;

CREATE TEMPORARY TABLE below SELECT id FROM hierarchy WHERE id=159;
INSERT INTO below SELECT id FROM hierarchy WHERE parent IN (SELECT id FROM below) AND id NOT IN (SELECT id FROM below);
INSERT INTO below SELECT id FROM hierarchy WHERE parent IN (SELECT id FROM below) AND id NOT IN (SELECT id FROM below);
INSERT INTO below SELECT id FROM hierarchy WHERE parent IN (SELECT id FROM below) AND id NOT IN (SELECT id FROM below);
INSERT INTO below SELECT id FROM hierarchy WHERE parent IN (SELECT id FROM below) AND id NOT IN (SELECT id FROM below);
INSERT INTO below SELECT id FROM hierarchy WHERE parent IN (SELECT id FROM below) AND id NOT IN (SELECT id FROM below);
DELETE FROM hierarchy WHERE id IN (SELECT id FROM below);
DELETE FROM properties WHERE hierarchyid IN (SELECT id FROM below);
DELETE FROM indexedproperties WHERE hierarchyid IN (SELECT id FROM below);
DELETE FROM singleinstances WHERE hierarchyid IN (SELECT id FROM below);
DELETE FROM stores WHERE hierarchy_id=159;
DELETE FROM receivefolder WHERE storeid=159;
DELETE FROM acl WHERE hierarchy_id IN (SELECT id FROM below);
DROP TEMPORARY TABLE below;
DELETE FROM hierarchy WHERE id=1158;
UPDATE hierarchy SET parent=12 WHERE parent=1174 AND type=5;
DELETE FROM hierarchy WHERE id=1174;
DELETE FROM users WHERE id=9;
DELETE FROM objectproperty WHERE objectid=7;
DELETE FROM objectmvproperty WHERE objectid=7;
DELETE FROM object WHERE id=7;
DELETE FROM objectrelation WHERE objectid=2 AND parentobjectid=8;
DELETE FROM searchresults WHERE folderid=1695 LIMIT 5;
UPDATE receivefolder SET objid=12 WHERE storeid=3 AND messageclass='REPORT.IPM';
`
)

// TestPasses: a database that is adopted in several passes, while its server goes on, becomes what it would have become at once; and so it does
// if the passes are interrupted.
func TestPasses(t *testing.T) {
	t.Parallel()
	for engine, interrupted := range map[string]int{config.EngineSQLite: 1, config.EngineMySQL: 1} {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			random := testseed.New(t)
			first := newAdoption(t, sampletest.Files, engine)
			targets := []*adoption{first}
			for range interrupted {
				targets = append(targets, first.again(engine))
			}
			var reports []*adopt.Report
			pass := func(last bool) {
				t.Helper()
				for i, a := range targets {
					if i > 0 {
						f := &failing{at: 1 + random.Int64N(40), after: random.IntN(2) == 0}
						if _, err := a.pass(t.Context(), last, f.wrap); err != nil && !errors.Is(err, errInterrupted) {
							t.Fatal(err)
						} else if err == nil {
							continue
						}
					}
					r, err := a.pass(t.Context(), last, nil)
					if err != nil {
						t.Fatal(err)
					}
					if i == 0 {
						reports = append(reports, r)
					}
					if !last {
						a.refusesServer()
					}
				}
			}
			pass(false)
			first.sample.Execute(t, changed)
			pass(false)
			first.sample.Execute(t, changedAgain)
			pass(true)
			atOnce := first.again(engine)
			if _, err := atOnce.run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			want := atOnce.state()
			for _, a := range targets {
				a.sameState("in passes", want)
				if found := a.verify().Losses(); len(found) > 0 {
					t.Errorf("verification: %v", found)
				}
			}
			wantTaken(t, reports[1], map[string]int64{
				"messages": 4, "messages that have changed": 3, "messages that are gone": 2, "folders": 0, "stores and folders that are gone": 0, "messages to be sent": 1,
			})
			wantTaken(t, reports[2], map[string]int64{
				"messages": 7, "messages that have changed": 0, "folders": 1, "stores and folders that have changed": 2, "stores and folders that are gone": 26,
			})
			startJudge(first)
		})
	}
}

// wantTaken compares some numbers of a report.
func wantTaken(t *testing.T, r *adopt.Report, want map[string]int64) {
	t.Helper()
	for what, n := range want {
		if got := r.Taken(what); got != n {
			t.Errorf("%s: %d, want %d", what, got, n)
		}
	}
}

// TestQuietPass: a pass after which nothing has happened writes no message.
func TestQuietPass(t *testing.T) {
	t.Parallel()
	a := newAdoption(t, sampletest.Files, config.EngineSQLite)
	if _, err := a.pass(t.Context(), false, nil); err != nil {
		t.Fatal(err)
	}
	want := a.state()
	r, err := a.pass(t.Context(), false, nil)
	if err != nil {
		t.Fatal(err)
	}
	wantTaken(t, r, map[string]int64{
		"messages": 0, "folders": 0, "stores": 0, "messages that are gone": 0, "messages that have changed": 0,
		"stores and folders that are gone": 0, "stores and folders that have changed": 0,
	})
	a.sameState("a pass without news", want)
}
