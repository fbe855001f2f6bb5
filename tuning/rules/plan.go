package rules

import (
	"fmt"
	"slices"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/mycnf"
)

// memoryPerUser is the memory that a user is assumed to have where nobody says how
// many there are; the server assumes the same.
const memoryPerUser = 128 * mb

// Make plans the settings of a machine.
func Make(f facts.Machine, w Wishes) Plan {
	m := newMachine(f, w)
	d := m.demand()
	memory := m.memory()
	r := room{all: memory / 100 * 80, server: min(memory, f.Memory.Server.Usable.Value) / 100 * 80, database: min(memory, f.Memory.Database.Usable.Value) / 100 * 80}
	if m.role == Server {
		r.database = r.all
	}
	if m.role == DB {
		r.server = r.all
	}
	s := solve(d, r, memory)
	s.pool = m.roundPool(s.pool)
	// Lists are never nil, so that JSON has them as lists.
	p := Plan{Role: m.role, Users: m.users, UsersAssumed: w.Users == 0, Version: m.version, Settings: []Setting{}, processors: m.processors(), heapLimit: d.heapLimit(s)}
	p.Budget = Budget{Memory: memory, Limit: r.all, Parts: slices.Concat(d.serverParts(s), d.databaseParts(s))}
	p.Budget.Total = sum(p.Budget.Parts)
	p.Shortfalls = m.shortfalls(d, r, s)
	if m.role != DB {
		p.Settings = append(p.Settings, m.serverSettings(d, s)...)
	}
	if m.version != nil {
		p.GroupSuffix = f.Database.GroupSuffix
		p.Settings = append(p.Settings, m.databaseSettings(d, s, &p)...)
	}
	p.Advice = m.advice(p)
	return p
}

func newMachine(f facts.Machine, w Wishes) machine {
	m := machine{facts: f, wishes: w, role: w.Role, users: w.Users, medium: w.Medium}
	if m.role == "" {
		m.role = Both
	}
	switch {
	case m.role == Server || w.NoDatabase:
	case w.Version != nil:
		m.version = w.Version
	case f.Database.Version.Known():
		m.version = &f.Database.Version.Value
	}
	if m.medium == "" && f.Storage.Medium.Known() {
		m.medium = f.Storage.Medium.Value
	}
	if m.users <= 0 {
		m.users = int(max(m.memory()/memoryPerUser, 1))
	}
	return m
}

// memory is what the services of the machine's role may use, in bytes.
func (m machine) memory() int64 {
	switch m.role {
	case Server:
		return m.facts.Memory.Server.Usable.Value
	case DB:
		return m.facts.Memory.Database.Usable.Value
	}
	return m.facts.Memory.Usable.Value
}

func (m machine) memoryFact() string {
	f := m.facts.Memory.Usable
	switch m.role {
	case Server:
		f = m.facts.Memory.Server.Usable
	case DB:
		f = m.facts.Memory.Database.Usable
	}
	return "memory " + facts.Size(f.Value) + " (" + f.Source + ")"
}

func (m machine) usersFact() string {
	if m.wishes.Users == 0 {
		return fmt.Sprintf("%d users, one for each 128 MB as --users was not given", m.users)
	}
	return fmt.Sprintf("%d users (--users)", m.users)
}

func (m machine) processors() int {
	if f := m.facts.Processors.Usable; f.Known() {
		return max(f.Value, 1)
	}
	return 1
}

func (m machine) processorsFact() string {
	return fmt.Sprintf("%d processors (%s)", m.processors(), m.facts.Processors.Usable.Source)
}

// ServerConnections is how many connections our server opens to its database: four
// readers for each processor, at least 8, and five writers.
func ServerConnections(processors int) int { return max(8, 4*processors) + 5 }

// SQLiteConnections is how many connections our server opens to SQLite: two readers for
// each processor, at least 4 and at most 16, and a writer.
func SQLiteConnections(processors int) int { return min(max(4, 2*processors), 16) + 1 }

func (m machine) connections() int {
	if m.role == DB && m.wishes.Connections > 0 {
		return m.wishes.Connections
	}
	return ServerConnections(m.processors()) + m.wishes.Connections
}

