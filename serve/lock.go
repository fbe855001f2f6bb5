package serve

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// lockName is the file in the folder that its process has locked. It stays: removing it would let two others lock two files of one name.
const lockName = "zarafa.lock"

// lockFolder claims a folder for this process, until the file that it returns is closed or the process ends, however it ends.
func lockFolder(folder string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(folder, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = fmt.Errorf("%s is served already, by %s; stop that one first, or serve another folder", folder, holder(f))
	} else if err != nil {
		err = fmt.Errorf("locking %s: %w; put the folder on a file system that has locks", f.Name(), err)
	} else if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt(fmt.Appendf(nil, "process %d\n", os.Getpid()), 0)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// holder reads who has the lock.
func holder(f *os.File) string {
	text := make([]byte, 100)
	n, _ := f.ReadAt(text, 0) // a short file is what it is
	line, _, _ := strings.Cut(string(text[:n]), "\n")
	if line == "" {
		return "a process that is just starting"
	}
	return strings.ToValidUTF8(line, "?")
}
