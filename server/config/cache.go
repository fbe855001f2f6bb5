package config

import (
	"time"

	"zarafa/daemon/settings"
)

// Cache has the budgets of the caches in bytes.
type Cache struct {
	SortKey       int64 // sorted views of folders
	Cell          int64 // cells of tables, properties of objects
	Object        int64
	IndexedObject int64
	Quota         int64
	User          int64
	UserDetails   int64
	ACL           int64
	Store         int64
	Server        int64

	QuotaLifetime       time.Duration // 0 never expires, negative is off
	UserDetailsLifetime time.Duration // 0 never expires
	ServerLifetime      time.Duration

	// Memory is what the process may use in bytes, by the machine and its control groups. The automatic sizes follow from it.
	Memory int64
}

// Total is what all caches may hold together, in bytes. Sizes beyond any machine do not overflow it.
func (c *Cache) Total() (total int64) {
	for _, size := range []int64{c.SortKey, c.Cell, c.Object, c.IndexedObject, c.Quota, c.User, c.UserDetails, c.ACL, c.Store, c.Server} {
		total += min(size, mostCache)
	}
	return total
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
	cellFormula          = "25 % of the memory"
	sortKeyFormula       = "1 m for each user, and one user for each 128 m of memory, at least 16 m"
	objectFormula        = "a sixteenth of cache_cell_size, at least 16 m"
	indexedObjectFormula = "an eighth of cache_cell_size, at least 32 m"
	quotaFormula         = "1 m"
	userDetailsFormula   = "25 m"
)

func (s *cacheSettings) section() settings.Section {
	g := &s.given
	return settings.Section{Title: "Caches", Options: []settings.Option{
		s.automatic("cache_cell_size", &g.Cell, cellFormula, "Memory for the cells of tables and the properties of objects."),
		s.automatic("cache_sortkey_size", &g.SortKey, sortKeyFormula, "Memory for the sorted views of folders."),
		s.automatic("cache_object_size", &g.Object, objectFormula, "Memory for the relations between folders and items."),
		s.automatic("cache_indexedobject_size", &g.IndexedObject, indexedObjectFormula, "Memory for the identifiers of items."),
		s.automatic("cache_quota_size", &g.Quota, quotaFormula, "Memory for the quotas of users."),
		s.automatic("cache_userdetails_size", &g.UserDetails, userDetailsFormula, "Memory for the details of users."),
		fixed("cache_user_size", &g.User, "Memory for the numbers of users."),
		fixed("cache_acl_size", &g.ACL, "Memory for access lists."),
		fixed("cache_store_size", &g.Store, "Memory for the owners of stores."),
		fixed("cache_server_size", &g.Server, "Memory for the other servers."),
		{
			Name: "cache_quota_lifetime", Default: "1", Value: minutes(&g.QuotaLifetime, -1),
			Doc: "How long quotas are remembered; 0 for ever, -1 not at all.",
		},
		{
			Name: "cache_userdetails_lifetime", Default: "0", Value: minutes(&g.UserDetailsLifetime, 0),
			Doc: "How long the details of users are remembered; 0 until they change.",
		},
		{
			Name: "cache_server_lifetime", Default: "30", Value: minutes(&g.ServerLifetime, 0),
			Doc: "How long the other servers are remembered.",
		},
	}}
}

// automatic is the option of a size that can be computed.
func (s *cacheSettings) automatic(name string, field *int64, formula, doc string) settings.Option {
	return settings.Option{
		Name: name, Default: "0", Value: settings.Size(field, 0, anySize), Doc: doc,
		Formula: formula, Computed: func() string { return s.computed[name] },
	}
}

// fixed is the option of a size with a default of its own.
func fixed(name string, field *int64, doc string) settings.Option {
	return settings.Option{Name: name, Default: "1m", Value: settings.Size(field, 0, anySize), Doc: doc}
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
	auto("cache_object_size", &c.Object, max(c.Cell/16, 16<<20))
	auto("cache_indexedobject_size", &c.IndexedObject, max(c.Cell/8, 32<<20))
	auto("cache_quota_size", &c.Quota, 1<<20)
	auto("cache_userdetails_size", &c.UserDetails, 25<<20)
	// Together the two large ones must leave room for the database and the rest.
	if total := c.Cell + c.SortKey; total < 0 || total > bytes {
		return c, set.Problem("cache_cell_size", "with cache_sortkey_size it is more than the memory of "+settings.FormatSize(bytes),
			"write a smaller size, or 0 for "+cellFormula)
	}
	return c, nil
}
