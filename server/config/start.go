package config

// Start holds what the command line asks of one start. It is never in the file.
type Start struct {
	// RestartSearches fills all search folders anew before clients are served.
	RestartSearches bool
	// IgnoreDatabaseVersionConflict starts on a database of a later version.
	IgnoreDatabaseVersionConflict bool
}
