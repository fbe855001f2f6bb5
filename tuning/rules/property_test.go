package rules

import (
	"math"
	"math/rand/v2"
	"testing"

	"zarafa/internal/testseed"
	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
)

var versions = []string{
	"mariadb-10.6.1", "mariadb-10.6.22", "mariadb-10.11.3", "mariadb-10.11.19", "mariadb-10.11", "mariadb-11.4.2", "mariadb-11.4.8", "mariadb-11.8.2",
	"mysql-8.0.11", "mysql-8.0.29", "mysql-8.0.30", "mysql-8.0.42", "mysql-8.0", "mysql-8.4.0", "mysql-8.4.5", "mysql-9.0.1", "mysql-9.4.0", "mysql-10.0.1", "mariadb-12.1.2",
}

func known[T any](v T) facts.Fact[T] {
	return facts.Fact[T]{Value: v, Source: "test", Confidence: facts.Certain}
}

// machineWith is a machine of a size without limits.
func machineWith(memory int64, processors int, medium string) facts.Machine {
	var f facts.Machine
	f.Memory.Total, f.Memory.Usable = known(memory), known(memory)
	f.Memory.Server.Usable, f.Memory.Database.Usable = known(memory), known(memory)
	f.Processors.Usable = known(processors)
	f.Storage.Medium = known(medium)
	f.Storage.Directory = "/var/lib/mysql"
	f.Storage.Stack = &facts.Layer{Kind: facts.KindFilesystem, Name: "ext4", Filesystem: &facts.Filesystem{Type: "ext4"}}
	return f
}

func mustVersion(t testing.TB, text string) *dbms.Version {
	t.Helper()
	v, err := dbms.ParseVersion(text)
	if err != nil {
		t.Fatal(err)
	}
	return &v
}

// logarithmic picks a number between two, each order of magnitude equally often.
func logarithmic(r *rand.Rand, low, high float64) int64 {
	return int64(math.Exp(math.Log(low) + r.Float64()*(math.Log(high)-math.Log(low))))
}

func short(p Plan, what string) bool {
	for _, s := range p.Shortfalls {
		if s.What == what {
			return true
		}
	}
	return false
}

func TestInvariants(t *testing.T) {
	r := testseed.New(t)
	media := []string{facts.MediumRotating, facts.MediumSSD, facts.MediumNVMe, facts.MediumVirtual, facts.MediumNetwork, facts.MediumCard, ""}
	roles := []Role{Both, Both, Both, Server, DB}
	for range 20_000 {
		memory := logarithmic(r, float64(512*mb), float64(4096*gb))
		users := int(logarithmic(r, 1, 100_001))
		role := roles[r.IntN(len(roles))]
		version := versions[r.IntN(len(versions))]
		f := machineWith(memory, int(logarithmic(r, 1, 257)), media[r.IntN(len(media))])
		if r.IntN(4) == 0 {
			f.Memory.Server.Usable = known(logarithmic(r, float64(256*mb), float64(memory)))
		}
		if r.IntN(4) == 0 {
			f.Memory.Database.Usable = known(logarithmic(r, float64(256*mb), float64(memory)))
		}
		if r.IntN(3) == 0 {
			f.Storage.Stack.Filesystem.FreeBytes = known(logarithmic(r, float64(64*mb), float64(8192*gb)))
		}
		p := Make(f, Wishes{Role: role, Users: users, Version: mustVersion(t, version)})
		checkInvariants(t, p, *mustVersion(t, version), users)
		if t.Failed() {
			t.Fatalf("%s for %d users, role %s, %s; server limit %s, database limit %s", facts.Size(memory), users, role, version,
				facts.Size(f.Memory.Server.Usable.Value), facts.Size(f.Memory.Database.Usable.Value))
		}
	}
}

