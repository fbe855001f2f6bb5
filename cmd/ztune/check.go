package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"zarafa/tuning/facts"
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
	if err := s.decided(p); err != nil {
		return exitFailed, err
	}
	found, compared := differences(s, p)
	if compared == 0 {
		return exitEmpty, fmt.Errorf("nothing was compared: neither %s nor the database nor %s is here; name the files with --server-cfg and --my-cnf", s.serverCfg, s.unitFolder)
	}
	status := exitOK
	if len(found) > 0 {
		status = exitDiffer
	}
	if s.json {
		return status, writeJSON(s.out, found)
	}
	for _, d := range found {
		from := ""
		if d.File != "" {
			from = " (" + d.File + ")"
		}
		fmt.Fprintf(s.out, "%s: %s is %s%s, planned %s (%s)\n", d.Target, d.Key, orNothing(d.Is), from, d.Planned, d.Reason)
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

// differences compares the plan with what the files say now. It also counts the settings that could be compared: those
// of a file that is not here cannot.
func differences(s *session, p planned) (all []difference, compared int) {
	all = []difference{}
	unit := unitValues(s, p)
	for _, set := range p.plan.Settings {
		is, file := "", ""
		switch set.Target {
		case rules.ServerFile:
			if p.server == "" {
				continue
			}
			is, file = p.given[set.Key].value, p.given[set.Key].file
		case rules.OptionFile:
			d := p.machine.Database
			if o, ok := mycnf.Last(d.Options, d.Groups(), set.Key); ok {
				is, file = o.Value, o.File
			}
		case rules.UnitFile:
			if s.unitFolder == "" || !p.tree.Exists(s.unitFolder) {
				continue
			}
			is, file = unit[set.Key].Value, unit[set.Key].File
		}
		compared++
		if !same(is, set.Value) {
			all = append(all, difference{set.Target, set.Key, is, file, set.Value, set.Rule})
		}
	}
	return all, compared
}

// unitValues reads the environment that systemd gives the server: of our drop-in and of whatever else the unit has, in the order of its effect.
func unitValues(s *session, p planned) map[string]facts.Variable {
	return p.tree.Environment(serverUnit, s.unitFolder)
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
