package repository

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"filippo.io/age"
)

// memory is a backend in memory that fails at a call, as if the program had been ended there.
type memory struct {
	mu      sync.Mutex
	files   map[string][]byte
	writes  int // calls that change something
	failAt  int // the number of the one that does not happen any more, and all after it; 0 is never
	deleted []string
}

func newMemory() *memory { return &memory{files: make(map[string][]byte)} }

var errEnded = errors.New("the program was ended")

func (m *memory) change() error {
	m.writes++
	if m.failAt > 0 && m.writes >= m.failAt {
		return errEnded
	}
	return nil
}

func (m *memory) Put(_ context.Context, name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.change(); err != nil {
		return err
	}
	m.files[name] = slices.Clone(data)
	return nil
}

func (m *memory) Create(ctx context.Context, name string, data []byte) error {
	m.mu.Lock()
	_, ok := m.files[name]
	m.mu.Unlock()
	if ok {
		return ErrExists
	}
	return m.Put(ctx, name, data)
}

func (m *memory) Get(_ context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.files[name]
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, ErrNotExist)
	}
	return slices.Clone(data), nil
}

func (m *memory) GetRange(ctx context.Context, name string, offset, n int64) ([]byte, error) {
	data, err := m.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	if offset < 0 || offset+n > int64(len(data)) {
		return nil, fmt.Errorf("%s has %d bytes", name, len(data))
	}
	return data[offset : offset+n], nil
}

func (m *memory) List(_ context.Context, folder string, visit func(string, int64) error) error {
	m.mu.Lock()
	names := slices.Sorted(maps.Keys(m.files))
	m.mu.Unlock()
	for _, name := range names {
		dir, _, ok := strings.Cut(name, "/")
		if folder == "" && !ok || ok && dir == folder {
			if err := visit(name, int64(len(m.files[name]))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.change(); err != nil {
		return err
	}
	delete(m.files, name)
	m.deleted = append(m.deleted, name)
	return nil
}

// restart is the backend after the program was ended: all goes on.
func (m *memory) restart() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.failAt, m.writes, m.deleted = 0, 0, nil
	return m
}

func (m *memory) clone() *memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := newMemory()
	for name, data := range m.files {
		c.files[name] = slices.Clone(data)
	}
	return c
}

var (
	testKey      = HostKey{1, 2, 3}
	testIdentity = mustIdentity()
)

func mustIdentity() *age.X25519Identity {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		panic(err)
	}
	return id
}

func initMemory(t testing.TB, recipient string) *memory {
	t.Helper()
	m := newMemory()
	if err := Init(t.Context(), m, testKey, recipient); err != nil {
		t.Fatal(err)
	}
	return m
}

func openMemory(t testing.TB, m Backend, identities ...age.Identity) *Repository {
	t.Helper()
	r, err := Open(t.Context(), m, testKey, identities...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
