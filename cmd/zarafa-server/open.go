package main

import (
	"context"
	"os"
	"runtime/debug"

	"zarafa/daemon"
	"zarafa/server"
	"zarafa/server/config"
)

// memoryVariable is the runtime's own setting; who gives it knows better.
const memoryVariable = "GOMEMLIMIT"

// open opens the server and keeps the process to the memory that the settings promise.
func open(ctx context.Context, cfg *config.Config, env daemon.Env) (daemon.Service[*config.Config], error) {
	s, err := server.Open(ctx, cfg, env.Log, env.Registry)
	if err != nil {
		return nil, err
	}
	if os.Getenv(memoryVariable) == "" {
		s.LimitMemory(debug.SetMemoryLimit)
	}
	return s, nil
}
