package facts

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"zarafa/tuning/dbms"
	"zarafa/tuning/mycnf"
)

// Address is where the groupware server connects to its database, as server.cfg says. The zero Address is unknown.
type Address struct {
	// Socket is a unix socket. If it is set, Host and Port do not count.
	Socket string
	Host   string
	Port   int
	// Setting is what decides it, for messages: mysql_socket = /run/mysqld/mysqld.sock.
	Setting string
}

// Instance is a database server of the machine that runs, or that systemd is to start.
type Instance struct {
	// Name is for people: the program with its process, or the unit.
	Name string `json:"name"`
	PID  int    `json:"pid,omitempty"` // 0 if it does not run
	// Unit is the unit of systemd, "" for a process of which none is known.
	Unit          string       `json:"unit,omitempty"`
	DataDirectory Fact[string] `json:"data_directory"`
	// Socket and Port are what it listens on, unknown if neither its command line nor its option files say.
	Socket Fact[string] `json:"socket"`
	Port   Fact[int]    `json:"port"` // 0 if it does not listen to TCP
	// OptionFile is the first option file that it reads; GroupSuffix is what the names of the groups end in that it reads beside the usual ones.
	OptionFile  Fact[string] `json:"option_file"`
	GroupSuffix string       `json:"group_suffix,omitempty"`

	program *program
	bind    string // the address that it listens at, "" for all
}

// defaultDatabasePort is what a database listens on if nobody has said otherwise.
const defaultDatabasePort = 3306

// instance finds out what a database server listens on.
func (t *Tree) instance(p *program, version Fact[dbms.Version]) Instance {
	d := Database{Version: version}
	t.readOptions(&d, p)
	i := Instance{PID: p.pid, Unit: p.unit, DataDirectory: t.dataDirectory(&d, p), OptionFile: d.OptionFile, GroupSuffix: d.GroupSuffix, program: p}
	if i.Name = p.unit; p.pid != 0 {
		i.Name = fmt.Sprintf("%s (process %d)", p.name, p.pid)
	}
	option := func(name string) (string, string, bool) {
		if value, ok := argument(p.args, strings.ReplaceAll(name, "_", "-")); ok {
			return value, "command line", true
		}
		o, ok := mycnf.Last(d.Options, d.Groups(), name)
		return o.Value, o.File, ok
	}
	if socket, source, ok := option("socket"); ok && socket != "" {
		if !path.IsAbs(socket) {
			socket = path.Join(i.DataDirectory.Value, socket) // its working directory
		}
		i.Socket = likely(path.Clean(socket), source+" socket")
	} else {
		i.Socket = unknown[string]("no option says which socket")
	}
	i.Port = assumed(defaultDatabasePort, "the default")
	if text, source, ok := option("port"); ok {
		if n, err := strconv.Atoi(text); err == nil && n > 0 {
			i.Port = likely(n, source+" port")
		}
	}
	if value, source, ok := option("skip_networking"); ok && !slices.Contains([]string{"0", "off", "false"}, strings.ToLower(value)) ||
		slices.Contains(p.args, "--skip-networking") {
		i.Port = likely(0, source+" skip_networking")
	}
	i.bind, _, _ = option("bind_address")
	return i
}

// verdict says whether an instance is the one that is looked for.
type verdict int

const (
	isNot verdict = iota
	mayBe
	is
)

// serves reports whether an instance listens at an address.
func (t *Tree) serves(i Instance, a Address) verdict {
	switch {
	case a == Address{}:
		return mayBe
	case a.Socket != "" && !i.Socket.Known():
		return mayBe
	case a.Socket != "":
		return truth(t.sameFile(i.Socket.Value, a.Socket))
	case a.Port != i.Port.Value || !listensAt(i.bind, a.Host):
		return isNot
	}
	return is
}

func truth(b bool) verdict {
	if b {
		return is
	}
	return isNot
}

