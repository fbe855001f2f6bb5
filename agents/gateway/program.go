package gateway

import (
	"context"

	"github.com/spf13/pflag"

	"zarafa/agents/connection"
	"zarafa/daemon"
)

// Program describes the daemon. What start says holds besides the command line.
func Program(start Start) daemon.Program[*Config] {
	return daemon.Program[*Config]{
		Name: "zarafa-gateway", Version: start.Version, ConfigFile: File,
		Flags: func(fs *pflag.FlagSet) { connection.HostFlag(fs, &start.Host) },
		New:   func() *Config { return NewConfig(start) },
		Bind:  func(ctx context.Context, c *Config) error { return c.Bind(ctx) },
		Open:  Open,
	}
}
