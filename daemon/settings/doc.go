// Package settings reads the settings files of the product's daemons and tools
// and fills typed configuration structs from them.
//
// A program describes its settings in a table ([Section], [Option]). Each option
// is bound to one field of the program's configuration by a [Value], so the same
// table drives the parser, the command line, --dump-config, the sample file and
// the reference documentation, and these five cannot drift apart.
//
// One [Set] is one reading of the table. It is used by a single goroutine: a
// reload builds a new configuration with a new Set and hands the finished struct
// over, so a running program never sees a half-read one.
//
// The package refuses to guess: an unknown name, a value that does not parse and
// a value that is too long are errors that name the file, the line, the setting
// and what to do. Nothing here logs; warnings are collected and left to the
// caller, because the log itself is one of the things being configured.
//
// The file syntax is that of agents.md section 0.2.
package settings
