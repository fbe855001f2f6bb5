package main

import (
	"context"
	"errors"
)

func verifyCommand() command {
	return command{
		name: "verify", short: "prove the settings by load, before and after (not available yet)",
		machine: true, plan: true, run: verify,
	}
}

// verify needs the load generator, which the product does not have yet.
func verify(context.Context, *session) (int, error) {
	return exitFailed, errors.New("verify needs the load generator zload, which is not part of this version; until it is, compare the server's /metrics before and after ztune apply")
}
