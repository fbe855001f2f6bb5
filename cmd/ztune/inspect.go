package main

import (
	"context"
	"encoding/json"
	"io"

	"zarafa/tuning/facts"
)

func inspectCommand() command {
	return command{
		name: "inspect", short: "show what the machine is, with the evidence for each fact",
		machine: true, run: inspect,
	}
}

func inspect(ctx context.Context, s *session) (int, error) {
	m, err := s.inspect(ctx)
	if err != nil {
		return exitFailed, err
	}
	if s.json {
		return exitOK, writeJSON(s.out, m)
	}
	return exitOK, m.Print(s.out, colored(s.out))
}

// inspect reads the machine, and puts in what the command line says instead.
func (s *session) inspect(ctx context.Context) (facts.Machine, error) {
	tree, err := s.open()
	if err != nil {
		return facts.Machine{}, err
	}
	return facts.Inspect(ctx, tree, facts.Options{DataDirectory: s.dataDir, Memory: s.memory})
}

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
