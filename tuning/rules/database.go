package rules

import (
	"fmt"
	"strconv"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
)

// databaseSettings plans my.cnf. An option that the version does not know, or
// complains of, is left out.
func (m machine) databaseSettings(d demand, s sizes, p *Plan) []Setting {
	v := *m.version
	all := m.poolSettings(s)
	all = append(all, m.redoSettings(s, p)...)
	all = append(all, m.storageSettings()...)
	all = append(all, m.connectionSettings(d)...)
	all = append(all,
		size(OptionFile, "innodb_log_buffer_size", d.logBuffer, "M", "a 64th of the memory, between 4 and 16 MB", "vendors' default of 16 MB, less where memory is short", m.memoryFact()),
		Setting{Target: OptionFile, Key: "innodb_flush_log_at_trx_commit", Value: "1", Rule: "always 1", Source: "the server answers after a commit is durable; any other value breaks that promise"},
		Setting{Target: OptionFile, Key: "innodb_dedicated_server", Value: "OFF", Rule: "always off, and every size written", Source: "vendor's manual: it takes 75 % of the memory, which with the server's caches is all of it"},
		size(OptionFile, "max_allowed_packet", max(64*mb, floorMB(m.configured("max_allowed_packet"))), "M", "64 MB, what the server's database driver sends at most, or more if you have set more", "the driver's maxAllowedPacket"),
	)
	if d.queryCache > 0 {
		all = append(all,
			Setting{Target: OptionFile, Key: "query_cache_type", Value: "ON", Rule: "on where the version has one", Source: quoteQueryCache},
			size(OptionFile, "query_cache_size", d.queryCache, "M", "a 256th of the memory, between 1 and 4 MB", quoteQueryCache, m.memoryFact()))
	}
	var writable []Setting
	for _, set := range all {
		if dbms.Writable(v, set.Key) {
			writable = append(writable, set)
		}
	}
	return writable
}

// poolSettings plans the buffer pool.
func (m machine) poolSettings(s sizes) []Setting {
	rule, source := "25 % of the memory, as the server is on the same machine", quotePool
	if m.role == DB {
		rule, source = "50 to 80 % of the memory of a machine of its own, as much as leaves room for the rest of the database", quoteDedicated
	}
	rule += fmt.Sprintf("; here %d %%", percent(s.pool, m.memory()))
	all := []Setting{size(OptionFile, "innodb_buffer_pool_size", s.pool, "M", rule, source, m.memoryFact())}
	chunk, instances := m.chunk(s.pool)
	if instances > 0 {
		all = append(all, Setting{Target: OptionFile, Key: "innodb_buffer_pool_instances", Value: strconv.FormatInt(instances, 10),
			Rule: "one for each full GB of the pool, at most 8 and one a processor", Facts: []string{"pool " + facts.Size(s.pool), m.processorsFact()},
			Source: "vendor's manual: several instances spare threads waiting for each other, from 1 GB on"})
	}
	return append(all, size(OptionFile, "innodb_buffer_pool_chunk_size", chunk, "M", "a whole part of the pool",
		"vendor's manual: the server rounds the pool up to a multiple of chunk × instances, which would break the 25 %", "pool "+facts.Size(s.pool)))
}

// chunk is the unit of the pool and, where the version has them, its instances.
func (m machine) chunk(pool int64) (bytes, instances int64) {
	bytes = 128 * mb
	instances = 1
	if !dbms.Writable(*m.version, "innodb_buffer_pool_instances") {
		instances = 0
	} else if pool >= gb {
		instances = max(min(pool/gb, 8, int64(m.processors())), 1)
	}
	// Small enough that rounding the pool loses little, but not more than a thousand.
	for bytes > mb && bytes*max(instances, 1) > pool/32 {
		bytes /= 2
	}
	for pool/bytes >= 1000 {
		bytes *= 2
	}
	return bytes, instances
}

