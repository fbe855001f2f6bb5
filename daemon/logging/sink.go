package logging

import (
	"fmt"
	"io"
	"log/slog"
	"log/syslog"
	"os"

	"zarafa/daemon/settings"
)

// sink is an open destination. Its methods are called one at a time.
type sink interface {
	write(level slog.Level, line []byte) error
	stamps() bool // whether the destination adds the time itself
	Close() error
}

// open opens the destination that c names.
func (l *Log) open(c Config) (sink, error) {
	switch c.Method {
	case "off":
		return l.stderr, nil
	case "syslog":
		s, err := dialSyslog(l.name, facilityMail)
		if err != nil {
			return nil, &settings.Error{Setting: "log_method", Problem: fmt.Sprintf("syslog cannot be reached: %v", err),
				Remedy: "start a syslog service, or set log_method = file and log_file"}
		}
		return s, nil
	case "file":
		if c.File == "" {
			return nil, &settings.Error{Setting: "log_file", Problem: "is empty although log_method is file",
				Remedy: "set it to a path, or to - for standard error"}
		}
		return openFile(c.File, "log_file", l.stderr)
	}
	if c.File != "" {
		return openFile(c.File, "log_file", l.stderr)
	}
	if s, err := dialSyslog(l.name, facilityMail); err == nil {
		return s, nil
	}
	return l.stderr, nil
}

// openFile opens the file that a setting names.
func openFile(path, setting string, stderr sink) (sink, error) {
	if path == "-" {
		return stderr, nil
	}
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return nil, &settings.Error{Setting: setting, Problem: err.Error(),
			Remedy: "create the folder, and let the daemon's user write there"}
	}
	return fileSink{f}, nil
}

// writerSink is standard error, which is never closed.
type writerSink struct{ w io.Writer }

func (s *writerSink) write(_ slog.Level, line []byte) error { _, err := s.w.Write(line); return err }
func (s *writerSink) stamps() bool                          { return false }
func (s *writerSink) Close() error                          { return nil }

type fileSink struct{ f *os.File }

func (s fileSink) write(_ slog.Level, line []byte) error { _, err := s.f.Write(line); return err }
func (s fileSink) stamps() bool                          { return false }
func (s fileSink) Close() error                          { return s.f.Close() }

// The facilities of syslog: the mail log of the machine, and what only administrators may read.
const (
	facilityMail    = syslog.LOG_MAIL
	facilityPrivate = syslog.LOG_AUTHPRIV
)

type syslogSink struct{ w *syslog.Writer }

func dialSyslog(name string, facility syslog.Priority) (sink, error) {
	w, err := syslog.New(facility|syslog.LOG_INFO, name)
	if err != nil {
		return nil, err
	}
	return syslogSink{w}, nil
}

func (s syslogSink) write(level slog.Level, line []byte) error {
	text := string(line)
	switch {
	case level >= Crit:
		return s.w.Crit(text)
	case level >= slog.LevelError:
		return s.w.Err(text)
	case level >= slog.LevelWarn:
		return s.w.Warning(text)
	case level >= Notice:
		return s.w.Notice(text)
	case level >= slog.LevelInfo:
		return s.w.Info(text)
	}
	return s.w.Debug(text)
}

func (s syslogSink) stamps() bool { return true }
func (s syslogSink) Close() error { return s.w.Close() }