// checkInvariants checks what every plan must keep to, or say that it does not.
func checkInvariants(t *testing.T, p Plan, v dbms.Version, users int) {
	t.Helper()
	b := p.Budget
	if b.Total > b.Limit && !short(p, "memory within 80 %") {
		t.Errorf("%s of %s are planned, without a word", facts.Size(b.Total), facts.Size(b.Limit))
	}
	if b.Limit > b.Memory/100*80 {
		t.Errorf("the limit is %s", facts.Size(b.Limit))
	}
	pool, _ := p.Find("innodb_buffer_pool_size")
	if p.Role != DB {
		share := int64(25)
		if p.Role == Server {
			share = 50
		}
		cell, _ := p.Find("cache_cell_size")
		within(t, p, "cell cache", cell.Bytes, b.Memory*share/100, mb)
		sortKey, _ := p.Find("cache_sortkey_size")
		within(t, p, "sort-key cache", sortKey.Bytes, int64(users)*mb, 0)
		limit, _ := p.Find("GOMEMLIMIT")
		if limit.Bytes < cell.Bytes+sortKey.Bytes {
			t.Errorf("GOMEMLIMIT %s is less than the caches", limit.Value)
		}
	}
	switch p.Role {
	case Both:
		within(t, p, "InnoDB buffer pool", pool.Bytes, b.Memory/4, b.Memory/4/16+8*mb)
	case DB:
		if pool.Bytes > b.Memory/100*80 || pool.Bytes < b.Memory/2-b.Memory/16-8*mb && !short(p, "InnoDB buffer pool") {
			t.Errorf("the pool has %s of %s", facts.Size(pool.Bytes), facts.Size(b.Memory))
		}
	}
	for _, key := range []string{"innodb_log_file_size", "innodb_redo_log_capacity"} {
		if redo, ok := p.Find(key); ok {
			within(t, p, "redo log of a quarter of the pool", redo.Bytes, max(pool.Bytes/4, minRedo), mb)
		}
	}
	for _, s := range p.Settings {
		if s.Target == OptionFile && !dbms.Writable(v, s.Key) {
			t.Errorf("%s is planned for %s", s.Key, v)
		}
		if s.Rule == "" || s.Source == "" || s.Value == "" {
			t.Errorf("%s lacks a value, a rule or a source", s.Key)
		}
	}
	for _, s := range p.Shortfalls {
		if s.Missing <= 0 || s.Missing != s.Wanted-s.Granted || s.Remedy == "" {
			t.Errorf("shortfall %+v", s)
		}
	}
}

// within checks that a size is what the rule says, or less with a shortfall.
func within(t *testing.T, p Plan, what string, got, want, slack int64) {
	t.Helper()
	if got > want {
		t.Errorf("%s: %s is more than the rule's %s", what, facts.Size(got), facts.Size(want))
	}
	if got < want-slack && !short(p, what) {
		t.Errorf("%s: %s is less than the rule's %s, without a word", what, facts.Size(got), facts.Size(want))
	}
}

// A shortfall's remedy must be true.
func TestRemedies(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for range 300 {
		memory := logarithmic(r, float64(gb), float64(256*gb))
		w := Wishes{Role: Both, Users: int(logarithmic(r, 100, 100_000)), Version: mustVersion(t, "mariadb-10.11.19")}
		f := machineWith(memory, 8, facts.MediumSSD)
		m := newMachine(f, w)
		d := m.demand()
		limit := memory / 100 * 80
		most := d.mostUsers(room{limit, limit, limit}, memory)
		if most < 1 {
			continue
		}
		w.Users = most
		if p := Make(f, w); len(p.Shortfalls) > 0 {
			t.Fatalf("%s is said to carry %d users, but %+v", facts.Size(memory), most, p.Shortfalls)
		}
		w.Users = most + most/50 + 2
		if p := Make(f, w); len(p.Shortfalls) == 0 {
			t.Fatalf("%s is said to carry no more than %d users, but carries %d", facts.Size(memory), most, w.Users)
		}
	}
}

func TestWorkedExample(t *testing.T) {
	p := Make(machineWith(64*gb, 16, facts.MediumNVMe), Wishes{Role: Both, Users: 500, Version: mustVersion(t, "mariadb-10.11.19")})
	for key, want := range map[string]string{
		"cache_cell_size": "16384m", "cache_sortkey_size": "500m", "innodb_buffer_pool_size": "16384M", "innodb_log_file_size": "4096M",
		"query_cache_size": "4M", "innodb_io_capacity": "2000", "max_connections": "89",
	} {
		if got, _ := p.Find(key); got.Value != want {
			t.Errorf("%s = %s, want %s", key, got.Value, want)
		}
	}
	if len(p.Shortfalls) > 0 {
		t.Errorf("shortfalls %+v", p.Shortfalls)
	}
	if share := percent(p.Budget.Total, p.Budget.Memory); share < 50 || share > 80 {
		t.Errorf("%d %% of the memory are planned", share)
	}
}