// roundPool rounds the pool down to what the server will not round up.
func (m machine) roundPool(pool int64) int64 {
	if m.version == nil || pool == 0 {
		return pool
	}
	if !dbms.Writable(*m.version, "innodb_buffer_pool_chunk_size") {
		// The server takes any number of megabytes, or chooses chunks that fit; eight
		// megabytes is its own unit of growth.
		return max(pool/(8*mb)*(8*mb), min(pool, minPool))
	}
	chunk, instances := m.chunk(pool)
	unit := chunk * max(instances, 1)
	return max(pool/unit*unit, unit)
}

// The servers' own bounds on the redo log, in bytes.
const (
	minRedo = 8 * mb // of MySQL's redo log capacity; MariaDB's is 4 MB
	maxRedo = 512 * gb
	oldRedo = 512*gb - gb // of all files of MySQL before 8.0.30 together
)

// redoSettings plans the redo log: a quarter of the pool, if the disk has room.
func (m machine) redoSettings(s sizes, p *Plan) []Setting {
	redo := max(floorMB(s.pool/4), minRedo)
	limit := maxRedo
	if m.version.Flavour == dbms.MySQL && !m.version.AtLeast(8, 0, 34) {
		limit = 128 * gb
	}
	if limit < redo {
		p.Shortfalls = append(p.Shortfalls, Shortfall{What: "redo log of a quarter of the pool", Wanted: redo, Granted: limit, Missing: redo - limit, Remedy: "none is needed: the version takes no larger one"})
		redo = limit
	}
	if fs := m.facts.Storage.Stack; fs != nil && fs.Filesystem != nil && fs.Filesystem.FreeBytes.Known() {
		if free := max(floorMB(fs.Filesystem.FreeBytes.Value/4), minRedo); free < redo {
			p.Shortfalls = append(p.Shortfalls, Shortfall{What: "redo log of a quarter of the pool", Wanted: redo, Granted: free, Missing: redo - free,
				Remedy: "free space in " + m.facts.Storage.Directory + ", of which the log may take a quarter"})
			redo = free
		}
	}
	rule := "a quarter of the buffer pool"
	inputs := "pool " + facts.Size(s.pool)
	return []Setting{
		size(OptionFile, "innodb_log_file_size", redo, "M", rule, quoteLogFile, inputs),
		size(OptionFile, "innodb_redo_log_capacity", redo, "M", rule, quoteLogFile, inputs),
	}
}

// connectionSettings plans the connections and threads.
func (m machine) connectionSettings(d demand) []Setting {
	n := m.connections()
	all := max(int64(n+20), min(m.configured("max_connections"), 100_000))
	return []Setting{
		{Target: OptionFile, Key: "max_connections", Value: strconv.FormatInt(all, 10), Rule: "the server's pool (four readers a processor, at least 8, and five writers), those of --connections, and 20 for administration, backup and monitoring; or more if you have set more",
			Facts: []string{m.processorsFact()}, Source: "the server's pool is bounded"},
		{Target: OptionFile, Key: "thread_cache_size", Value: strconv.Itoa(n), Rule: "as many as the server's pool has connections",
			Facts: []string{m.processorsFact()}, Source: "a connection that comes back then finds its thread"},
		{Target: OptionFile, Key: "innodb_purge_threads", Value: strconv.Itoa(min(max(m.processors()/4, 1), 4)), Rule: "a quarter of the processors, between 1 and 4",
			Facts: []string{m.processorsFact()}, Source: "vendors' default of 4 keeps small machines from answering"},
		m.performanceSchema(d),
	}
}

// performanceSchema plans the instrumentation, which takes memory that a small
// machine does not have.
func (m machine) performanceSchema(d demand) Setting {
	set := Setting{Target: OptionFile, Key: "performance_schema", Value: "OFF", Rule: "off below 2 GB of memory, on above where it is the default", Facts: []string{m.memoryFact()},
		Source: "it takes up to 100 MB for nothing but statistics"}
	if m.version.Flavour == dbms.MySQL && m.memory() >= 2*gb {
		set.Value = "ON"
	}
	return set
}
