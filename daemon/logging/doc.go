// Package logging writes the log of a daemon as its settings say: to syslog, to a
// file or to standard error, at the levels of agents.md section 0.2.
//
// A [Log] owns the destination. Loggers made from [Log.Handler] stay valid for the
// process's life: [Log.Configure] changes level and destination under them, and
// reopens the file, which is what a HUP after log rotation needs. Everything here
// may be used by any number of goroutines.
//
// The package refuses to know what is logged, except for one thing: values of type
// settings.Secret conceal themselves.
package logging
