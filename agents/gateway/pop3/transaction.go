package pop3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"zarafa/agents/gateway/mailstore"
	"zarafa/agents/gateway/view"
)

// number reads the number of a message that is not deleted, or refuses it.
func (s *session) number(text string) (n int, m *message) {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || strings.TrimLeft(text, "0123456789") != "":
		s.refuse("The number of a message is wanted")
		return 0, nil
	case n < 1 || n > len(s.drop.messages):
		s.refuse("There is no such message")
		return 0, nil
	case s.drop.messages[n-1].deleted:
		s.refuse("The message is marked as deleted")
		return 0, nil
	}
	return n, &s.drop.messages[n-1]
}

func (s *session) stat(_ context.Context, args string) error {
	if args != "" {
		s.refuse("STAT has no arguments")
		return nil
	}
	count, size := s.drop.total()
	s.ok("%d %d", count, size)
	return nil
}

// list is LIST: sizes in octets, as the messages are sent, without doubled dots.
func (s *session) list(_ context.Context, args string) error {
	count, size := s.drop.total()
	return s.each(args, fmt.Sprintf("%d messages (%d octets)", count, size), func(m *message, b []byte) []byte {
		return strconv.AppendInt(b, m.size, 10)
	})
}

func (s *session) uidl(_ context.Context, args string) error {
	return s.each(args, "Unique ids follow", (*message).appendUIDL)
}

// each answers with a line about one message, or with those of all.
func (s *session) each(args, title string, appendTo func(*message, []byte) []byte) error {
	var line []byte
	if args != "" {
		if n, m := s.number(args); m != nil {
			s.ok("%d %s", n, appendTo(m, line))
		}
		return nil
	}
	s.ok("%s", title)
	for i := range s.drop.messages {
		m := &s.drop.messages[i]
		if m.deleted {
			continue
		}
		line = append(strconv.AppendInt(line[:0], int64(i+1), 10), ' ')
		line = append(appendTo(m, line), "\r\n"...)
		_, _ = s.out.Write(line) // the flush has the error
	}
	_, err := s.out.WriteString(".\r\n")
	return err
}

// retr is RETR. The message is not marked as read, which it was not by the original's gateway either.
func (s *session) retr(ctx context.Context, args string) error {
	if _, m := s.number(args); m != nil {
		return s.send(ctx, "RETR", m, -1)
	}
	return nil
}

// top is TOP: the header, and so many lines of the body.
func (s *session) top(ctx context.Context, args string) error {
	number, count, ok := strings.Cut(args, " ")
	lines, err := strconv.ParseUint(count, 10, 31)
	if !ok || err != nil {
		s.refuse("TOP needs the number of a message and one of lines")
		return nil
	}
	if _, m := s.number(number); m != nil {
		return s.send(ctx, "TOP", m, int(lines))
	}
	return nil
}

// send answers with a message, a piece at a time. A client that has seen the beginning can be told of no error: the connection ends then.
func (s *session) send(ctx context.Context, command string, m *message, lines int) error {
	begun := false
	err := s.drop.folder.Fetch(ctx, []view.UID{m.uid}, mailstore.ItemMail, func(r *mailstore.Record) error {
		begun = true
		if lines < 0 {
			s.ok("%d octets", r.Mail.Size())
		} else {
			s.ok("The beginning follows")
		}
		w := &textWriter{out: s.out, lines: lines}
		err := copyTo(w, io.NewSectionReader(r.Mail, 0, r.Mail.Size()))
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
		return w.finish()
	})
	switch {
	case begun:
		return err
	case err != nil:
		s.fail(err, command)
	default:
		s.refuse("The message is there no longer")
	}
	return nil
}

// pieceSize is how much of a mail is in memory.
const pieceSize = 16 << 10

// copyTo copies in pieces, whatever the two can do for each other.
func copyTo(w *textWriter, r io.Reader) error {
	piece := make([]byte, pieceSize)
	for {
		n, err := r.Read(piece)
		if _, err := w.Write(piece[:n]); err != nil {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// dele is DELE: it marks, and QUIT deletes.
func (s *session) dele(_ context.Context, args string) error {
	if n, m := s.number(args); m != nil {
		m.deleted = true
		s.ok("Message %d is marked as deleted", n)
	}
	return nil
}

func (s *session) noop(_ context.Context, args string) error {
	if args != "" {
		s.refuse("NOOP has no arguments")
		return nil
	}
	s.ok("Nothing was done")
	return nil
}

func (s *session) rset(_ context.Context, args string) error {
	if args != "" {
		s.refuse("RSET has no arguments")
		return nil
	}
	for i := range s.drop.messages {
		s.drop.messages[i].deleted = false
	}
	count, size := s.drop.total()
	s.ok("%d messages (%d octets)", count, size)
	return nil
}
