package api

import "encoding/json"

// Signature is a text for the end of mails.
type Signature struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// HTML is what the user wrote; it is made harmless when it is saved. Text is the same for mails without formatting.
	HTML string `json:"html"`
	Text string `json:"text"`
}

// Density is how high the rows of lists are.
type Density string

// Densities.
const (
	Compact     Density = "compact"
	Comfortable Density = "comfortable"
	Preview     Density = "preview"
)

// Theme is light or dark.
type Theme string

// Themes.
const (
	Automatic Theme = "automatic"
	Light     Theme = "light"
	Dark      Theme = "dark"
)

// Format is how mails are written.
type Format string

// Formats.
const (
	FormatHTML Format = "html"
	FormatText Format = "text"
)

// Settings are what the user chose. They lie in his mailbox, beside those of other programs.
type Settings struct {
	// Language is a tag such as "de"; empty is that of the browser.
	Language string  `json:"language"`
	Theme    Theme   `json:"theme"`
	Density  Density `json:"density"`
	// Keys is which set of keys is used: "outlook" or "gmail".
	Keys       string      `json:"keys"`
	Format     Format      `json:"format"`
	Signatures []Signature `json:"signatures"`
	// NewSignature and ReplySignature are ids of signatures, empty for none.
	NewSignature   ID `json:"newSignature"`
	ReplySignature ID `json:"replySignature"`
	// Hold is for how many seconds sending can be undone, 0 for not at all.
	Hold int `json:"hold"`
	// MarkRead is after how many seconds in the reader a mail is read: 0 at once, -1 never by itself.
	MarkRead int `json:"markRead"`
	// Images are the addresses, in lower case, whose mails show remote pictures without being asked.
	Images []string `json:"images"`
	// Categories are the names of the user's categories with their colours.
	Categories []Category `json:"categories"`
	// Favourites are folders above the tree, in their order.
	Favourites []ID `json:"favourites"`
	// UI is what the client keeps for itself, such as the widths of panes; at most 64 KiB as JSON.
	UI json.RawMessage `json:"ui"`
}

// Category is a category and its colour, a number of Outlook's list from 0 to 24; -1 is no colour.
type Category struct {
	Name   string `json:"name"`
	Colour int    `json:"colour"`
}

// SettingsResult is the result of "settings/get" and "settings/set".
type SettingsResult struct {
	Settings Settings `json:"settings"`
	State    State    `json:"state"`
}

// SettingsSet changes settings: those members that Set has take the place of the old ones.
type SettingsSet struct {
	// Set has some members of Settings.
	Set json.RawMessage `json:"set"`
	// IfInState, if not empty, has the call fail with stateMismatch if the settings have changed meanwhile.
	IfInState State `json:"ifInState,omitempty"`
}
