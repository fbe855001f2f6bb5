package config

import (
	"zarafa/daemon/settings"
)

// Cache has the budgets of the caches in bytes.
type Cache struct {
	SortKey int64 // sorted views of folders
	Cell    int64 // cells of tables, properties of objects

	// Memory is what the process may use in bytes, by the machine and its control groups. The automatic sizes follow from it.
	Memory int64
}

// Total is what all caches may hold together, in bytes: the two, and what grows with the first, which is the tree of objects, their
// identifiers, rights and users. Sizes beyond any machine do not overflow it.
func (c *Cache) Total() int64 {
	cell, sortKey := min(c.Cell, mostCache), min(c.SortKey, mostCache)
	return cell + sortKey + max(cell/16, 16<<20) + max(cell/8, 32<<20) + 30<<20
}

// mostCache is what counts of a cache at most: 64 TiB.
const mostCache = 1 << 46

// cacheSettings is Cache as the file says it, where 0 means automatic.
type cacheSettings struct {
	given    Cache
	computed map[string]string // by setting, for --dump-config
}

// The formulas of the automatic sizes, in the words of the documentation.
const (
	cellFormula    = "25 % of the memory"
	sortKeyFormula = "1 m for each user, and one user for each 128 m of memory, at least 16 m"
)

// The settings of caches that older servers had beside these, and why they have no effect.
const (
	sizeObsolete     = "this cache is a part of what grows with cache_cell_size"
	lifetimeObsolete = "what is cached is kept right by every change and needs no lifetime"
)

func (s *cacheSettings) section() settings.Section {
	g := &s.given
	options := []settings.Option{
		s.automatic("cache_cell_size", &g.Cell, cellFormula, "Memory for the cells of tables and the properties of objects. Three sixteenths of it, at least 48 m, are used beside it for the tree of objects and their identifiers; below 64 m these have less in proportion, and of 1 nothing is kept."),
		s.automatic("cache_sortkey_size", &g.SortKey, sortKeyFormula, "Memory for the sorted views of folders."),
	}
	for _, name := range []string{"object", "indexedobject", "quota", "userdetails", "user", "acl", "store", "server"} {
		options = append(options, settings.Option{Name: "cache_" + name + "_size", Obsolete: sizeObsolete})
	}
	for _, name := range []string{"quota", "userdetails", "server"} {
		options = append(options, settings.Option{Name: "cache_" + name + "_lifetime", Obsolete: lifetimeObsolete})
	}
	return settings.Section{Title: "Caches", Options: options}
}

// automatic is the option of a size that can be computed.
func (s *cacheSettings) automatic(name string, field *int64, formula, doc string) settings.Option {
	return settings.Option{
		Name: name, Default: "0", Value: settings.Size(field, 0, anySize), Doc: doc,
		Formula: formula, Computed: func() string { return s.computed[name] },
	}
}

// fallbackMemory is assumed where the memory cannot be found out.
const fallbackMemory = 1 << 30

// resolve computes the sizes that are automatic.
func (s *cacheSettings) resolve(memory func() (int64, error), set *settings.Set) (Cache, error) {
	bytes, err := memory()
	if err != nil || bytes <= 0 {
		bytes = fallbackMemory
		set.Warnf("the size of the memory is unknown (%v), so automatic cache sizes assume 1 g; set cache_cell_size and cache_sortkey_size", err)
	}
	c := s.given
	c.Memory = bytes
	s.computed = make(map[string]string)
	auto := func(name string, field *int64, value int64) {
		if *field == 0 {
			*field = value
			s.computed[name] = settings.FormatSize(value)
		}
	}
	auto("cache_cell_size", &c.Cell, bytes/4)
	auto("cache_sortkey_size", &c.SortKey, max(bytes/128, 16<<20))
	// Together the two must leave room for the database and the rest.
	if total := c.Cell + c.SortKey; total < 0 || total > bytes {
		return c, set.Problem("cache_cell_size", "with cache_sortkey_size it is more than the memory of "+settings.FormatSize(bytes),
			"write a smaller size, or 0 for "+cellFormula)
	}
	return c, nil
}
