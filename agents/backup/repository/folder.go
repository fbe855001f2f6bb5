package repository

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Folder is the backend of a folder in a file system.
type Folder struct{ path string }

// OpenFolder is the backend of a folder, which need not be there yet.
func OpenFolder(path string) Folder { return Folder{path: path} }

// unfinished begins the names of files that are being written; whoever finds one knows that a program was ended meanwhile.
const unfinished = ".new-"

// Put writes a file beside its place and renames it, with all of it on the disk.
func (f Folder) Put(_ context.Context, name string, data []byte) error {
	return f.write(name, data, os.Rename)
}

// Create is Put by a hard link, which fails if the name is taken.
func (f Folder) Create(_ context.Context, name string, data []byte) error {
	err := f.write(name, data, os.Link)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s: %w", name, ErrExists)
	}
	return err
}

func (f Folder) write(name string, data []byte, place func(from, to string) error) error {
	path := filepath.Join(f.path, filepath.FromSlash(name))
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(dir, unfinished+"*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	if _, err = file.Write(data); err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	if err := place(file.Name(), path); err != nil {
		return err
	}
	return syncFolder(dir)
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Get reads a file.
func (f Folder) Get(_ context.Context, name string) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(f.path, filepath.FromSlash(name)))
	return data, absent(name, err)
}

// GetRange reads a part of a file.
func (f Folder) GetRange(_ context.Context, name string, offset, n int64) ([]byte, error) {
	file, err := os.Open(filepath.Join(f.path, filepath.FromSlash(name)))
	if err != nil {
		return nil, absent(name, err)
	}
	defer file.Close()
	data := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(file, offset, n), data); err != nil {
		return nil, fmt.Errorf("reading %d bytes at %d of %s: %w", n, offset, name, err)
	}
	return data, nil
}

// List shows the files of a folder; a folder that is not there has none.
func (f Folder) List(_ context.Context, folder string, visit func(name string, size int64) error) error {
	entries, err := os.ReadDir(filepath.Join(f.path, folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) || e.IsDir() {
			continue // it went away meanwhile, or is none of ours
		}
		if err != nil {
			return err
		}
		name := e.Name()
		if folder != "" {
			name = folder + "/" + name
		}
		if err := visit(name, info.Size()); err != nil {
			return err
		}
	}
	return nil
}

// Delete removes a file.
func (f Folder) Delete(_ context.Context, name string) error {
	err := os.Remove(filepath.Join(f.path, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func absent(name string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: %w", name, ErrNotExist)
	}
	return err
}
