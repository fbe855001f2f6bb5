package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// partOptions say which of several machines this one is.
type partOptions struct{ part, startAt string }

func (p *partOptions) define(flags *pflag.FlagSet) {
	flags.StringVar(&p.part, "part", "", "which of several machines this one is, for example 2/3; --users is then the number of all together, and \"zload merge\" makes one result")
	flags.StringVar(&p.startAt, "start-at", "", "when the work begins, the same for all machines, whose clocks must agree: 2026-01-31T12:00:00Z, as \"date -Iseconds\" writes it")
}

// finish reads the options.
func (p *partOptions) finish(o *playOptions) (err error) {
	if p.part != "" {
		if o.Part, o.Parts, err = parsePart(p.part); err != nil {
			return fmt.Errorf("--part: %w", err)
		}
	}
	if p.startAt == "" {
		return nil
	}
	if o.StartAt, err = time.Parse(time.RFC3339, p.startAt); err != nil {
		return fmt.Errorf("--start-at: %q is no time such as 2026-01-31T12:00:00Z", p.startAt)
	}
	if time.Until(o.StartAt) <= 0 {
		return fmt.Errorf("--start-at: %s is over", p.startAt)
	}
	return nil
}

// parsePart reads a part such as 2/3.
func parsePart(text string) (part, parts int, err error) {
	a, b, _ := strings.Cut(text, "/")
	part, errPart := strconv.Atoi(a)
	parts, errParts := strconv.Atoi(b)
	if errPart != nil || errParts != nil || part < 1 || part > parts {
		return 0, 0, fmt.Errorf("%q is no part such as 2/3", text)
	}
	return part, parts, nil
}
