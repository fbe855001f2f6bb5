package main

import (
	"context"
	"fmt"
	"math"
	"path"
	"strings"

	"zarafa/tuning/mycnf"
	"zarafa/tuning/rules"
)

func checkCommand() command {
	return command{
		name: "check", short: "tell whether the settings still fit this machine; status 1 if not",
		machine: true, plan: true, run: check,
	}
}

// difference is a setting that is not as planned.
type difference struct {
	Target  rules.Target `json:"target"`
	Key     string       `json:"key"`
	Is      string       `json:"is"` // "" if it is not set
	File    string       `json:"file"`
	Planned string       `json:"planned"`
	Reason  string       `json:"reason"`
}

// tolerance is how far a size may be from the plan, so that a few megabytes that a
// new kernel keeps for itself do not raise an alarm.
const tolerance = 0.05

func check(ctx context.Context, s *session) (int, error) {
	p, err := s.makePlan(ctx)
	if err != nil {
		return exitFailed, err
	}
	found := differences(s, p)
	status := exitOK
	if len(found) > 0 {
		status = exitDiffer
	}
	if s.json {
		return status, writeJSON(s.out, found)
	}
	for _, d := range found {
		fmt.Fprintf(s.out, "%s: %s is %s, planned %s (%s)\n", d.Target, d.Key, orNothing(d.Is), d.Planned, d.Reason)
	}
	if file, ok := s.unread(p); ok {
		s.say("The database does not read %s; add the line '!include %s' at the end of its my.cnf.", file, file)
	} else if len(found) == 0 {
		s.say("The settings fit this machine.")
	} else {
		s.say("The settings do not fit this machine; ztune apply shows the changes and asks.")
	}
	return status, nil
}

// differences compares the plan with what the files say now.
func differences(s *session, p planned) []difference {
	all := []difference{}
	server := serverValues(p.server)
	unit := unitValues(s, p)
	for _, set := range p.plan.Settings {
		is, file := "", ""
		switch set.Target {
		case rules.ServerFile:
			if p.server == "" {
				continue
			}
			is, file = server[set.Key], s.serverCfg
		case rules.OptionFile:
			d := p.machine.Database
			if o, ok := mycnf.Last(d.Options, d.Groups(), set.Key); ok {
				is, file = o.Value, o.File
			}
		case rules.UnitFile:
			if s.unitFolder == "" || !p.tree.Exists(s.unitFolder) {
				continue
			}
			is = unit[set.Key]
		}
		if !same(is, set.Value) {
			all = append(all, difference{set.Target, set.Key, is, file, set.Value, set.Rule})
		}
	}
	return all
}

// serverValues reads the settings of a server.cfg, of several the last.
func serverValues(text string) map[string]string {
	values := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(line, "="); ok && line[0] != '#' {
			values[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	return values
}

// unitValues reads the environment that our drop-in gives the server.
func unitValues(s *session, p planned) map[string]string {
	text, err := p.tree.Read(path.Join(s.unitFolder, "zarafa-server.service.d", "ztune.conf"))
	if err != nil {
		return nil
	}
	values := make(map[string]string)
	for line := range strings.Lines(text) {
		assignment, ok := strings.CutPrefix(strings.TrimSpace(line), "Environment=")
		if name, value, found := strings.Cut(assignment, "="); ok && found {
			values[name] = value
		}
	}
	return values
}

// same reports whether two values mean the same, sizes within the tolerance.
func same(is, planned string) bool {
	if strings.EqualFold(is, planned) || truth(is) != "" && truth(is) == truth(planned) {
		return true
	}
	a, ok1 := bytesOf(is)
	b, ok2 := bytesOf(planned)
	if !ok1 || !ok2 || b < 1<<20 && a != b { // small numbers are no sizes
		return false
	}
	return math.Abs(a-b) <= tolerance*b
}

// truth brings the spellings of yes and no into one.
func truth(s string) string {
	switch strings.ToLower(s) {
	case "1", "on", "yes", "true":
		return "on"
	case "0", "off", "no", "false":
		return "off"
	}
	return ""
}

// bytesOf reads a size in any of the files' notations.
func bytesOf(text string) (float64, bool) {
	text = strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(text), "b"), "i")
	n, ok := mycnf.Size(text)
	return float64(n), ok
}
