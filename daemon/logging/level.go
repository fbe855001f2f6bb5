package logging

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// The levels of the log beyond those of log/slog.
const (
	Crit   = slog.Level(12) // the daemon cannot go on
	Notice = slog.Level(2)  // start, stop, reload
)

// The groups of debug messages. Each is switched on by one bit of log_level, and a
// group's level is minus the number of its bit.
const (
	DebugSQL         = slog.Level(-16) // 0x10000
	DebugUserBackend = slog.Level(-17) // 0x20000
	DebugCache       = slog.Level(-18) // 0x40000
	DebugSOAP        = slog.Level(-20) // 0x100000
	DebugICS         = slog.Level(-21) // 0x200000
	DebugSearch      = slog.Level(-22) // 0x400000
)

// groups is the set of bits that have a meaning.
const groups = 1<<16 | 1<<17 | 1<<18 | 1<<20 | 1<<21 | 1<<22

// verbosity is the value of log_level: a number from 0 (nothing) to 6 (debug) and
// bits for groups of debug messages.
type verbosity uint32

// parseVerbosity reads a log_level: 0 to 6, or-ed with the bits of debug groups; decimal
// or, after 0x, hexadecimal.
func parseVerbosity(text string) (verbosity, error) {
	digits, base := text, 10
	if hex, ok := strings.CutPrefix(strings.ToLower(text), "0x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n&^groups > 6 {
		return 0, fmt.Errorf("%q is not a log level; write %s", text, levelKind)
	}
	return verbosity(n), nil
}

const levelKind = "0 (nothing), 1 (critical), 2 (errors), 3 (warnings), 4 (notices), 5 (information) or 6 (debug), plus the bits of debug groups"

// enabled reports whether a message of the level is written.
func (v verbosity) enabled(level slog.Level) bool {
	if level <= DebugSQL {
		return level > -32 && v&(1<<uint(-level)) != 0
	}
	return level >= v.threshold()
}

// threshold is the lowest of the ordinary levels that is written.
func (v verbosity) threshold() slog.Level {
	switch v &^ groups {
	case 0:
		return slog.Level(1 << 20) // above everything
	case 1:
		return Crit
	case 2:
		return slog.LevelError
	case 3:
		return slog.LevelWarn
	case 4:
		return Notice
	case 5:
		return slog.LevelInfo
	}
	return slog.LevelDebug
}

// levelName is how a level is written in the log.
func levelName(level slog.Level) string {
	switch level {
	case DebugSQL:
		return "sql"
	case DebugUserBackend:
		return "userbackend"
	case DebugCache:
		return "cache"
	case DebugSOAP:
		return "soap"
	case DebugICS:
		return "ics"
	case DebugSearch:
		return "search"
	}
	switch {
	case level >= Crit:
		return "crit"
	case level >= slog.LevelError:
		return "error"
	case level >= slog.LevelWarn:
		return "warn"
	case level >= Notice:
		return "notice"
	case level >= slog.LevelInfo:
		return "info"
	}
	return "debug"
}
