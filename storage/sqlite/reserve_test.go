package sqlite_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"zarafa/mapi"
	"zarafa/storage"
	"zarafa/storage/sqlite"
)

// smallDisk is a folder on a disk of its own.
func smallDisk(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small disk cannot be mounted, which takes root: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// deliver adds a message with an attachment of 100 kB that no other has.
func deliver(t *testing.T, s storage.Store, id uint32) error {
	content := make([]byte, 100_000)
	for i := 0; i < len(content); i += 8 {
		binary.LittleEndian.PutUint64(content[i:], uint64(id)<<32|uint64(i))
	}
	return s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
		lob, err := tx.PutLob(ctx, mapi.PrAttachDataBin, storage.Blob{Size: int64(len(content)), SHA256: sha256.Sum256(content), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		}})
		if err != nil {
			return err
		}
		return tx.Insert(ctx, &storage.Object{
			Ref:  storage.Ref{Store: 1, Parent: 2, ID: id, Type: mapi.TypeMessage},
			Lobs: []storage.LobRef{lob},
		})
	}, nil)
}

// fill delivers until the disk is full, and returns the next id.
func fill(t *testing.T, s storage.Store, id uint32) uint32 {
	t.Helper()
	for ; id < 1000; id++ {
		err := deliver(t, s, id)
		if err == nil {
			continue
		}
		if mapi.CodeOf(err) != mapi.DatabaseError {
			t.Fatalf("a full disk: %v", err)
		}
		return id
	}
	t.Fatal("the disk does not become full")
	return 0
}

func openOn(t *testing.T, dir string, reserve int64) storage.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "a.db"), sqlite.Options{Readers: 2, Reserve: reserve})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestFullDisk: on a full disk mail can be deleted, and then there is room for new mail. The server can be started again meanwhile.
func TestFullDisk(t *testing.T) {
	dir := smallDisk(t, "40m")
	const reserve = 22 << 20
	file := filepath.Join(dir, "a.db-reserve")
	s := openOn(t, dir, reserve)
	defer func() { s.Close() }()
	err := s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error {
		if err := tx.Insert(ctx, &storage.Object{Ref: storage.Ref{Store: 1, ID: 1, Type: mapi.TypeStore}}); err != nil {
			return err
		}
		return tx.Insert(ctx, &storage.Object{Ref: storage.Ref{Store: 1, Parent: 1, ID: 2, Type: mapi.TypeFolder}})
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	next, oldest := uint32(10), uint32(10)
	for round := range 4 {
		next = fill(t, s, next)
		if err := s.Ping(t.Context()); mapi.CodeOf(err) != mapi.DatabaseError {
			t.Errorf("round %d: the store takes itself for healthy: %v", round, err)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("round %d: the reserve is still there", round)
		}
		if round == 1 {
			if err := s.Close(); err != nil {
				t.Errorf("round %d: %v", round, err)
			}
			s = openOn(t, dir, reserve)
		}
		for range 40 {
			if err := s.Update(t.Context(), 1, func(ctx context.Context, tx storage.Tx) error { return tx.Delete(ctx, []uint32{oldest}) }, nil); err != nil {
				t.Fatalf("round %d: message %d cannot be deleted: %v", round, oldest, err)
			}
			oldest++
		}
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("round %d: after deleting: %v", round, err)
		}
		if err := deliver(t, s, next); err != nil {
			t.Errorf("round %d: delivery after deleting: %v", round, err)
		}
		if next++; oldest >= next {
			t.Fatal("there is nothing left to delete")
		}
	}
	if err := s.(storage.Checker).CheckConsistency(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestRoomAgain: when an administrator makes room, the reserve is laid up again.
func TestRoomAgain(t *testing.T) {
	dir := smallDisk(t, "72m")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 24<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	s := openOn(t, dir, 22<<20)
	defer s.Close()
	next := fill(t, s, 10)
	if err := s.Ping(t.Context()); err == nil {
		t.Error("the store takes itself for healthy")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("there is room again: %v", err)
	}
	if info, err := os.Stat(filepath.Join(dir, "a.db-reserve")); err != nil || info.Size() != 22<<20 {
		t.Errorf("the reserve: %v %v", info, err)
	}
	if err := deliver(t, s, next); err != nil {
		t.Error(err)
	}
}
