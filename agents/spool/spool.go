// Package spool holds a mail while it is delivered or sent: small ones in memory, large ones in a file.
//
// A [Mail] is made by its one owner, by [Read] or by writing to it. After that it may be read by any number of goroutines until the owner
// closes it. A file has no name once it is open, so that nothing is left behind however the process ends.
//
// Read refuses mails beyond a limit with [ErrTooLarge].
package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"zarafa/mail/tree"
)

// inMemory is the size in bytes up to which a mail stays in memory.
const inMemory = 1 << 20

// usualSize is room for most mails.
const usualSize = 8 << 10

// ErrTooLarge says that a mail has more bytes than allowed.
var ErrTooLarge = errors.New("the mail is larger than allowed")

// Mail is the text of a mail.
type Mail struct {
	dir  string
	head bytes.Buffer // all of one in memory
	file *os.File     // nil for one in memory
	size int64
}

// New makes an empty mail that is to be written. A large one becomes a file in dir, or in the system's folder for temporary files if dir
// is empty.
func New(dir string) *Mail { return &Mail{dir: dir} }

// Read takes a whole mail of at most limit bytes (0: any number) and makes every line end CRLF. Files are made in dir as New does. Errors are
// those of r, of the file system, and ErrTooLarge.
func Read(r io.Reader, limit int64, dir string) (*Mail, error) {
	m := New(dir)
	m.head.Grow(usualSize)
	_, err := io.CopyN(&m.head, r, inMemory+1)
	if err == io.EOF {
		text := tree.CRLF(m.head.Bytes())
		m.head, m.size = *bytes.NewBuffer(text), int64(len(text))
		if limit > 0 && m.size > limit {
			return nil, ErrTooLarge
		}
		return m, nil
	}
	if err != nil {
		return nil, err
	}
	return readLarge(io.MultiReader(&m.head, r), limit, dir)
}

// readLarge is Read for a mail that does not fit into memory.
func readLarge(r io.Reader, limit int64, dir string) (*Mail, error) {
	r = tree.NewCRLFReader(r)
	if limit > 0 {
		r = io.LimitReader(r, limit+1)
	}
	m := New(dir)
	if _, err := io.Copy(m, r); err != nil {
		return nil, errors.Join(err, m.Close())
	}
	if limit > 0 && m.size > limit {
		return nil, errors.Join(ErrTooLarge, m.Close())
	}
	return m, nil
}

// Write adds to the mail. Its errors are those of the file system.
func (m *Mail) Write(b []byte) (n int, err error) {
	if m.file == nil && m.size+int64(len(b)) > inMemory {
		if err := m.toFile(); err != nil {
			return 0, err
		}
	}
	if m.file != nil {
		n, err = m.file.Write(b)
	} else {
		n, err = m.head.Write(b)
	}
	m.size += int64(n)
	return n, err
}

// toFile moves what is in memory into a file.
func (m *Mail) toFile() error {
	f, err := os.CreateTemp(m.dir, "zarafa-mail-")
	if err != nil {
		return fmt.Errorf("tmp_path: a large mail needs a file: %w", err)
	}
	m.file = f
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	_, err = f.Write(m.head.Bytes())
	m.head = bytes.Buffer{}
	return err
}

// ReadAt implements io.ReaderAt.
func (m *Mail) ReadAt(b []byte, at int64) (int, error) {
	if m.file != nil {
		return m.file.ReadAt(b, at)
	}
	return bytes.NewReader(m.head.Bytes()).ReadAt(b, at)
}

// Size is the number of bytes.
func (m *Mail) Size() int64 { return m.size }

// InMemory is the text of a mail that is in memory; it must not be changed. ok is false for one in a file.
func (m *Mail) InMemory() (text []byte, ok bool) { return m.head.Bytes(), m.file == nil }

// Reader reads the mail from its beginning.
func (m *Mail) Reader() io.Reader { return io.NewSectionReader(m, 0, m.size) }

// CopyTo writes the whole mail to w.
func (m *Mail) CopyTo(w io.Writer) error {
	_, err := io.Copy(w, m.Reader())
	return err
}

// SaveAs keeps a copy in a file, which must not exist yet and which this account alone may read.
func (m *Mail) SaveAs(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(m.CopyTo(f), f.Close())
}

// Close frees what the mail occupies on disk.
func (m *Mail) Close() error {
	if m.file == nil {
		return nil
	}
	return m.file.Close()
}
