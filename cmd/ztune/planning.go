package main

import (
	"context"
	"maps"
	"path"
	"strconv"
	"strings"

	"zarafa/storage/mysql"
	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
)

// planned is a plan with what it was made from.
type planned struct {
	tree    *facts.Tree
	machine facts.Machine
	plan    rules.Plan
	// found is the version of the database that is installed, whatever is planned for.
	found facts.Fact[dbms.Version]
	// server is the text of server.cfg, "" if there is none.
	server string
	// given are the server's settings that are in effect, by name; nil if there is no server.cfg.
	given map[string]serverValue
}

// makePlan reads the machine and plans.
func (s *session) makePlan(ctx context.Context) (planned, error) {
	p := planned{}
	var err error
	if p.tree, err = s.open(); err != nil {
		return p, err
	}
	file, given, err := s.readServerFile(p.tree)
	if err != nil {
		return p, err
	}
	p.server, p.given = file, given
	w, dataDir := s.wishes(given)
	p.machine, err = facts.Inspect(ctx, p.tree, facts.Options{DataDirectory: dataDir, Memory: s.memory, Server: address(p.tree, given, w)})
	if err != nil {
		return p, err
	}
	if err := s.recall(p.tree, &w); err != nil {
		return p, err
	}
	p.found = p.machine.Database.Version
	if found := &p.machine.Database.Version; w.Version != nil {
		// The groups of the option files are then those of this version.
		*found = facts.Fact[dbms.Version]{Value: *w.Version, Source: "--database", Confidence: facts.Certain}
	}
	if w.OwnFile = s.myCnf; w.OwnFile == "" {
		w.OwnFile = path.Join(p.machine.Database.IncludeFolder, fragmentName)
	}
	p.plan = rules.Make(p.machine, w)
	return p, nil
}

// address is where the server connects to its database by server.cfg, unknown without server.cfg and where the database is not of this
// machine.
func address(tree *facts.Tree, given map[string]serverValue, w rules.Wishes) facts.Address {
	if given == nil || w.NoDatabase || w.Role == rules.DB || w.Role == rules.Server {
		return facts.Address{}
	}
	cfg := mysql.Config{Host: given["mysql_host"].value, Socket: given["mysql_socket"].value}
	if cfg.Host == "" {
		cfg.Host = "localhost"
	}
	cfg.Port, _ = strconv.Atoi(given["mysql_port"].value) // what is no number, the server refuses itself
	if cfg.Port == 0 {
		cfg.Port = mysqlPort
	}
	a := facts.Address{Socket: mysql.LocalSocket(cfg, tree.Exists), Host: cfg.Host, Port: cfg.Port}
	switch {
	case cfg.Socket != "":
		a.Setting = "mysql_socket = " + cfg.Socket
	case a.Socket != "":
		a.Setting = "mysql_host = " + cfg.Host + " (the socket " + a.Socket + ")"
	default:
		a.Setting = "mysql_host = " + cfg.Host + " with mysql_port = " + strconv.Itoa(cfg.Port)
	}
	return a
}

// mysqlPort is the server's default of mysql_port.
const mysqlPort = 3306

// wishes takes the command line's word first, then what server.cfg says of the
// database. It also returns the directory whose storage counts, if server.cfg decides.
func (s *session) wishes(given map[string]serverValue) (rules.Wishes, string) {
	w := rules.Wishes{Role: rules.Role(s.role), Users: s.users, Version: s.version, Medium: s.medium, Connections: s.connections}
	dataDir := s.dataDir
	if s.engine != "" {
		given = maps.Clone(given)
		if given == nil {
			given = make(map[string]serverValue)
		}
		given["database_engine"] = serverValue{value: s.engine}
	}
	if given == nil || w.Role == rules.DB {
		return w, dataDir
	}
	if engine := given["database_engine"].value; engine != "mysql" && s.version == nil {
		w.NoDatabase = true
		file := given["sqlite_path"].value
		if file == "" {
			file = "/var/lib/zarafa/zarafa.db"
		}
		if dataDir == "" && path.IsAbs(file) {
			dataDir = path.Dir(file)
		}
		return w, dataDir
	}
	if w.Role == "" && given["mysql_socket"].value == "" && !isLocal(given["mysql_host"].value) {
		w.Role = rules.Server
	}
	return w, dataDir
}

// isLocal reports whether a host is this machine.
func isLocal(host string) bool {
	switch host {
	case "", "localhost", "::1", "localhost.localdomain":
		return true
	}
	return strings.HasPrefix(host, "127.")
}
