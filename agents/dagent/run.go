package dagent

import (
	"context"
	"io"
	"os/user"
	"runtime"

	"zarafa/daemon"
)

// heapFloor is memory that nobody touches, so that it is address space and no more. Go's collector starts when the heap has doubled, and what lives
// in this program is so little that it would be collecting after every twenty mails.
const heapFloor = 16 << 20

// Run is zarafa-dagent as a process: it reads the mail from stdin and works as the account that runs it. It returns the exit status.
func Run(ctx context.Context, version string, args []string, stdin io.Reader, process daemon.Process) int {
	floor := make([]byte, heapFloor)
	p := &Program{Version: version, ConfigFile: File, Stdin: stdin, Process: process}
	if u, err := user.Current(); err == nil {
		p.Account = u.Username
	}
	status := p.Run(ctx, args)
	runtime.KeepAlive(floor)
	return status
}
