package rules

import (
	"testing"

	"zarafa/tuning/facts"
)

// TestExpectedServer compares with what was measured on a machine with 2 processors and 23 GiB (results/memory.md): within
// ten percent, but for what is said there of few users.
func TestExpectedServer(t *testing.T) {
	f := machineWith(23*gb, 2, facts.MediumVirtual)
	onSQLite := Make(f, Wishes{Role: Both, Users: 500, NoDatabase: true})
	onMariaDB := Make(f, Wishes{Role: Both, Users: 500, Version: mustVersion(t, "mariadb-10.11.19")})
	for _, tt := range []struct {
		name     string
		plan     Plan
		load     Load
		measured int64
	}{
		{"MariaDB, large mailboxes, all users", onMariaDB, Load{128, 334 * mb, 1220 * mb}, 742 * mb},
		{"MariaDB, large mailboxes, half the users", onMariaDB, Load{64, 128 * mb, 1220 * mb}, 375 * mb},
		{"MariaDB, small mailboxes, 20 turns", onMariaDB, Load{54, 66 * mb, 85 * mb}, 328 * mb},
		{"MariaDB, small mailboxes, few users", onMariaDB, Load{12, 65 * mb, 85 * mb}, 237 * mb},
		{"SQLite, small mailboxes", onSQLite, Load{24, 65 * mb, 54 * mb}, 363 * mb},
		{"SQLite, small mailboxes, more users", onSQLite, Load{50, 65 * mb, 54 * mb}, 368 * mb},
		{"SQLite, large mailboxes", onSQLite, Load{24, 130 * mb, 1340 * mb}, 395 * mb},
	} {
		got := tt.plan.ExpectedServer(tt.load)
		if off := float64(got)/float64(tt.measured) - 1; off < -0.1 || off > 0.11 {
			t.Errorf("%s: %d MB are expected, %d were measured, %+.0f %%", tt.name, got/mb, tt.measured/mb, off*100)
		}
	}
	// More of anything never takes less, and full caches take what is planned and no more.
	for _, p := range []Plan{onSQLite, onMariaDB} {
		last := int64(0)
		for caches := int64(0); caches < 8*gb; caches += 16 * mb {
			got := p.ExpectedServer(Load{Users: 500, Caches: caches, Data: gb})
			if got < last || got > p.Planned(Server) {
				t.Fatalf("with %d MB in the caches %d MB are expected, with less %d, and %d are planned", caches/mb, got/mb, last/mb, p.Planned(Server)/mb)
			}
			last = got
		}
		if last < p.Planned(Server)*95/100 {
			t.Errorf("with full caches %d MB are expected, and %d are planned", last/mb, p.Planned(Server)/mb)
		}
	}
}
