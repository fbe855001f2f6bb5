package imap

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strconv"

	"zarafa/agents/gateway/imapwire"
	"zarafa/agents/gateway/mailstore"
)

// maxInMemory is the size of a message from which on it is kept in a file until it is saved.
const maxInMemory = 1 << 20

// maxAppends is how many messages one APPEND may have.
const maxAppends = 1000

// appendLimit is the capability of RFC 7889.
func appendLimit(limit int64) string { return "APPENDLIMIT=" + strconv.FormatInt(limit, 10) }

// append is APPEND of one message or several (RFC 9051 6.3.12, RFC 3502): all of them are saved or none.
func (s *session) append(ctx context.Context, c *call) error {
	name := s.dec.MailboxArg()
	var to mailstore.Mailbox
	if s.dec.Err() == nil {
		var err error
		if to, err = s.destination(ctx, name); err != nil {
			return s.failAppend(err)
		}
	}
	var messages []mailstore.NewMessage
	var files spooled
	defer files.close()
	var m imapwire.AppendMessage
	for s.dec.AppendMessage(&m) {
		message, err := s.readMessage(&m, &files, len(messages))
		if err != nil {
			return s.refuseLiteral(err)
		}
		messages = append(messages, message)
	}
	if err := s.dec.Finish(); err != nil {
		return err
	}
	done, err := s.account.Append(ctx, to.ID, messages)
	if err != nil {
		return fault(ctx, err)
	}
	if len(done.UIDs) == len(messages) {
		c.code = "APPENDUID " + strconv.FormatUint(uint64(done.UIDValidity), 10) + " " + setOf(done.UIDs)
	}
	return nil
}

// failAppend ends the command with an error of ours before its first literal. Up to that all is read, so that it can be refused without the client
// sending it.
func (s *session) failAppend(err error) error {
	var m imapwire.AppendMessage
	s.dec.AppendMessage(&m)
	return s.refuseLiteral(err)
}

// refuseLiteral ends the command with an error of ours at a literal. What the client sends without being asked is passed over.
func (s *session) refuseLiteral(err error) error {
	s.dec.Refuse(err)
	s.dec.Fail(err)
	return s.dec.Finish()
}

// readMessage reads a message of APPEND.
func (s *session) readMessage(m *imapwire.AppendMessage, files *spooled, before int) (message mailstore.NewMessage, err error) {
	message.Date = m.Date
	if message.Flags, message.Keywords, err = parseFlags(m.Flags); err != nil {
		return message, err
	}
	limit := s.account.MaxMessage()
	switch {
	case m.Size == 0:
		return message, &mailstore.Error{Code: mailstore.Cannot, Text: "A message cannot be empty"} // RFC 3502: it cancels the command
	case limit > 0 && m.Size > limit:
		return message, &mailstore.Error{Code: mailstore.TooBig, Text: "The message is larger than " + strconv.FormatInt(limit, 10) + " bytes"}
	case before == maxAppends:
		return message, &mailstore.Error{Code: mailstore.Limit, Text: "Too many messages at once"}
	case m.UTF8 && !s.utf8Names():
		return message, &imapwire.Error{Text: "ENABLE UTF8=ACCEPT first"} // RFC 6855 4
	}
	r := s.dec.Accept()
	if r == nil {
		return message, s.dec.Err()
	}
	message.Content, err = files.read(r, m.Size, s.server.options.SpoolDir)
	if err == nil && message.Content.Size() < m.Size {
		err = io.ErrUnexpectedEOF
	}
	return message, err
}

// spooled are the messages of one APPEND: in memory as long as they are small together, and those that follow in one file.
type spooled struct {
	inMemory int64
	file     *os.File
	size     int64 // of the file
}

// read reads a message of the given number of bytes.
func (s *spooled) read(r io.Reader, size int64, dir string) (mailstore.Content, error) {
	if s.inMemory+size <= maxInMemory {
		s.inMemory += size
		// What comes is trusted, and not what was promised: memory grows with it.
		var b bytes.Buffer
		_, err := b.ReadFrom(io.LimitReader(r, size))
		return bytes.NewReader(b.Bytes()), err
	}
	if s.file == nil {
		f, err := os.CreateTemp(dir, "append-*")
		if err != nil {
			return nil, &faultError{err}
		}
		s.file = f
	}
	from := s.size
	n, err := io.Copy(s.file, io.LimitReader(r, size))
	s.size += n
	if err != nil {
		var file *os.PathError
		if errors.As(err, &file) {
			err = &faultError{err}
		}
		return nil, err
	}
	return io.NewSectionReader(s.file, from, n), nil
}

// close removes the file.
func (s *spooled) close() {
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
	}
}
