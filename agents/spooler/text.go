package spooler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// inMemory is the size in bytes up to which a mail stays in memory while it is sent.
const inMemory = 1 << 20

// text is a mail as it is sent: a small one in memory, a large one in a file that has no name. It is written first, and then read any
// number of times.
type text struct {
	dir  string
	head bytes.Buffer
	file *os.File
	size int64
}

// Write implements io.Writer.
func (t *text) Write(b []byte) (int, error) {
	if t.file == nil && t.size+int64(len(b)) > inMemory {
		if err := t.toFile(); err != nil {
			return 0, err
		}
	}
	var n int
	var err error
	if t.file != nil {
		n, err = t.file.Write(b)
	} else {
		n, err = t.head.Write(b)
	}
	t.size += int64(n)
	return n, err
}

func (t *text) toFile() error {
	f, err := os.CreateTemp(t.dir, "zarafa-mail-")
	if err != nil {
		return fmt.Errorf("tmp_path: a large mail needs a file: %w", err)
	}
	t.file = f
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	_, err = f.Write(t.head.Bytes())
	t.head = bytes.Buffer{}
	return err
}

// ReadAt implements io.ReaderAt.
func (t *text) ReadAt(b []byte, at int64) (int, error) {
	if t.file != nil {
		return t.file.ReadAt(b, at)
	}
	return bytes.NewReader(t.head.Bytes()).ReadAt(b, at)
}

// copyTo writes the whole mail.
func (t *text) copyTo(w io.Writer) error {
	_, err := io.Copy(w, io.NewSectionReader(t, 0, t.size))
	return err
}

// saveAs keeps a copy in a file that does not exist yet.
func (t *text) saveAs(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(t.copyTo(f), f.Close())
}

// close frees the file.
func (t *text) close() error {
	if t.file == nil {
		return nil
	}
	return t.file.Close()
}
