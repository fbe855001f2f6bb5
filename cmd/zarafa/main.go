// Command zarafa is the server and all its agents in one file. "zarafa serve FOLDER" runs them in one process, "zarafa quickstart DOMAIN" makes
// such a folder; "zarafa dagent" is zarafa-dagent, also if the file is called zarafa-dagent, and likewise with the others. docs/install.md describes it.
package main

import (
	"context"
	"os"

	"zarafa/daemon"
)

// version is set by the linker (see Makefile).
var version = "unknown"

func main() {
	os.Exit(run(context.Background(), os.Args, caller{stdin: os.Stdin, out: os.Stdout, err: os.Stderr, process: daemon.System}))
}
