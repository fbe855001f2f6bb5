// Command generate writes the sample monitor.cfg and the reference of its settings
// from the monitor's table of settings.
//
//	go run ./generate FOLDER
package main

import (
	"fmt"
	"os"

	"zarafa/agents/monitor"
	"zarafa/daemon/settings"
)

const introduction = `
zarafa-monitor reads ` + "`" + monitor.File + "`" + `, or the file given with ` + "`-c`" + `. The syntax is that of
[server.cfg](server.cfg.md). Any setting except passwords can be given on the command line as ` + "`--setting-name=value`" + `.

Settings marked HUP take effect when the monitor gets the signal HUP, the others when it is
started again. ` + "`zarafa-monitor --dump-config`" + ` prints the settings in effect. [monitor.cfg](monitor.cfg) is
a file with all of them to start from, and [monitor.md](monitor.md) says what the program does.

This page and the sample are generated from the monitor's table of settings.`

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate FOLDER")
		os.Exit(2)
	}
	if err := settings.WriteDocs(os.Args[1], "monitor", introduction, monitor.NewConfig(monitor.Start{}).Sections()); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}
