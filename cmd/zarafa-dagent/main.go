// Command zarafa-dagent delivers mail into mailboxes. Its settings are described in docs/dagent.cfg.md.
package main

import (
	"context"
	"os"
	"os/user"

	"zarafa/agents/dagent"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	p := &dagent.Program{Version: version, ConfigFile: dagent.File, Stdin: os.Stdin, Process: daemon.System()}
	if u, err := user.Current(); err == nil {
		p.Account = u.Username
	}
	os.Exit(p.Run(context.Background(), os.Args[1:]))
}