// configured is a number that the option files give outside ztune's own file, 0 if
// they give none.
func (m machine) configured(key string) int64 {
	d := m.facts.Database
	var options []mycnf.Option
	for _, o := range d.Options {
		if o.File != m.wishes.OwnFile {
			options = append(options, o)
		}
	}
	o, ok := mycnf.Last(options, d.Groups(), key)
	if !ok {
		return 0
	}
	n, ok := mycnf.Size(o.Value)
	if !ok {
		return 0
	}
	return n
}

func (m machine) demand() demand {
	memory := m.memory()
	d := demand{role: m.role, database: m.version != nil, users: int64(m.users), connections: int64(m.connections())}
	d.rest = min(max(memory/8, leastRest), serverRest)
	if m.wishes.NoDatabase {
		d.rest = serverRest
		d.pages = sqliteCaches + int64(SQLiteConnections(m.processors()))*sqliteBase
	}
	if m.version == nil {
		return d
	}
	d.logBuffer = min(max(floorMB(memory/64), 4*mb), 16*mb)
	d.base = mysqlBase
	if m.version.Flavour == dbms.MariaDB {
		d.base = mariadbBase
	}
	// A database on a small machine cannot afford more than a fraction for its
	// connections; what one takes beyond it is short-lived.
	d.connections = min(d.connections, max(memory/20/connection, 4))
	if dbms.Writable(*m.version, "query_cache_size") {
		d.queryCache = min(max(floorMB(memory/256), mb), 4*mb)
	}
	return d
}

// shortfalls says which rules cannot hold and by how much.
func (m machine) shortfalls(d demand, r room, s sizes) []Shortfall {
	want := d.wanted(m.memory())
	want.pool = m.roundPool(want.pool)
	all := []Shortfall{}
	add := func(what string, wanted, granted int64) {
		if granted < wanted {
			all = append(all, Shortfall{What: what, Wanted: wanted, Granted: granted, Missing: wanted - granted, Remedy: m.remedy(d, r)})
		}
	}
	add("cell cache", want.cell, s.cell)
	add("sort-key cache", want.sortKey, s.sortKey)
	if m.role == DB {
		// Any share from the half on is within the rule.
		want.pool = m.roundPool(floorMB(m.memory() / 2))
	}
	add("InnoDB buffer pool", want.pool, s.pool)
	if total := d.total(s); total > r.all {
		all = append(all, Shortfall{What: "memory within 80 %", Wanted: total, Granted: r.all, Missing: total - r.all, Remedy: m.remedy(d, r)})
	} else if d.server(s) > r.server {
		all = append(all, Shortfall{What: "server within 80 % of its limit", Wanted: d.server(s), Granted: r.server, Missing: d.server(s) - r.server,
			Remedy: "raise the limit at " + m.facts.Memory.Server.Usable.Source})
	} else if d.db(s) > r.database {
		all = append(all, Shortfall{What: "database within 80 % of its limit", Wanted: d.db(s), Granted: r.database, Missing: d.db(s) - r.database,
			Remedy: "raise the limit at " + m.facts.Memory.Database.Usable.Source})
	}
	return all
}

// remedy says how much memory the users need, and how many the memory carries.
func (m machine) remedy(d demand, r room) string {
	text := fmt.Sprintf("by the rules %d users need %s of memory", m.users, facts.Size(d.needed()))
	if m.role == DB {
		text = "the rules need " + facts.Size(d.needed()) + " of memory"
	}
	if needed := d.needed(); needed <= m.memory() { // a limit on one of the services is in the way
		s, b := m.facts.Memory.Server.Usable, m.facts.Memory.Database.Usable
		if s.Value < b.Value {
			return "raise the limit of the server, " + s.Source
		}
		return "raise the limit of the database, " + b.Source
	}
	if most := d.mostUsers(r, m.memory()); most > 0 && m.role != DB {
		return text + fmt.Sprintf(", and this machine keeps to them with up to %d", most)
	}
	return text + "; put the database on a machine of its own (--role), or add memory"
}
