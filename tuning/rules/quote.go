package rules

// The sentences of the documentation's chapter "Tuning Zarafa Performance" that rules
// and advice rest on.
const (
	quoteEighty     = "documentation: setup these caches to use around 80% of the RAM in your server"
	quoteCell       = "documentation: cell_cache: around 25% of total RAM size"
	quoteCellHigh   = "documentation: set the cell cache as high as you can manage, usually about the same size as the MySQL buffer size"
	quotePool       = "documentation: on the same machine as Zarafa, it is recommended to be around 25% of physical RAM size"
	quoteDedicated  = "documentation: in a dedicated MySQL machine, this would be anywhere between 50% to 80% of the physical RAM size"
	quoteSortKey    = "documentation: sortkey_cache: 1MB per concurrent user"
	quoteQueryCache = "documentation: increasing it to more than a few MB of memory isn't any use"
	quoteLogFile    = "documentation: for larger databases we advise to set the innodb_log_file_size to ¼ of the innodb_buffer_size"
	quoteRAID       = "documentation: a RAID1 or RAID10 array is faster at database accesses than RAID5"
	quoteController = "documentation: make sure that you are either not using write-back cache, or you have a functioning UPS"
	quoteSwap       = "documentation: setting RAM usage too high may cause the server to swap, causing a large slowdown in all parts of the server"
	quoteSMT        = "documentation: turning off Hyperthreading on some processors has shown to increase performance in some cases; in practice the differences are minor"
	quoteRAM        = "documentation: More RAM is More Speed"
	quoteRPM        = "documentation: the higher the rotation speed, the lower the seek time"
	quote32         = "documentation: in normal Linux server the maximum amount of usable RAM in a 32-bit server is 3Gb"
	quoteFifty      = "documentation: any installation with 50 or more users should definitely tune the cache parameters"
	quoteFixed      = "documentation: Zarafa is designed to use only a fixed amount of physical RAM; the memory usage does increase per user, but only by a small amount"
)
