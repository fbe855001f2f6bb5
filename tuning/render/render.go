// Package render writes a plan as files: server.cfg with the planned values in it, a
// fragment of my.cnf, and a drop-in for the server's unit.
//
// It works on texts and touches no file. What an admin wrote stays as it is, comments
// and order included; only the planned settings change. It refuses nothing: a plan
// holds no option that its version does not know.
package render

import (
	"fmt"
	"strings"

	"zarafa/tuning/dbms"
	"zarafa/tuning/rules"
)

// OptionFile writes the fragment of my.cnf. What every version knows is in the group
// [mysqld]; the rest is in the group of the version's series, so that an upgrade of
// the database never meets an option that it refuses: the new version does not read
// the old one's group, and ztune check says that the plan no longer fits. A plan with a group suffix is for one of several databases that
// share their option files, and its groups end in it.
func OptionFile(p rules.Plan) string {
	if p.Version == nil {
		return ""
	}
	var always, series strings.Builder
	for _, s := range p.Settings {
		if s.Target != rules.OptionFile {
			continue
		}
		b := &series
		if dbms.Universal(s.Key) {
			b = &always
		}
		fmt.Fprintf(b, "# %s\n%s = %s\n", s.Rule, s.Key, s.Value)
	}
	text := "# Written by ztune for " + p.Version.String() + "; ztune explain KEY gives the reasons,\n# ztune undo takes it back. Changes made here are lost at the next ztune apply.\n\n[mysqld" + p.GroupSuffix + "]\n" + always.String()
	if series.Len() > 0 {
		text += "\n[" + seriesGroup(*p.Version) + p.GroupSuffix + "]\n" + series.String()
	}
	return text
}

// seriesGroup is the group that only one series of a server reads.
func seriesGroup(v dbms.Version) string {
	if v.Flavour == dbms.MariaDB {
		return "mariadb-" + v.Series()
	}
	return "mysqld-" + v.Series()
}

// UnitFile writes the drop-in for the server's unit, "" if the plan has none.
func UnitFile(p rules.Plan) string {
	var b strings.Builder
	for _, s := range p.Settings {
		if s.Target == rules.UnitFile {
			fmt.Fprintf(&b, "# %s\nEnvironment=%s=%s\n", s.Rule, s.Key, s.Value)
		}
	}
	if b.Len() == 0 {
		return ""
	}
	return "# Written by ztune; ztune undo takes it back.\n[Service]\n" + b.String()
}

// heading stands above the settings that the file did not have.
const heading = "##### Written by ztune #####"

// ServerFile puts the planned settings into the text of a server.cfg. A setting that
// is there keeps its line; of several the last, which is the one that counts. The
// others are added at the end.
func ServerFile(text string, p rules.Plan) string {
	lines := strings.Split(text, "\n")
	last := make(map[string]int)
	for i, line := range lines {
		if name, _, ok := setting(line); ok {
			last[name] = i
		}
	}
	var added []string
	for _, s := range p.Settings {
		if s.Target != rules.ServerFile {
			continue
		}
		i, ok := last[s.Key]
		if !ok {
			added = append(added, s.Key+" = "+s.Value)
			continue
		}
		if _, value, _ := setting(lines[i]); value != s.Value {
			lines[i] = s.Key + " = " + s.Value
		}
	}
	if len(added) == 0 {
		return strings.Join(lines, "\n")
	}
	body := strings.TrimRight(strings.Join(lines, "\n"), "\n")
	if body != "" {
		body += "\n"
	}
	if !strings.Contains(body, heading) {
		if body != "" {
			body += "\n"
		}
		body += heading + "\n"
	}
	return body + strings.Join(added, "\n") + "\n"
}

// setting reads a line "name = value"; comments and directives are none.
func setting(line string) (name, value string, ok bool) {
	if line == "" || line[0] == '#' || line[0] == '!' {
		return "", "", false
	}
	name, value, ok = strings.Cut(line, "=")
	return strings.TrimSpace(name), strings.TrimSpace(value), ok
}
