package facts

import (
	"context"
	"os"
	"path"
	"slices"
	"strings"

	"zarafa/tuning/dbms"
	"zarafa/tuning/mycnf"
)

// DefaultDataDirectory is where distributions keep the database.
const DefaultDataDirectory = "/var/lib/mysql"

// Database is the installed database server.
type Database struct {
	Version       Fact[dbms.Version] `json:"version"`
	Running       bool               `json:"running"`
	DataDirectory Fact[string]       `json:"data_directory"`
	// OptionFile is the file that the server begins reading its options in.
	OptionFile Fact[string] `json:"option_file"`
	// IncludeFolder is a folder whose files are read after it, empty if there is none.
	IncludeFolder string `json:"include_folder,omitempty"`
	// Options are those of all groups, in the order of their effect; see Groups.
	Options []mycnf.Option `json:"-"`
	// OptionError says why the option files could not be read to their end.
	OptionError string `json:"option_error,omitempty"`
	// Program is the path of the server's program, empty if it was not found.
	Program string `json:"program,omitempty"`
	// GroupSuffix ends the names of groups that it reads beside the usual ones.
	GroupSuffix string `json:"group_suffix,omitempty"`
	// Instance is the name of the one among Instances that all this is about; both are empty where none runs or is to be started.
	Instance  string     `json:"instance,omitempty"`
	Instances []Instance `json:"instances,omitempty"`
	// Undecided says why it is not known which instance the groupware server uses, and what would tell; "" if it is known.
	Undecided string `json:"undecided,omitempty"`
}

// optionFiles is where servers look for their options, in this order.
var optionFiles = [...]string{"/etc/my.cnf", "/etc/mysql/my.cnf", "/usr/etc/my.cnf", "/usr/local/etc/my.cnf"}

// databasePrograms is where the server's program lies.
var databasePrograms = [...]string{"/usr/sbin/mariadbd", "/usr/libexec/mariadbd", "/usr/sbin/mysqld", "/usr/libexec/mysqld", "/usr/bin/mariadbd", "/usr/bin/mysqld", "/usr/local/mysql/bin/mysqld"}

// findDatabase reads the database that the groupware server uses. The process is nil if there is none and no unit that is to start one.
func (t *Tree) findDatabase(ctx context.Context, running []*program, o Options) (Database, *program) {
	var d Database
	for _, file := range databasePrograms {
		if t.Exists(file) {
			d.Program = file
			break
		}
	}
	d.Version = t.databaseVersion(ctx, d.Program)
	for _, p := range running {
		p.unit = t.unitOf(p)
	}
	var chosen *program
	for _, p := range append(slices.Clone(running), t.databaseUnits(running)...) {
		d.Instances = append(d.Instances, t.instance(p, d.Version))
	}
	i, why := t.choose(d.Instances, o.DataDirectory, o.Server)
	if d.Undecided = why; i != nil {
		chosen, d.Instance, d.Running = i.program, i.Name, i.PID != 0
	}
	t.readOptions(&d, chosen)
	d.DataDirectory = t.dataDirectory(&d, chosen)
	d.Options = append(d.Options, t.persisted(d.DataDirectory.Value)...)
	if !d.Version.Known() {
		for _, name := range []string{"mariadb_upgrade_info", "mysql_upgrade_info"} {
			file := path.Join(d.DataDirectory.Value, name)
			if text, err := t.Read(file); err == nil {
				if v, err := dbms.ParseVersion(text); err == nil {
					d.Version = likely(v, file)
				}
			}
		}
	}
	return d, chosen
}

// databaseVersion asks the program, and then the list of packages.
func (t *Tree) databaseVersion(ctx context.Context, program string) Fact[dbms.Version] {
	names := []string{"mariadbd", "mysqld"}
	if program != "" {
		names = []string{path.Base(program)}
	}
	for _, name := range names {
		if out, err := t.Tool(ctx, name, "--version"); err == nil {
			if _, after, ok := strings.Cut(out, "Ver "); ok {
				if v, err := dbms.ParseVersion(after); err == nil {
					return certain(v, name+" --version")
				}
			}
		}
	}
	if v, ok := t.packagedVersion(); ok {
		return likely(v, "/var/lib/dpkg/status")
	}
	return unknown[dbms.Version]("no database server was found; name it with --database, for example mariadb-10.11")
}

// packagedVersion looks for the server in Debian's list of installed packages.
func (t *Tree) packagedVersion() (dbms.Version, bool) {
	text, err := t.Read("/var/lib/dpkg/status")
	if err != nil {
		return dbms.Version{}, false
	}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		fields := make(map[string]string)
		for line := range strings.Lines(paragraph) {
			if name, value, ok := strings.Cut(line, ":"); ok && !strings.HasPrefix(line, " ") {
				fields[name] = strings.TrimSpace(value)
			}
		}
		name := fields["Package"]
		if !strings.HasSuffix(fields["Status"], " installed") {
			continue
		}
		isServer := func(prefix string) bool {
			rest, ok := strings.CutPrefix(name, prefix)
			return ok && (rest == "" || rest == "-core" || strings.HasPrefix(rest, "-1") || strings.HasPrefix(rest, "-core-") || strings.HasPrefix(rest, "-8") || strings.HasPrefix(rest, "-9"))
		}
		_, number, found := strings.Cut(fields["Version"], ":") // Debian's epoch
		if !found {
			number = fields["Version"]
		}
		switch {
		case isServer("mariadb-server"):
			v, err := dbms.ParseVersion("mariadb-" + number)
			return v, err == nil
		case isServer("mysql-server"), isServer("mysql-community-server"):
			v, err := dbms.ParseVersion("mysql-" + number)
			return v, err == nil
		}
	}
	return dbms.Version{}, false
}

