// Package uploads keeps the files of a session that wait to be attached to a mail.
//
// They lie in files without a name, so that nothing of them is left when the program ends in whatever way; none stays in memory, since they wait for people. A [Box] belongs to a
// session and may be used by several goroutines. It refuses what is beyond its limits before it has written more than they allow.
package uploads

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Errors of Add.
var (
	ErrTooLarge = errors.New("the file is too large")
	ErrFull     = errors.New("too many files wait to be attached")
)

// maxFiles is how many files may wait.
const maxFiles = 200

// Settings bound a box.
type Settings struct {
	Dir      string // empty is the system's
	One, All int64  // the largest file, and the sum of all, in bytes
	Lifetime time.Duration
	Now      func() time.Time
}

// File is a file that waits. It is a mapi.Content as long as the box has it.
type File struct {
	ID, Name, Type string
	size           int64
	added          time.Time
	file           *os.File
}

// Size is the number of bytes.
func (f *File) Size() int64 { return f.size }

// Open reads from the beginning.
func (f *File) Open() (io.ReadCloser, error) {
	return io.NopCloser(io.NewSectionReader(f.file, 0, f.size)), nil
}

// Box are the files of a session.
type Box struct {
	settings Settings

	mu     sync.Mutex
	files  map[string]*File
	sum    int64 // of the files, and of what is being written
	count  int
	closed bool
}

// New makes an empty box.
func New(s Settings) *Box { return &Box{settings: s, files: make(map[string]*File)} }

// Add writes what r gives into a file. ErrTooLarge and ErrFull say that it is beyond the limits; other errors are those of r or of the disk.
func (b *Box) Add(name, kind string, r io.Reader) (*File, error) {
	if err := b.begin(); err != nil {
		return nil, err
	}
	f := &File{ID: newID(), Name: name, Type: kind, added: b.settings.Now()}
	err := b.write(f, r)
	b.mu.Lock()
	defer b.mu.Unlock()
	if err == nil && b.closed {
		err = ErrFull
	}
	if err != nil {
		b.forget(f)
		return nil, err
	}
	b.files[f.ID] = f
	return f, nil
}

// begin counts one file more.
func (b *Box) begin() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || b.count >= maxFiles {
		return ErrFull
	}
	b.count++
	return nil
}

func (b *Box) write(f *File, r io.Reader) error {
	var err error
	if f.file, err = os.CreateTemp(b.settings.Dir, "zarafa-webaccess-"); err != nil {
		return fmt.Errorf("%w; tmp_path must be a folder that this program may write", err)
	}
	if err := os.Remove(f.file.Name()); err != nil {
		return err
	}
	buffer := make([]byte, 32<<10)
	for {
		n, err := r.Read(buffer)
		if n > 0 {
			if err := b.grow(f, int64(n)); err != nil {
				return err
			}
			if _, err := f.file.Write(buffer[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// grow counts bytes before they are written.
func (b *Box) grow(f *File, n int64) error {
	if f.size+n > b.settings.One {
		return ErrTooLarge
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sum+n > b.settings.All {
		return ErrFull
	}
	b.sum += n
	f.size += n
	return nil
}

// forget frees a file. The caller holds mu.
func (b *Box) forget(f *File) {
	delete(b.files, f.ID)
	b.sum -= f.size
	b.count--
	if f.file != nil {
		_ = f.file.Close() // it has no name, and is gone with this
	}
}

// Get finds a file.
func (b *Box) Get(id string) (*File, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, ok := b.files[id]
	return f, ok
}

// Remove throws a file away; it reports whether it was there.
func (b *Box) Remove(id string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	f, ok := b.files[id]
	if ok {
		b.forget(f)
	}
	return ok
}

// Sweep throws away what has waited for too long.
func (b *Box) Sweep(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, f := range b.files {
		if now.Sub(f.added) >= b.settings.Lifetime {
			b.forget(f)
		}
	}
}

// Close throws everything away, and what is still being written as well.
func (b *Box) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for _, f := range b.files {
		b.forget(f)
	}
}

func newID() string {
	var random [12]byte
	rand.Read(random[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(random[:])
}
