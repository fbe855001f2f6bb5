package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"zarafa/daemon/settings"
)

// Search says how texts are looked for in search folders (tables.md section 10).
type Search struct {
	Enabled     bool
	Timeout     time.Duration
	Path        string // folder of the index
	Attachments bool
	Exclude     []uint16 // ids of properties that are not indexed
	Suggestions bool
}

func (s *Search) section() settings.Section {
	return settings.Section{Title: "Search", Options: []settings.Option{
		{
			Name: "search_enabled", Aliases: []string{"index_services_enabled"}, Default: "yes", Value: settings.Bool(&s.Enabled), Reloadable: true,
			Doc: "Whether search folders look for texts by words: each word of the text must be the beginning of a word of the message, whatever its " +
				"case and accents. Otherwise the text must be part of the message as it is. Searches in open tables always do the latter.",
		},
		{
			Name: "index_path", Default: "/var/lib/zarafa/search", Value: settings.Text(&s.Path),
			Doc: "The folder of the full-text index. A mailbox is indexed from the first search for a text in it. The folder holds nothing that is not in the database, and may be deleted while the server is stopped; the " +
				"index is then made anew in the background. Empty: there is no index, searches read the messages.",
		},
		{
			Name: "index_attachments", Default: "yes", Value: settings.Bool(&s.Attachments),
			Doc: "Whether the text of attachments (plain text, HTML and the like, up to 1 MiB each) is found like that of the message. A change makes the index anew.",
		},
		{
			Name: "index_exclude_properties", Default: "007D 0064 0C1E 0075 678E 678F 001A", Value: propertyIDs{&s.Exclude},
			Doc: "Properties whose texts are not indexed. Searches for them compare whole texts. A change makes the index anew.",
		},
		{
			Name: "suggestions", Default: "yes", Value: settings.Bool(&s.Suggestions),
			Doc: "Whether a search folder that finds nothing proposes another spelling, for clients that show it.",
		},
		{
			Name: "search_timeout", Aliases: []string{"index_services_search_timeout"}, Default: "10", Value: seconds(&s.Timeout, 1),
			Doc: "How long the index may take to answer. After that the messages are read.",
		},
	}}
}

// propertyIDs binds a list of property ids as four hexadecimal digits each.
type propertyIDs struct{ field *[]uint16 }

func (v propertyIDs) Set(text string) error {
	var ids []uint16
	for _, word := range strings.Fields(text) {
		id, err := strconv.ParseUint(word, 16, 16)
		if err != nil {
			return fmt.Errorf("%q is no property id; write four hexadecimal digits, such as 007D", word)
		}
		ids = append(ids, uint16(id))
	}
	*v.field = ids
	return nil
}

func (v propertyIDs) String() string {
	words := make([]string, len(*v.field))
	for i, id := range *v.field {
		words[i] = fmt.Sprintf("%04X", id)
	}
	return strings.Join(words, " ")
}

func (v propertyIDs) Kind() string {
	return "property ids of four hexadecimal digits, separated by spaces"
}
