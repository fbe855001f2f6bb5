package main

import (
	"context"
	"errors"

	"zarafa/daemon"
	"zarafa/server/config"
)

// open opens the server.
func open(context.Context, *config.Config, daemon.Env) (daemon.Service[*config.Config], error) {
	return nil, errors.New("this build has no server yet")
}
