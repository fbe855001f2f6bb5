package repository

import (
	"context"
	"errors"
)

// ErrNotExist is the error of a file that is not there.
var ErrNotExist = errors.New("there is no such file")

// ErrExists is the error of Create for a file that is there.
var ErrExists = errors.New("there is such a file already")

// Backend keeps files. Names have at most one slash. It may be used by several goroutines.
type Backend interface {
	// Put writes a file, or replaces it, as a whole: after a crash it is there with all its bytes, or as it was before. It returns when the
	// file is durable.
	Put(ctx context.Context, name string, data []byte) error
	// Create is Put for a file that must not be there yet; else the error is ErrExists.
	Create(ctx context.Context, name string, data []byte) error
	// Get reads a file. The error is ErrNotExist if there is none.
	Get(ctx context.Context, name string) ([]byte, error)
	// GetRange reads n bytes from an offset on; fewer are an error.
	GetRange(ctx context.Context, name string, offset, n int64) ([]byte, error)
	// List shows the files of a folder with their sizes, in any order. The empty folder has the files without a slash in their name.
	List(ctx context.Context, folder string, visit func(name string, size int64) error) error
	// Delete removes a file; that it is not there is no error.
	Delete(ctx context.Context, name string) error
}
