// Command generate writes the sample server.cfg and the reference of its settings
// from the server's table of settings.
//
//	go run ./generate FOLDER
package main

import (
	"fmt"
	"os"

	"zarafa/daemon/settings"
	"zarafa/server/config"
)

const introduction = `
The server reads ` + "`" + config.File + "`" + `, or the file given with ` + "`-c`" + `. Lines are
` + "`name = value`" + `; a # in the first column begins a comment; ` + "`!include FILE`" + ` reads another
file. A value that is ` + "`$NAME`" + ` is taken from the environment, except for passwords. Of yes-or-no
settings only ` + "`0`, `no` and `false`" + ` mean no. Sizes may end in k, m or g. Any setting except
passwords can be given on the command line as ` + "`--setting-name=value`" + `.

Settings marked HUP take effect when the server gets the signal HUP, the others when it is
started again. ` + "`zarafa-server --dump-config`" + ` prints the settings in effect. [server.cfg](server.cfg) is
a file with all of them to start from.

This page and the sample are generated from the server's table of settings.`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := settings.WriteDocs(os.Args[1], "server", introduction, config.New(config.Memory).Sections()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
