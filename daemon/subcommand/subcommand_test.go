package subcommand_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"zarafa/daemon/subcommand"
)

// program has a command without arguments, and one that copies.
func program(ran *[]string) *subcommand.Program {
	times := 0
	look := pflag.NewFlagSet("look", pflag.ContinueOnError)
	look.IntVar(&times, "times", 1, "how often")
	fast := false
	look.BoolVar(&fast, "fast", false, "hurry")
	return &subcommand.Program{Name: "tool", Version: "1.2", Note: "Nothing is changed.", Failed: 7, Commands: []subcommand.Command{
		{Name: "look", Short: "looks around", Options: look, Run: func(context.Context, []string) (int, error) {
			*ran = append(*ran, "look")
			if times == 0 {
				return subcommand.OK, errors.New("looked at nothing")
			}
			if times < 0 {
				return 9, errors.New("looked back")
			}
			return times, nil
		}},
		{Name: "copy", Arguments: "FROM TO", Short: "copies", Options: pflag.NewFlagSet("copy", pflag.ContinueOnError), Fewest: 2, Most: 2,
			Run: func(_ context.Context, args []string) (int, error) {
				*ran = append(*ran, args...)
				return subcommand.OK, nil
			}},
		{Name: "join", Arguments: "FILE...", Short: "joins", Options: pflag.NewFlagSet("join", pflag.ContinueOnError), Fewest: 1, Most: -1,
			Run: func(_ context.Context, args []string) (int, error) { return len(args), nil }},
	}}
}

func TestRun(t *testing.T) {
	for _, test := range []struct {
		line           string
		status         int
		stdout, stderr string // parts of them; "" is that nothing is written
		ran            string
	}{
		{"", subcommand.Usage, "", "  copy FROM TO  copies\n", ""},
		{"--help", subcommand.OK, "Nothing is changed.\n", "", ""},
		{"help", subcommand.OK, "  look          looks around\n", "", ""},
		{"help copy", subcommand.OK, "usage: tool copy [OPTION...] FROM TO\n", "", ""},
		{"help dance", subcommand.Usage, "", `no command "dance"`, ""},
		{"look -h", subcommand.OK, "how often (default 1)\n      --fast", "", ""},
		{"--version", subcommand.OK, "tool 1.2\n", "", ""},
		{"dance", subcommand.Usage, "", `tool: there is no command "dance"; "tool help" lists them`, ""},
		{"loo", subcommand.Usage, "", `no command "loo"`, ""},
		{"look", 1, "", "", "look"},
		{"look --times 3", 3, "", "", "look"},
		{"look --times 0", 7, "", "tool look: looked at nothing\n", "look"},
		{"look --times -1", 9, "", "looked back", "look"},
		{"look --times x", subcommand.Usage, "", "--times", ""},
		{"look --tines 1", subcommand.Usage, "", `tool look: unknown flag: --tines; "tool help look" tells what it takes`, ""},
		{"look up", subcommand.Usage, "", `"up" is not an option`, ""},
		{"copy a b", subcommand.OK, "", "", "a b"},
		{"copy a", subcommand.Usage, "", "1 argument in place of FROM TO", ""},
		{"copy a b c", subcommand.Usage, "", "3 arguments in place of FROM TO", ""},
		{"join a b c", 3, "", "", ""},
		{"join", subcommand.Usage, "", "0 arguments in place of FILE...", ""},
	} {
		var ran []string
		var stdout, stderr strings.Builder
		status := program(&ran).Run(t.Context(), strings.Fields(test.line), &stdout, &stderr)
		if status != test.status || strings.Join(ran, " ") != test.ran || !says(stdout.String(), test.stdout) || !says(stderr.String(), test.stderr) {
			t.Errorf("tool %s: status %d, ran %q\n%s---\n%s", test.line, status, ran, &stdout, &stderr)
		}
	}
}

// says reports whether an output has a part, or is empty if it should be.
func says(output, part string) bool {
	return strings.Contains(output, part) && (part != "" || output == "")
}
