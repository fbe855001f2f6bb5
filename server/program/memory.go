package program

import (
	"context"
	"runtime/debug"

	"zarafa/daemon"
	"zarafa/server"
	"zarafa/server/config"
)

// open opens the server and keeps the process to the memory that the settings promise.
func open(ctx context.Context, cfg *config.Config, env daemon.Env) (daemon.Service[*config.Config], error) {
	s, err := server.Open(ctx, cfg, env.Log, env.Registry)
	if err != nil {
		return nil, err
	}
	limitMemory(s, debug.SetMemoryLimit)
	return s, nil
}

// limiter keeps the process to its memory. The server is one.
type limiter interface {
	LimitMemory(set func(bytes int64) int64, most int64)
}

// limitMemory begins to keep the process to its memory. A limit that the runtime already has, from GOMEMLIMIT in the environment, where ztune writes
// it, is the most that may be set: it lowers what the settings promise, and switches nothing off. set is debug.SetMemoryLimit, which for a
// negative number only tells the limit.
func limitMemory(s limiter, set func(bytes int64) int64) {
	s.LimitMemory(set, set(-1))
}
