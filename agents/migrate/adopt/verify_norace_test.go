//go:build !race

package adopt_test

import (
	"strings"
	"testing"

	"zarafa/agents/migrate/sampletest"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// TestVerify: a verification of what was adopted finds nothing, and finds each kind of damage to the source or, seen from there, to the target.
func TestVerify(t *testing.T) {
	t.Parallel()
	for _, engine := range servertest.Engines() {
		t.Run(engine, func(t *testing.T) {
			t.Parallel()
			a := newAdoption(t, sampletest.Database, engine)
			a.mustRun()
			r := a.verify()
			for _, l := range r.Losses() {
				t.Errorf("nothing was changed: %v", l)
			}
			if r.Taken("objects compared in everything") != 4+61+47 || r.Taken("folders compared by sums") != 61 {
				r.WriteTo(t.Output())
				t.Error("not everything was compared")
			}
			const message = "(SELECT MIN(hierarchyid) FROM singleinstances WHERE tag=26508)"
			for what, damage := range map[string]struct{ do, undo, want string }{
				"a property of a message":   {"UPDATE properties SET val_string=CONCAT(val_string,'x') WHERE tag=55 AND hierarchyid=" + message, "UPDATE properties SET val_string=LEFT(val_string,CHAR_LENGTH(val_string)-1) WHERE tag=55 AND hierarchyid=" + message, "0x0037001F has another value"},
				"a change key":              {"UPDATE properties SET val_binary=CONCAT(val_binary,'x') WHERE tag=26082 AND hierarchyid=" + message, "UPDATE properties SET val_binary=LEFT(val_binary,20) WHERE tag=26082 AND hierarchyid=" + message, "keys"},
				"the read flag":             {"UPDATE properties SET val_ulong=val_ulong^1 WHERE tag=3591 AND hierarchyid=" + message, "UPDATE properties SET val_ulong=val_ulong^1 WHERE tag=3591 AND hierarchyid=" + message, "unread"},
				"the bytes of a value":      {"UPDATE lob SET val_binary=CONCAT(val_binary,'x') WHERE instanceid=1 AND chunkid=0", "UPDATE lob SET val_binary=LEFT(val_binary,LENGTH(val_binary)-1) WHERE instanceid=1 AND chunkid=0", "other bytes"},
				"a message softly deleted":  {"UPDATE hierarchy SET flags=flags^1024 WHERE id=" + message, "UPDATE hierarchy SET flags=flags^1024 WHERE id=" + message, "deleted"},
				"a name of a folder":        {"UPDATE properties SET val_string=CONCAT(val_string,'x') WHERE tag=12289 AND val_string='Inbox'", "UPDATE properties SET val_string='Inbox' WHERE tag=12289 AND val_string='Inboxx'", "0x3001001F has another value"},
				"a property that is beyond": {"INSERT INTO properties (hierarchyid,tag,type,val_ulong) SELECT id,32767,3,1 FROM hierarchy WHERE type=7", "DELETE FROM properties WHERE tag=32767 AND type=3 AND val_ulong=1", "property 0x7FFF0003 is missing"},
			} {
				a.sample.Execute(t, damage.do)
				found := a.verify().Losses()
				a.sample.Execute(t, damage.undo)
				var texts []string
				for _, l := range found {
					texts = append(texts, l.String())
				}
				if !strings.Contains(strings.Join(texts, "\n"), damage.want) {
					t.Errorf("%s: found %q, want something of %q", what, texts, damage.want)
				}
			}
			if left := a.verify().Losses(); len(left) > 0 {
				t.Fatalf("the test has not undone its damage: %v", left)
			}
		})
	}
}

// TestCounters: what the old server has counted wrong is put right, and said; of what it has counted right nothing is said.
func TestCounters(t *testing.T) {
	t.Parallel()
	right := newAdoption(t, sampletest.Database, config.EngineSQLite)
	if n := right.mustRun().Taken("counters that were wrong before"); n != 0 {
		t.Errorf("%d counters of the sample are called wrong", n)
	}
	want := right.state()
	wrong := newAdoption(t, sampletest.Database, config.EngineSQLite)
	wrong.sample.Execute(t, `UPDATE properties SET val_ulong=val_ulong+1 WHERE tag=13826 AND hierarchyid=11;
		UPDATE properties SET val_ulong=0 WHERE tag=26168 AND hierarchyid=5; UPDATE properties SET val_longint=7 WHERE tag=3592 AND type=20 AND hierarchyid=3`)
	if n := wrong.mustRun().Taken("counters that were wrong before"); n != 3 {
		t.Errorf("%d counters are called wrong, want 3", n)
	}
	wrong.sameState("wrong counters", want)
}
