package main

import (
	"context"

	"zarafa/daemon"
	"zarafa/server"
	"zarafa/server/config"
)

// open opens the server.
func open(ctx context.Context, cfg *config.Config, env daemon.Env) (daemon.Service[*config.Config], error) {
	return server.Open(ctx, cfg, env.Log, env.Registry)
}
