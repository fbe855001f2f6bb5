package webaccess

import (
	"context"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/agents/webaccess/static"
	"zarafa/daemon"
)

// Program describes the daemon.
func Program(start Start) daemon.Program[*Config] {
	if start.App.Index == nil {
		// A program without pages says so to whoever opens it.
		if files, err := static.Files(); err == nil {
			start.App, _ = Pages(files) // of files in the program, which are there
		}
	}
	return daemon.Program[*Config]{
		Name: "zarafa-webaccess", Version: start.Version, ConfigFile: File,
		Flags: func(fs *pflag.FlagSet) { connection.HostFlag(fs, &start.Host) },
		New:   func() *Config { return NewConfig(start) },
		Bind:  func(ctx context.Context, c *Config) error { return c.Bind(ctx) },
		Open:  Open,
	}
}
