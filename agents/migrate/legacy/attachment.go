package legacy

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
)

// Attachments are the bytes of the values that lie outside of the rows. It may be used by any number of goroutines.
//
// Where a value lies was once set by attachment_storage, which may have changed since, so all places are looked at: the folder of files_v2 if
// singleinstances has a name for it, the folder of files_v1, the table lob.
type Attachments struct {
	source *Source
	folder fs.FS // nil: there is none
	fan    fan
}

// fan is how files_v1 spreads files over folders: files_v1-L1-L2.
type fan struct{ l1, l2 uint32 }

var filesV1 = regexp.MustCompile(`^files(?:_v1)?(?:-([0-9]{1,4})-([0-9]{1,4}))?$`)

// parseStorage reads a setting attachment_storage. What is not files_v1 has the fan that is usual there.
func parseStorage(text string) (fan, error) {
	f := fan{10, 20}
	switch text {
	case "", "auto", "database", "files_v2":
		return f, nil
	case "s3":
		return f, errors.New("attachment_storage = s3 cannot be read yet; copy the bucket into a folder (attachment_path) and say attachment_storage = files_v2 or files_v1-L1-L2")
	}
	m := filesV1.FindStringSubmatch(text)
	if m == nil {
		return f, fmt.Errorf("attachment_storage is %q; database, files, files_v1-L1-L2 and files_v2 can be read", text)
	}
	if m[1] != "" {
		l1, _ := strconv.ParseUint(m[1], 10, 32)
		l2, _ := strconv.ParseUint(m[2], 10, 32)
		if l1 == 0 || l2 == 0 {
			return f, fmt.Errorf("attachment_storage is %q; the folders of a level cannot be none", text)
		}
		f = fan{uint32(l1), uint32(l2)}
	}
	return f, nil
}

// Attachments opens the attachments of the source. storage is the old server's setting attachment_storage, folder what is at its
// attachment_path (nil: nothing).
func (s *Source) Attachments(storage string, folder fs.FS) (*Attachments, error) {
	f, err := parseStorage(storage)
	if err != nil {
		return nil, err
	}
	return &Attachments{source: s, folder: folder, fan: f}, nil
}

// ErrMissing says that a value is in none of the places, or is broken where it is.
var ErrMissing = errors.New("its bytes are not there")

// Blob is a value that was found and read through once.
type Blob struct {
	Size   int64
	SHA256 [32]byte
	Open   func() (io.ReadCloser, error)
}

// keepInMemory is how large a value may be that is read once and kept; others are read twice. Some hundred values are in memory at a time.
const keepInMemory = 128 << 10

// Find looks for a value and reads it through, so that what it gives is whole. The error is ErrMissing if the value cannot be had;
// another one says that the source cannot be read.
func (a *Attachments) Find(ctx context.Context, v Value) (Blob, error) {
	var broken error
	for _, open := range a.places(ctx, v) {
		r, err := open()
		if err == nil {
			var b Blob
			if b, err = measure(r, open); err == nil {
				return b, nil
			}
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case errors.As(err, new(readError)):
			broken = err
		default:
			return Blob{}, err
		}
	}
	if broken != nil {
		return Blob{}, fmt.Errorf("%w: %w", ErrMissing, broken)
	}
	return Blob{}, ErrMissing
}

// readError says that the bytes of a file are not what they should be.
type readError struct{ error }

func (e readError) Unwrap() error { return e.error }

func measure(r io.ReadCloser, open func() (io.ReadCloser, error)) (Blob, error) {
	hash := sha256.New()
	var kept bytes.Buffer
	n, err := io.Copy(io.MultiWriter(hash, &kept), io.LimitReader(r, keepInMemory+1))
	whole := err == nil && n <= keepInMemory
	if err == nil && !whole {
		kept = bytes.Buffer{}
		var more int64
		more, err = io.Copy(hash, r)
		n += more
	}
	if err = errors.Join(err, r.Close()); err != nil {
		return Blob{}, err
	}
	b := Blob{Size: n, Open: open}
	hash.Sum(b.SHA256[:0])
	if whole {
		b.Open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(kept.Bytes())), nil }
	}
	return b, nil
}

// places are where a value may be, the likeliest first.
func (a *Attachments) places(ctx context.Context, v Value) (list []func() (io.ReadCloser, error)) {
	if a.folder != nil {
		for _, name := range fileNames(v, a.fan) {
			list = append(list,
				func() (io.ReadCloser, error) { return openPlain(a.folder, name) },
				func() (io.ReadCloser, error) { return openZipped(a.folder, name+".gz") })
		}
	}
	return append(list, func() (io.ReadCloser, error) { return a.openLob(ctx, v.Instance) })
}

// fileNames are the names of a value's file, without .gz. A name from the database that leads out of the folder is none.
func fileNames(v Value, f fan) (list []string) {
	if v.Filename != "" && fs.ValidPath(v.Filename) && filepath.IsLocal(v.Filename) && v.Filename != "." {
		list = append(list, path.Join(v.Filename, "content"))
	}
	id := v.Instance
	return append(list, path.Join(itoa(id%f.l1), itoa(id/f.l1%f.l2), itoa(id)))
}

func openPlain(folder fs.FS, name string) (io.ReadCloser, error) { return folder.Open(name) }

func openZipped(folder fs.FS, name string) (io.ReadCloser, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, readError{errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())}
	}
	return &zipped{z, f, name}, nil
}

type zipped struct {
	*gzip.Reader
	file fs.File
	name string
}

// Read implements io.Reader.
func (z *zipped) Read(p []byte) (int, error) {
	n, err := z.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = readError{fmt.Errorf("%s: %w", z.name, err)}
	}
	return n, err
}

// Close implements io.Closer.
func (z *zipped) Close() error { return errors.Join(z.Reader.Close(), z.file.Close()) }

// openLob reads a value out of the table lob, one piece after the other.
func (a *Attachments) openLob(ctx context.Context, instance uint32) (io.ReadCloser, error) {
	l := &lobReader{ctx: ctx, db: a.source.db, instance: instance, next: -1}
	if err := l.piece(); err != nil {
		return nil, err
	}
	if l.next < 0 {
		return nil, fs.ErrNotExist
	}
	return l, nil
}

type lobReader struct {
	ctx      context.Context
	db       *sql.DB
	instance uint32
	next     int64 // the highest chunk that was read; -1: none
	rest     []byte
	done     bool
}

// piece reads the next chunk.
func (l *lobReader) piece() error {
	const text = "SELECT chunkid,val_binary FROM lob WHERE instanceid=? AND chunkid>? ORDER BY chunkid LIMIT 1"
	before := l.next
	err := l.db.QueryRowContext(l.ctx, text, l.instance, l.next).Scan(&l.next, &l.rest)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		l.done = true
		return nil
	case err == nil && l.next != before+1:
		return readError{fmt.Errorf("chunk %d of instance %d in the table lob is missing", before+1, l.instance)}
	}
	return err
}

// Read implements io.Reader.
func (l *lobReader) Read(p []byte) (int, error) {
	for len(l.rest) == 0 {
		if l.done {
			return 0, io.EOF
		}
		if err := l.piece(); err != nil {
			return 0, err
		}
	}
	n := copy(p, l.rest)
	l.rest = l.rest[n:]
	return n, nil
}

// Close implements io.Closer.
func (l *lobReader) Close() error { return nil }
