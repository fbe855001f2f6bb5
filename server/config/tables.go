package config

import (
	"time"

	"zarafa/daemon/settings"
)

// Tables bounds what folders and tables hold.
type Tables struct {
	FolderMaxItems  int
	SortLocale      string // ICU id, e.g. de_DE@collation=phonebook
	EnhancedICS     bool
	SharedReminders bool
	TestProtocol    bool
}

func (t *Tables) section() settings.Section {
	return settings.Section{Title: "Folders and tables", Options: []settings.Option{
		{
			Name: "folder_max_items", Default: "1000000", Value: settings.Int(&t.FolderMaxItems, 1000, anyNumber), Reloadable: true,
			Doc: "How many items a folder can hold.",
		},
		{
			Name: "default_sort_locale_id", Default: "en_US", Value: settings.Text(&t.SortLocale),
			Doc: "The language in whose order texts are sorted, e.g. de_DE@collation=phonebook.",
		},
		{
			Name: "enable_enhanced_ics", Default: "yes", Value: settings.Bool(&t.EnhancedICS), Reloadable: true,
			Doc: "Whether clients can synchronise through streams of messages, which is much faster.",
		},
		{
			Name: "shared_reminders", Default: "yes", Value: settings.Bool(&t.SharedReminders), Reloadable: true,
			Doc: "Whether reminders of shared stores are shown.",
		},
		{
			Name: "enable_test_protocol", Default: "no", Value: settings.Bool(&t.TestProtocol),
			Doc: "Whether administrators can call the operations that exist for tests.",
		},
	}}
}

// Search says where the full-text index is.
type Search struct {
	Enabled bool
	Socket  string
	Timeout time.Duration
}

func (s *Search) section() settings.Section {
	return settings.Section{Title: "Search", Options: []settings.Option{
		{
			Name: "search_enabled", Aliases: []string{"index_services_enabled"}, Default: "yes", Value: settings.Bool(&s.Enabled), Reloadable: true,
			Doc: "Whether searches ask the search service. Without it, or while it is away, the server searches itself.",
		},
		{
			Name: "search_socket", Aliases: []string{"index_services_path"}, Default: "file:///var/run/zarafa-search", Value: settings.Text(&s.Socket), Reloadable: true,
			Doc: "The socket of the search service.",
		},
		{
			Name: "search_timeout", Aliases: []string{"index_services_search_timeout"}, Default: "10", Value: seconds(&s.Timeout, 1), Reloadable: true,
			Doc: "How long the search service may take to answer.",
		},
	}}
}
