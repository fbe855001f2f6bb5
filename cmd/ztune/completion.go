package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

func completionCommand() command {
	return command{
		name: "completion", args: "SHELL", short: "write the completion for bash, zsh or fish",
		run: func(_ context.Context, s *session) (int, error) {
			shell := ""
			if len(s.args) == 1 {
				shell = s.args[0]
			}
			switch shell {
			case "bash":
				return exitOK, bashCompletion(s.out)
			case "zsh":
				if _, err := io.WriteString(s.out, "#compdef ztune\nautoload -U +X bashcompinit && bashcompinit\n"); err != nil {
					return exitFailed, err
				}
				return exitOK, bashCompletion(s.out)
			case "fish":
				return exitOK, fishCompletion(s.out)
			}
			return exitFailed, fmt.Errorf("completion takes the name of a shell: bash, zsh or fish; for example ztune completion bash > /etc/bash_completion.d/ztune")
		},
	}
}

// optionNames lists a command's long options.
func optionNames(c command) []string {
	var o options
	var names []string
	flagSet(c, &o).VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	return names
}

func bashCompletion(w io.Writer) error {
	var b strings.Builder
	var names []string
	b.WriteString("_ztune() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} words\n\tcase ${COMP_WORDS[1]} in\n")
	for _, c := range commands() {
		names = append(names, c.name)
		words := strings.Join(optionNames(c), " ")
		if c.name == "completion" {
			words += " bash zsh fish"
		}
		fmt.Fprintf(&b, "\t%s) words='%s' ;;\n", c.name, words)
	}
	all := strings.Join(append(names, "help", "version"), " ")
	fmt.Fprintf(&b, "\tesac\n\t[ \"$COMP_CWORD\" -gt 1 ] || words='%s'\n", all)
	b.WriteString("\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n\t--role) words='both server db' ;;\n\t--medium) words='rotating ssd nvme network virtual' ;;\n\t--print) words='server.cfg my.cnf unit' ;;\n\t--engine) words='sqlite mysql' ;;\n\tesac\n")
	b.WriteString("\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n\t[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$word\"))\n}\ncomplete -F _ztune ztune\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func fishCompletion(w io.Writer) error {
	var b strings.Builder
	quote := func(s string) string { return "'" + strings.ReplaceAll(s, "'", `\'`) + "'" }
	for _, c := range commands() {
		fmt.Fprintf(&b, "complete -c ztune -n __fish_use_subcommand -f -a %s -d %s\n", c.name, quote(c.short))
		var o options
		flagSet(c, &o).VisitAll(func(f *pflag.Flag) {
			fmt.Fprintf(&b, "complete -c ztune -n '__fish_seen_subcommand_from %s' -l %s -d %s\n", c.name, f.Name, quote(f.Usage))
		})
	}
	_, err := io.WriteString(w, b.String())
	return err
}
