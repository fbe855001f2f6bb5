package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"

	"zarafa/tuning/dbms"
	"zarafa/tuning/facts"
	"zarafa/tuning/rules"
)

// The files of the state folder.
const (
	appliedFile  = "applied.json"
	probeFile    = "probe.json"
	backupFolder = "backups"
)

// probeLife is how long a measurement of the storage counts.
const probeLife = 366 * 24 * time.Hour

// applied is what the last apply was told, so that check and the next plan need not
// be told again.
type applied struct {
	Time        time.Time  `json:"time"`
	Users       int        `json:"users"` // 0 if nobody said
	Role        rules.Role `json:"role"`
	Database    string     `json:"database,omitempty"` // as given, not as found
	Medium      string     `json:"medium,omitempty"`
	Connections int        `json:"connections,omitempty"`
}

// recall fills in what an earlier apply or probe knew and the command line does not
// say.
func (s *session) recall(tree *facts.Tree, w *rules.Wishes) error {
	var a applied
	if ok, err := s.readState(tree, appliedFile, &a); err != nil {
		return err
	} else if ok {
		if w.Users == 0 {
			w.Users = a.Users
		}
		if s.role == "" && a.Role != "" && w.Role == "" {
			w.Role = a.Role
		}
		if w.Medium == "" {
			w.Medium = a.Medium
		}
		if w.Connections == 0 {
			w.Connections = a.Connections
		}
		if w.Version == nil && a.Database != "" && !w.NoDatabase {
			v, err := dbms.ParseVersion(a.Database)
			if err != nil {
				return fmt.Errorf("%s: %w", path.Join(s.state, appliedFile), err)
			}
			w.Version = &v
		}
	}
	s.wished = *w
	var probe rules.Probe
	ok, err := s.readState(tree, probeFile, &probe)
	if err != nil || !ok {
		return err
	}
	if when, err := time.Parse(time.RFC3339, probe.When); err == nil && time.Since(when) < probeLife {
		w.Probe = &probe
	}
	return nil
}

// readState reads a file of the state folder, which need not be there.
func (s *session) readState(tree *facts.Tree, name string, v any) (bool, error) {
	file := path.Join(s.state, name)
	text, err := tree.Read(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case errors.Is(err, fs.ErrPermission):
		s.say("Only root may read %s, so what the last apply was told is not known; run ztune as root, or give --users and the other options again.", file)
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return false, fmt.Errorf("%s cannot be understood (%w); delete it and run ztune apply again", file, err)
	}
	return true, nil
}
