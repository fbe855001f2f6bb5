// Package spool holds an incoming mail while it is delivered: small ones in memory, large ones in a file.
//
// A [Mail] may be read by any number of goroutines until it is closed, by its one owner. A file has no name once it is open, so
// that nothing is left behind however the process ends.
//
// It refuses mails beyond a limit with [ErrTooLarge].
package spool

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// inMemory is the size in bytes up to which a mail stays in memory.
const inMemory = 1 << 20

// ErrTooLarge says that a mail has more bytes than allowed.
var ErrTooLarge = errors.New("the mail is larger than allowed")

// Mail is a mail that was read whole.
type Mail struct {
	io.ReaderAt
	size int64
	data []byte // of one in memory
	file *os.File
}

// Read takes a whole mail of at most limit bytes (0: any number). Files are made in dir, or in the system's folder for temporary
// files if dir is empty. Errors are those of r, of the file system, and ErrTooLarge.
func Read(r io.Reader, limit int64, dir string) (*Mail, error) {
	limited := r
	if limit > 0 {
		limited = io.LimitReader(r, limit+1)
	}
	var head bytes.Buffer
	n, err := io.CopyN(&head, limited, inMemory+1)
	switch {
	case limit > 0 && n > limit:
		return nil, ErrTooLarge
	case err == io.EOF:
		return &Mail{ReaderAt: bytes.NewReader(head.Bytes()), size: n, data: head.Bytes()}, nil
	case err != nil:
		return nil, err
	}
	m, err := toFile(io.MultiReader(&head, limited), dir)
	if err != nil {
		return nil, err
	}
	if limit > 0 && m.size > limit {
		return nil, errors.Join(ErrTooLarge, m.Close())
	}
	return m, nil
}

func toFile(r io.Reader, dir string) (*Mail, error) {
	f, err := os.CreateTemp(dir, "zarafa-mail-")
	if err != nil {
		return nil, fmt.Errorf("a large mail needs a file: %w", err)
	}
	m := &Mail{ReaderAt: f, file: f}
	err = os.Remove(f.Name())
	if err == nil {
		m.size, err = io.Copy(f, r)
	}
	if err != nil {
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}

// Size is the number of bytes.
func (m *Mail) Size() int64 { return m.size }

// InMemory is the text of a mail that is in memory; it must not be changed. ok is false for one in a file.
func (m *Mail) InMemory() (text []byte, ok bool) { return m.data, m.file == nil }

// Reader reads the mail from its beginning.
func (m *Mail) Reader() io.Reader { return io.NewSectionReader(m.ReaderAt, 0, m.size) }

// Close frees what the mail occupies on disk.
func (m *Mail) Close() error {
	if m.file == nil {
		return nil
	}
	return m.file.Close()
}