// sameFile compares two paths with their symbolic links followed, such as that from /var/run to /run.
func (t *Tree) sameFile(a, b string) bool {
	a, errA := t.Resolve(a)
	b, errB := t.Resolve(b)
	return errA == nil && errB == nil && a == b
}

// listensAt reports whether a server bound to an address, or to several, is reached by a name of this machine.
func listensAt(bind, host string) bool {
	if host == "" || host == "localhost" || host == "localhost.localdomain" {
		return true // which of 127.0.0.1 and ::1 it means, the resolver decides
	}
	for address := range strings.SplitSeq(bind, ",") {
		switch address = strings.TrimSpace(address); address {
		case "", "*", "0.0.0.0", "::", "localhost", host:
			return true
		}
	}
	return false
}

// choose finds the instance that the groupware server uses: the one with the data directory, if one is given, that listens at the address.
// Among several that fit, one that runs is taken before one that does not. If none is left, or more than one, why says so and names the
// instances and the option that decides; the first of those that are left, or of all, is then returned, nil if there is none at all.
func (t *Tree) choose(all []Instance, dataDirectory string, a Address) (chosen *Instance, why string) {
	if len(all) == 0 {
		return nil, ""
	}
	left := all
	if dataDirectory != "" {
		left = best(left, func(i Instance) verdict { return truth(t.sameFile(i.DataDirectory.Value, dataDirectory)) })
		if len(left) == 0 && len(all) == 1 {
			left = all // its storage alone is asked for
		}
	}
	left = best(left, func(i Instance) verdict { return t.serves(i, a) })
	if running := best(left, func(i Instance) verdict { return truth(i.PID != 0) }); len(running) > 0 {
		left = running
	}
	const orNameIt = "or name its data with --data-directory and a file for options that only it reads with --my-cnf"
	switch {
	case len(left) == 1:
		return &left[0], ""
	case len(left) == 0 && a.Setting != "":
		return &all[0], fmt.Sprintf("no database server of this machine is where the server connects to, %s; there is %s; set mysql_socket in server.cfg to the socket of the right one, %s", a.Setting, describe(all), orNameIt)
	case len(left) == 0:
		return &all[0], fmt.Sprintf("no database server of this machine has its data in %s; there is %s; correct --data-directory", dataDirectory, describe(all))
	case a.Setting == "":
		return &left[0], fmt.Sprintf("several database servers are here, %s; name the data of the one that the server uses with --data-directory", describe(left))
	}
	return &left[0], fmt.Sprintf("several database servers are here, and %s does not tell which one the server uses: %s; set mysql_socket in server.cfg to the socket of the right one, %s", a.Setting, describe(left), orNameIt)
}

// best returns the instances of the highest verdict, none if that is isNot.
func best(all []Instance, judge func(Instance) verdict) []Instance {
	var left []Instance
	highest := mayBe
	for _, i := range all {
		switch v := judge(i); {
		case v > highest:
			left, highest = []Instance{i}, v
		case v == highest:
			left = append(left, i)
		}
	}
	return left
}

// describe names instances with what tells them apart.
func describe(all []Instance) string {
	var list []string
	for _, i := range all {
		text := i.Name + " with " + i.DataDirectory.Value
		if i.Socket.Known() {
			text += " at " + i.Socket.Value
		}
		if i.Port.Value != 0 {
			text += ", port " + strconv.Itoa(i.Port.Value)
		}
		list = append(list, text)
	}
	return strings.Join(list, "; ")
}

// SharedWith names the other instances that read the file that options for the chosen one would be put into, and in the same groups: what
// is planned for one they would take too.
func (d *Database) SharedWith() []string {
	var names []string
	for _, i := range d.Instances {
		if i.Name != d.Instance && i.OptionFile.Value == d.OptionFile.Value && (d.GroupSuffix == "" || i.GroupSuffix == d.GroupSuffix) {
			names = append(names, i.Name)
		}
	}
	return names
}
