package admin

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// printHelp shows all options: actions first.
func printHelp(w io.Writer) {
	fmt.Fprint(w, "zarafa-admin manages users, groups, companies and stores: one action per call.\n\nActions:\n")
	o := &options{}
	flags := newFlags(o)
	isAction := make(map[string]*action)
	for _, a := range actions() {
		isAction[a.name] = a
	}
	modifiers := pflag.NewFlagSet("", pflag.ContinueOnError)
	modifiers.SortFlags = false
	flags.VisitAll(func(f *pflag.Flag) {
		a := isAction[f.Name]
		switch {
		case f.Hidden:
			return
		case a == nil:
			modifiers.AddFlag(f)
			return
		}
		left := "      --" + a.name
		if a.shorthand != "" {
			left = "  -" + a.shorthand + ", --" + a.name
		}
		switch {
		case a.optional != "":
			left += "[=" + a.argument + "]"
		case a.argument != "":
			left += " " + a.argument
		}
		fmt.Fprintf(w, "%s%s  %s\n", left, strings.Repeat(" ", max(0, 42-len(left))), a.usage)
	})
	fmt.Fprint(w, "\nOptions:\n", strings.ReplaceAll(modifiers.FlagUsages(), "[=true|false]", strings.Repeat(" ", len("[=true|false]"))))
	fmt.Fprint(w, "\nOptions about clusters are answered with an error: the server is none. Without -h the server is found by ZARAFA_SOCKET, else by server_socket in ",
		DefaultConfigFile, ", else on this machine.\n\nExample:\n  zarafa-admin -c john -P -e john@example.com -f \"John Doe\"\n  zarafa-admin --create-store john --lang en\n")
}