// readOptions reads the option files that the server reads: with --defaults-file that alone, otherwise those of the usual places and then
// that of --defaults-extra-file.
func (t *Tree) readOptions(d *Database, running *program) {
	files := optionFiles[:]
	source := "the usual places"
	if running != nil {
		source = "command line of the running server"
		d.GroupSuffix, _ = argument(running.args, "defaults-group-suffix")
		if file, ok := argument(running.args, "defaults-file"); ok {
			files = t.ofProcess(running, file)
		} else if file, ok := argument(running.args, "defaults-extra-file"); ok {
			files = append(slices.Clone(files), t.ofProcess(running, file)...)
		} else if slices.Contains(running.args, "--no-defaults") {
			files = nil
		} else {
			source = "the usual places"
		}
	}
	for _, file := range files {
		if !t.Exists(file) {
			continue
		}
		d.OptionFile = likely(file, source)
		options, err := mycnf.Read(t, file)
		if err != nil {
			d.OptionError = err.Error()
		}
		d.Options = append(d.Options, options...)
	}
	if !d.OptionFile.Known() {
		d.OptionFile = unknown[string]("no my.cnf at the usual places; name one with --my-cnf")
	}
	d.IncludeFolder = t.includeFolder(d.OptionFile.Value)
}

// includeFolder is the folder that the option files include last.
func (t *Tree) includeFolder(file string) string {
	real, err := t.Resolve(file)
	if err != nil {
		return ""
	}
	text, err := t.Read(real)
	if err != nil {
		return ""
	}
	last := ""
	for line := range strings.Lines(text) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "!includedir" {
			if last = f[1]; !path.IsAbs(last) {
				last = path.Join(path.Dir(file), last) // as mycnf reads it
			}
		}
	}
	return last
}

// ofProcess returns the option file that a command line names. A relative one was one of the folder in which the program was started; a
// database changes to its data directory afterwards, so that only a file that is there can be told from one that is elsewhere.
func (t *Tree) ofProcess(p *program, file string) []string {
	if path.IsAbs(file) {
		return []string{path.Clean(file)}
	}
	if file = path.Join(t.workingDirectory(p), file); path.IsAbs(file) && t.Exists(file) {
		return []string{file}
	}
	return nil
}

// workingDirectory is where a process works, "" if that is not known. Only root may read it of others' processes.
func (t *Tree) workingDirectory(p *program) string {
	if p.pid == 0 {
		return "/" // of a unit, unless it says otherwise
	}
	dir, err := os.Readlink(t.Path(p.dir() + "/cwd"))
	if err != nil {
		return ""
	}
	return dir
}

// Groups returns the groups of option files that the server reads.
func (d *Database) Groups() []string {
	groups := []string{"mysqld", "server"}
	switch v := d.Version.Value; {
	case !d.Version.Known():
		groups = append(groups, "mariadb", "mariadbd")
	case v.Flavour == dbms.MariaDB:
		groups = append(groups, "mysqld-"+v.Series(), "mariadb", "mariadb-"+v.Series(), "mariadbd", "mariadbd-"+v.Series(), "galera")
	default:
		groups = append(groups, "mysqld-"+v.Series())
	}
	if d.GroupSuffix != "" {
		for _, group := range groups {
			groups = append(groups, strings.ToLower(group+d.GroupSuffix)) // mycnf has the groups in lower case
		}
	}
	return groups
}

// dataDirectory takes the running server's word, then the option files', then what
// is usual.
func (t *Tree) dataDirectory(d *Database, running *program) Fact[string] {
	if running != nil {
		if dir, ok := argument(running.args, "datadir"); ok && path.IsAbs(dir) {
			return certain(path.Clean(dir), "command line of the running server")
		} else if work := t.workingDirectory(running); ok && running.pid != 0 && work != "" {
			return likely(work, running.dir()+"/cwd") // where databases work
		}
	}
	if o, ok := mycnf.Last(d.Options, d.Groups(), "datadir"); ok && strings.HasPrefix(o.Value, "/") {
		return likely(path.Clean(o.Value), o.File+" datadir")
	}
	return assumed(DefaultDataDirectory, "the usual place")
}

// argument returns the value of --name=value on a command line, with - or _.
func argument(args []string, name string) (string, bool) {
	for _, a := range args {
		key, value, ok := strings.Cut(a, "=")
		if ok && strings.ReplaceAll(strings.TrimPrefix(key, "--"), "_", "-") == name {
			return value, true
		}
	}
	return "", false
}
