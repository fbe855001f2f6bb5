package logging

import (
	"fmt"

	"zarafa/daemon/settings"
)

// Config is what the log_* settings say.
type Config struct {
	Method    string // auto, syslog, file or off
	File      string // path, "-" for standard error, "" for none
	Timestamp bool   // lines in a file and on standard error begin with the time
	level     verbosity
}

// Options is the table of the log_* settings.
func (c *Config) Options() []settings.Option {
	return []settings.Option{
		{
			Name: "log_method", Default: "auto", Reloadable: true,
			Value: settings.Choice(&c.Method, "auto", "syslog", "file", "off"),
			Doc:   "Where messages go. auto means the file if log_file is set, else syslog if there is one, else standard error.",
		},
		{
			Name: "log_file", Default: "", Reloadable: true,
			Value: settings.Text(&c.File),
			Doc:   "The log file; - means standard error. It is opened again on HUP.",
		},
		{
			Name: "log_level", Default: "3", Reloadable: true,
			Value: levelValue{&c.level},
			Doc: "How much is logged. Debug groups can be added to the number: SQL 0x10000, user backend 0x20000," +
				" cache 0x40000, SOAP 0x100000, change synchronisation 0x200000, search 0x400000.",
		},
		{
			Name: "log_timestamp", Default: "yes", Reloadable: true,
			Value: settings.Bool(&c.Timestamp),
			Doc:   "Whether lines in the log file begin with the time. Syslog has its own.",
		},
		{Name: "log_buffer_size", Obsolete: "every line is written at once"},
	}
}

// levelValue binds log_level.
type levelValue struct{ field *verbosity }

func (v levelValue) Set(text string) error {
	parsed, err := parseVerbosity(text)
	if err == nil {
		*v.field = parsed
	}
	return err
}

func (v levelValue) String() string {
	if *v.field > 6 {
		return fmt.Sprintf("%#x", uint32(*v.field))
	}
	return fmt.Sprint(uint32(*v.field))
}

func (v levelValue) Kind() string { return levelKind }
