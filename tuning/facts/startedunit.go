package facts

import (
	"maps"
	"path"
	"slices"
	"strings"
)

// databaseUnits returns the programs that systemd is to start as databases and that do not run: the enabled units among the names of
// distributions, and the enabled instances of their templates, such as mariadb@second.service.
func (t *Tree) databaseUnits(running []*program) []*program {
	enabled := make(map[string]bool)
	for _, folder := range unitFolders {
		for _, wants := range t.List(folder) {
			if path.Ext(wants) != ".wants" {
				continue
			}
			for _, name := range t.List(path.Join(folder, wants)) {
				if isDatabaseUnit(name) {
					enabled[t.unitName(name)] = true
				}
			}
		}
	}
	for _, p := range running {
		delete(enabled, p.unit)
	}
	var all []*program
	for _, name := range slices.Sorted(maps.Keys(enabled)) {
		if args := t.startCommand(name); len(args) > 0 {
			all = append(all, &program{name: path.Base(args[0]), args: args, unit: name})
		}
	}
	return all
}

// isDatabaseUnit recognises mariadb.service and mariadb@second.service.
func isDatabaseUnit(name string) bool {
	template, _ := splitInstance(name)
	return slices.Contains(unitNames[RoleDatabase], strings.Replace(template, "@.", ".", 1))
}

// splitInstance returns the template of a unit such as mariadb@second.service, mariadb@.service, and its instance, second. Any other unit
// is its own template.
func splitInstance(name string) (template, instance string) {
	ext := path.Ext(name)
	prefix, instance, ok := strings.Cut(strings.TrimSuffix(name, ext), "@")
	if !ok {
		return name, ""
	}
	return prefix + "@" + ext, instance
}

// unitName is the name of the unit that a name means, which may be a link to another.
func (t *Tree) unitName(name string) string {
	template, instance := splitInstance(name)
	u, ok := t.findUnit(template)
	if !ok {
		return name
	}
	if instance == "" {
		return u.name
	}
	return strings.Replace(u.name, "@.", "@"+instance+".", 1)
}

// startCommand returns the program that a unit starts and its arguments, as systemd.service(5) makes them: a word $NAME becomes the words
// of the variable, ${NAME} within a word its value, %i and %I the instance.
func (t *Tree) startCommand(name string) []string {
	start, ok := t.readUnit(name).get("ExecStart")
	if !ok {
		return nil
	}
	_, instance := splitInstance(name)
	specifier := strings.NewReplacer("%%", "%", "%i", instance, "%I", strings.ReplaceAll(instance, "-", "/"))
	variables := t.Environment(name, "")
	var args []string
	for _, word := range words(specifier.Replace(strings.TrimLeft(start.value, "-@:+!"))) {
		if key, ok := strings.CutPrefix(word, "$"); ok && !strings.HasPrefix(key, "{") {
			args = append(args, words(specifier.Replace(variables[key].Value))...)
			continue
		}
		for key, v := range variables {
			word = strings.ReplaceAll(word, "${"+key+"}", specifier.Replace(v.Value))
		}
		args = append(args, word)
	}
	return args
}

// unitOf returns the unit that a process belongs to by its control group, "" if that is none of a database.
func (t *Tree) unitOf(p *program) string {
	text, err := t.Read(p.dir() + "/cgroup")
	if err != nil {
		return ""
	}
	for _, group := range parseMembership(text) {
		for name := range strings.SplitSeq(group, "/") {
			if isDatabaseUnit(name) {
				return t.unitName(name)
			}
		}
	}
	return ""
}
