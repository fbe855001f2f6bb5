package rules

import (
	"fmt"
	"strconv"

	"zarafa/tuning/facts"
)

// size makes a setting whose value is in bytes, written in whole megabytes.
func size(t Target, key string, bytes int64, suffix, rule, source string, inputs ...string) Setting {
	return Setting{Target: t, Key: key, Value: strconv.FormatInt(bytes/mb, 10) + suffix, Bytes: bytes, Rule: rule, Facts: inputs, Source: source}
}

// serverSettings plans server.cfg and the environment of the server's unit.
func (m machine) serverSettings(d demand, s sizes) []Setting {
	share, source := "25 % of the memory", quoteCell
	if m.role == Server {
		share, source = "50 % of the memory, as no database needs any here", quoteCellHigh
	}
	cell := fmt.Sprintf("%s; here %d %%", share, percent(s.cell, m.memory()))
	all := []Setting{
		size(ServerFile, "cache_cell_size", s.cell, "m", cell, source, m.memoryFact()),
		size(ServerFile, "cache_sortkey_size", s.sortKey, "m", "1 MB for each concurrent user", quoteSortKey, m.usersFact()),
		{Target: ServerFile, Key: "attachment_storage", Value: "auto", Rule: "in the database, each content once: one backup and one transaction hold everything",
			Source: "docs/server.cfg.md: this server keeps them in the database"},
	}
	if n := m.clientConnections(); n > 0 {
		all = append(all, Setting{Target: ServerFile, Key: "max_connections", Value: strconv.Itoa(n), Rule: "4 connections for each user: two for requests, one for notifications, one to spare",
			Facts: []string{m.usersFact()}, Source: "the default of 20000 is not enough for more than 5000 users"})
	}
	return append(all, m.memoryLimit(d, s))
}

// clientConnections is the limit on clients where the server's default is too low.
func (m machine) clientConnections() int {
	const serverDefault = 20_000
	if n := 4 * m.users; n > serverDefault {
		return min(n, 10_000_000)
	}
	return 0
}

// memoryLimit is the Go runtime's limit: what the server keeps to by itself, or less where memory is short. The
// server takes it for the highest limit that it may set, and goes on watching its memory.
func (m machine) memoryLimit(d demand, s sizes) Setting {
	bytes := d.heapLimit(s)
	rule := fmt.Sprintf("all caches of the server, 24 KB for each of two sessions of a user, and %s for the rest, without what is not in the heap: 26 MB of the program, 34 MB of the full-text index", facts.Size(d.rest))
	if d.pages > 0 {
		rule += ", " + facts.Size(d.pages) + " of SQLite"
	}
	return Setting{
		Target: UnitFile, Key: "GOMEMLIMIT", Value: strconv.FormatInt(bytes/mb, 10) + "MiB", Bytes: floorMB(bytes),
		Rule:   rule,
		Facts:  []string{"caches " + facts.Size(s.cell+s.sortKey), m.processorsFact(), m.usersFact()},
		Source: "runtime/debug: the heap may otherwise grow to twice what is in use; " + quoteFixed,
	}
}
