package ics

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"os"

	"zarafa/mapi"
	"zarafa/server/change"
	"zarafa/storage"
)

// spoolMemory is how much of a message's large values is kept in memory; what is beyond goes to a file.
const spoolMemory = 1 << 20

// spool keeps large values from the time they arrive until the transaction that stores them is over. It has at
// most one file, in the folder for temporary files, without a name, so that nothing is left when the server dies.
type spool struct {
	memory int64 // bytes that may still be kept in memory
	file   *os.File
	size   int64 // of the file
}

func newSpool() *spool { return &spool{memory: spoolMemory} }

// Close drops the values.
func (s *spool) Close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// add reads a value of a known size. Its blob is good until Close and may be opened by several goroutines.
func (s *spool) add(r io.Reader, size int64) (storage.Blob, error) {
	if size <= s.memory {
		b := make([]byte, size)
		if _, err := io.ReadFull(r, b); err != nil {
			return storage.Blob{}, err
		}
		s.memory -= size
		return change.BlobOf(b), nil
	}
	if err := s.open(); err != nil {
		return storage.Blob{}, err
	}
	start, hash := s.size, sha256.New()
	out := &fileWriter{spool: s}
	n, err := io.Copy(io.MultiWriter(out, hash), io.LimitReader(r, size))
	if out.err != nil {
		return storage.Blob{}, out.err
	}
	if err == nil && n < size {
		err = io.ErrUnexpectedEOF
	}
	blob := storage.Blob{Size: size, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(s.file, start, size)), nil
	}}
	hash.Sum(blob.SHA256[:0])
	return blob, err
}

// addBytes is add for a value that is in memory already.
func (s *spool) addBytes(b []byte) (storage.Blob, error) {
	return s.add(bytes.NewReader(b), int64(len(b)))
}

// open makes the file.
func (s *spool) open() error {
	if s.file != nil {
		return nil
	}
	f, err := os.CreateTemp("", "zarafa-import-")
	if err != nil {
		return noSpace(err)
	}
	s.file = f
	if err := os.Remove(f.Name()); err != nil {
		return noSpace(err)
	}
	return nil
}

// fileWriter appends to a spool's file and remembers what went wrong there.
type fileWriter struct {
	spool *spool
	err   error
}

func (w *fileWriter) Write(p []byte) (int, error) {
	n, err := w.spool.file.WriteAt(p, w.spool.size)
	w.spool.size += int64(n)
	if err != nil {
		w.err = noSpace(err)
	}
	return n, err
}

// noSpace tells the operator what to do about a spool that cannot be written.
func noSpace(err error) error {
	return mapi.Errorf(mapi.NotEnoughMemory, "importMessageFromStream", "spooling a message: %w",
		fmt.Errorf("%w; make room in %s, or let TMPDIR name a larger folder", err, os.TempDir()))
}
