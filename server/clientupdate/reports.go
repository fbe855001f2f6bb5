package clientupdate

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"zarafa/mapi"
)

// Bounds of reports.
const (
	filesMax  = 8        // of one update
	fileMax   = 4 << 20  // bytes
	folderMax = 64 << 20 // bytes of all reports together
	nameMax   = 64
)

// reports is the folder of reports. One is written at a time, so that two do not fill it together.
type reports struct {
	mu     sync.Mutex
	folder string
}

// checkName refuses names of files that could mean another folder, or that a shell or an administrator would stumble over.
func checkName(name string) error {
	harmless := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r)
	}
	if name == "" || len(name) > nameMax || name[0] == '.' || strings.ContainsFunc(name, func(r rune) bool { return !harmless(r) }) {
		return mapi.Errorf(mapi.InvalidParameter, "setClientUpdateStatus", "%.80q is no name for a report: letters, digits, '-', '_' and '.' are", name)
	}
	return nil
}

// keep writes a report, or nothing of it.
func (r *reports) keep(now time.Time, track uint32, n int, name string, data io.Reader) (err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := os.MkdirAll(r.folder, 0o700); err != nil {
		return fmt.Errorf("the folder of client_update_log_path: %w", err)
	}
	root, err := os.OpenRoot(r.folder)
	if err != nil {
		return fmt.Errorf("the folder of client_update_log_path: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	used, err := size(root)
	if err != nil {
		return err
	}
	full := fmt.Sprintf("%s-%08x-%d-%s", now.UTC().Format("20060102-150405"), track, n, name)
	f, err := root.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	most := min(fileMax, folderMax-used)
	written, err := io.Copy(f, io.LimitReader(data, most+1))
	err = errors.Join(err, f.Close())
	if err == nil && written > most {
		err = mapi.Errorf(mapi.TooBig, "setClientUpdateStatus", "a report may have %d bytes, all together %d (client_update_log_path)", fileMax, folderMax)
	}
	if err != nil {
		return errors.Join(err, root.Remove(full))
	}
	return nil
}

// size is how much is in a folder.
func size(root *os.Root) (int64, error) {
	dir, err := root.Open(".")
	if err != nil {
		return 0, err
	}
	entries, err := dir.ReadDir(-1)
	if err := errors.Join(err, dir.Close()); err != nil {
		return 0, err
	}
	var sum int64
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
	}
	return sum, nil
}
