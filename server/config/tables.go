package config

import "zarafa/daemon/settings"

// Tables bounds what folders and tables hold.
type Tables struct {
	FolderMaxItems  int
	SortLocale      string // ICU id, e.g. de_DE@collation=phonebook
	EnhancedICS     bool
	SharedReminders bool
	noReminders     bool // disable_shared_reminders, the older spelling of its opposite
	TestProtocol    bool
}

func (t *Tables) section() settings.Section {
	return settings.Section{Title: "Folders and tables", Options: []settings.Option{
		{
			Name: "folder_max_items", Default: "1000000", Value: settings.Int(&t.FolderMaxItems, 1000, anyNumber),
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
			Name: "shared_reminders", Default: "yes", Value: settings.Bool(&t.SharedReminders),
			Doc: "Whether reminders of shared stores are shown.",
		},
		{
			Name: "disable_shared_reminders", Default: "no", Value: settings.Bool(&t.noReminders), Deprecated: "write shared_reminders, which is its opposite",
			Doc: "Whether reminders of shared stores are hidden.",
		},
		{
			Name: "enable_test_protocol", Default: "no", Value: settings.Bool(&t.TestProtocol),
			Doc: "Whether administrators can call the operations that exist for tests.",
		},
	}}
}

// translate takes over the older spelling where the later one is not given.
func (t *Tables) translate(set *settings.Set) {
	if set.Given("disable_shared_reminders") && !set.Given("shared_reminders") {
		t.SharedReminders = !t.noReminders
	}
}
