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
)

//go:embed data/*.json messages.json languages.json
var files embed.FS

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
