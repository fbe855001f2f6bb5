package repository

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Snapshot is what a store was at one time.
type Snapshot struct {
	Name   string    `json:"-"`     // of its file, without the folder
	Store  string    `json:"store"` // GUID, in hexadecimal
	User   string    `json:"user"`  // login name of the owner; empty for the public store and stores without an owner
	Kind   string    `json:"kind"`  // private, public, or other
	Server string    `json:"server"`
	Time   time.Time `json:"time"`
	Root   ID        `json:"root"`  // the blob that describes the store
	Exact  bool      `json:"exact"` // nothing changed while it was made
	Items  int64     `json:"items"`
	Bytes  int64     `json:"bytes"`          // sizes of the items, as the server counts them
	Hold   bool      `json:"hold,omitempty"` // no policy removes it
	Faults []string  `json:"faults,omitempty"`
}

// MarshalText makes an id readable in JSON.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads an id.
func (id *ID) UnmarshalText(text []byte) error {
	out := decodeHex(string(text))
	if len(out) != len(id) {
		return fmt.Errorf("%q is no id of a blob", text)
	}
	*id = ID(out)
	return nil
}

// AddSnapshot makes everything durable that was saved, and then the snapshot of it.
func (r *Repository) AddSnapshot(ctx context.Context, s Snapshot) (name string, err error) {
	if err := r.Flush(ctx); err != nil {
		return "", err
	}
	plain, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	name, err = r.writeFile(ctx, snapshotsFolder, plain)
	return strings.TrimPrefix(name, snapshotsFolder+"/"), err
}

// Snapshots lists all snapshots, the oldest first. Damaged ones are noted and left out.
func (r *Repository) Snapshots(ctx context.Context) ([]Snapshot, error) {
	var list []Snapshot
	err := r.eachFile(ctx, snapshotsFolder, func(name string, plain []byte) error {
		var s Snapshot
		if err := json.Unmarshal(plain, &s); err != nil {
			r.note(Damage{name, err.Error()})
			return nil
		}
		s.Name, _ = contentName(name)
		list = append(list, s)
		return nil
	})
	slices.SortFunc(list, func(a, b Snapshot) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Name, b.Name)) })
	return list, err
}

// RemoveSnapshot removes a snapshot. What only it referred to goes with a later prune.
func (r *Repository) RemoveSnapshot(ctx context.Context, name string) error {
	return r.backend.Delete(ctx, snapshotsFolder+"/"+name)
}
