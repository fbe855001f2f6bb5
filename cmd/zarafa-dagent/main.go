// Command zarafa-dagent delivers mail into mailboxes. Its settings are described in docs/dagent.cfg.md.
package main

import (
	"context"
	"os"
	"os/user"
	"runtime"

	"zarafa/agents/dagent"
	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

// heapFloor is memory that nobody touches, so that it is address space and no more. Go's collector starts when the heap has doubled, and what lives
// in this program is so little that it would be collecting after every twenty mails.
const heapFloor = 16 << 20

func main() {
	floor := make([]byte, heapFloor)
	p := &dagent.Program{Version: version, ConfigFile: dagent.File, Stdin: os.Stdin, Process: daemon.System()}
	if u, err := user.Current(); err == nil {
		p.Account = u.Username
	}
	status := p.Run(context.Background(), os.Args[1:])
	runtime.KeepAlive(floor)
	os.Exit(status)
}
