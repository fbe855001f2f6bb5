// Package users says, as data, what the users do that the load generator plays: how often a day they do what, how large
// their mail is, and in which languages it is written.
//
// The data is embedded in the program. The package only reads and checks it; everything it returns belongs to the
// caller. It refuses profiles with unknown actions or counts out of bounds.
package users

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed profile/*.json messages.json languages.json
var files embed.FS

// Action is something that a user does, or that happens to him.
type Action string

// The actions there are.
const (
	Receive     Action = "receive"     // a message is delivered into the inbox
	CheckInbox  Action = "check-inbox" // the list of the inbox is opened anew
	Page        Action = "page"        // another part of a list is read
	Read        Action = "read"        // a message is opened and marked as read
	MarkUnread  Action = "mark-unread"
	Send        Action = "send"
	Reply       Action = "reply"
	Move        Action = "move"
	Delete      Action = "delete"   // into the deleted items, or out of them for good
	Folders     Action = "folders"  // the tree of folders with its counters
	Calendar    Action = "calendar" // the appointments of a week
	Appointment Action = "appointment"
	Contact     Action = "contact"
	Search      Action = "search" // a list with a restriction
	LogOn       Action = "log-on" // log off, log on again
)

// Actions lists all actions.
func Actions() []Action {
	return []Action{
		Receive, CheckInbox, Page, Read, MarkUnread, Send, Reply, Move, Delete, Folders, Calendar, Appointment, Contact, Search, LogOn,
	}
}

// maxPerDay is the largest count of a profile: more is a mistake, compression is for higher rates.
const maxPerDay = 10_000

// Profile is a kind of user.
type Profile struct {
	Name        string             `json:"name"`
	Source      string             `json:"source"` // where the numbers come from
	HoursPerDay float64            `json:"hoursPerDay"`
	PerDay      map[Action]float64 `json:"perDay"` // how often a day
}

// Size is a kind of message.
type Size struct {
	Weight     int    `json:"weight"`
	Body       int    `json:"body"`       // bytes
	Attachment int    `json:"attachment"` // bytes, 0 for none
	Name       string `json:"name"`
	Type       string `json:"type"`
}

// Language is what messages are made of.
type Language struct {
	Name   string   `json:"name"`
	Weight int      `json:"weight"`
	People []string `json:"people"`
	Words  []string `json:"words"`
}

// Names lists the profiles.
func Names() []string {
	paths, err := fs.Glob(files, "profile/*.json")
	if err != nil {
		return nil // the pattern is valid
	}
	for i, p := range paths {
		paths[i] = strings.TrimSuffix(path.Base(p), ".json")
	}
	return paths
}

// Load reads a profile.
func Load(name string) (*Profile, error) {
	if !slices.Contains(Names(), name) {
		return nil, fmt.Errorf("there is no profile %q; the profiles are %s", name, strings.Join(Names(), ", "))
	}
	text, err := files.ReadFile("profile/" + name + ".json")
	if err != nil {
		return nil, err
	}
	return Parse(text)
}

// Parse reads a profile from JSON and checks it.
func Parse(text []byte) (*Profile, error) {
	var p Profile
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, fmt.Errorf("profile: %w", err)
	}
	if p.HoursPerDay < 1 || p.HoursPerDay > 24 {
		return nil, fmt.Errorf("profile %s: hoursPerDay is %v, it must be 1 to 24", p.Name, p.HoursPerDay)
	}
	total := 0.0
	for action, n := range p.PerDay {
		switch {
		case !slices.Contains(Actions(), action):
			return nil, fmt.Errorf("profile %s: there is no action %q", p.Name, action)
		case n < 0 || n > maxPerDay:
			return nil, fmt.Errorf("profile %s: %s is %v, it must be 0 to %d", p.Name, action, n, maxPerDay)
		}
		total += n
	}
	if total == 0 {
		return nil, fmt.Errorf("profile %s: nothing is done", p.Name)
	}
	return &p, nil
}

// Sizes returns the kinds of messages.
func Sizes() ([]Size, error) {
	var list struct {
		Sizes []Size `json:"sizes"`
	}
	err := read("messages.json", &list)
	return list.Sizes, err
}

// Languages returns the languages.
func Languages() (list []Language, err error) {
	err = read("languages.json", &list)
	return list, err
}

func read(name string, to any) error {
	text, err := files.ReadFile(name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
