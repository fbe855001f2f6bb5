package install

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// Journal keeps the numbered backups in a folder.
type Journal struct{ dir string }

// NewJournal returns the journal in a folder, which is made when it is first needed.
func NewJournal(dir string) Journal { return Journal{dir} }

// Backup is what one call of Apply changed.
type Backup struct {
	Number int       `json:"number"`
	Time   time.Time `json:"time"`
	Note   string    `json:"note"`
	Files  []Saved   `json:"files"`
	// Undone says that the backup has been put back.
	Undone bool `json:"undone"`
}

// Saved is one file of a backup.
type Saved struct {
	Path    string `json:"path"`
	Existed bool   `json:"existed"`
	// Copy is the name of the old content in the backup's folder.
	Copy string `json:"copy,omitempty"`
	// After is the SHA-256 of what was written, empty if the file was removed.
	After string `json:"after"`
	// MadeFolder is the folder that was made for the file, empty if it was there.
	MadeFolder string `json:"made_folder,omitempty"`
}

func sum(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

func (j Journal) folder(number int) string { return filepath.Join(j.dir, fmt.Sprintf("%04d", number)) }

// List returns the backups, the oldest first.
func (j Journal) List() ([]Backup, error) {
	entries, err := os.ReadDir(j.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []Backup
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil || n <= 0 {
			continue
		}
		text, err := os.ReadFile(filepath.Join(j.folder(n), "manifest.json"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the machine stopped before anything was changed
		}
		if err != nil {
			return nil, err
		}
		var b Backup
		if err := json.Unmarshal(text, &b); err != nil {
			return nil, fmt.Errorf("backup %d: %w", n, err)
		}
		b.Number = n
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b Backup) int { return a.Number - b.Number })
	return all, nil
}

// Prepare makes the journal's folder.
func (j Journal) Prepare() error { return os.MkdirAll(j.dir, 0o700) }

// Next returns the backup that Undo would put back.
func (j Journal) Next(number int) (Backup, error) { return j.pick(number) }

// lock keeps a second ztune away until the returned function is called.
func (j Journal) lock() (func() error, error) {
	if err := os.MkdirAll(j.dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(j.dir, "lock"), os.O_CREATE|os.O_RDWR|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("another ztune is at work in %s; wait for it to end", j.dir), f.Close())
	}
	return f.Close, nil
}

// Apply saves the files and then changes them. It returns the backup's number. After
// an error every file is as it was before, or the error says which is not.
func (j Journal) Apply(changes []Change, now time.Time, note string) (number int, err error) {
	unlock, err := j.lock()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	all, err := j.List()
	if err != nil {
		return 0, err
	}
	number = 1
	if len(all) > 0 {
		number = all[len(all)-1].Number + 1
	}
	b := Backup{Number: number, Time: now.UTC(), Note: note}
	if err := j.save(&b, changes); err != nil {
		return 0, fmt.Errorf("the backup could not be written, so nothing was changed: %w", err)
	}
	for i, c := range changes {
		if err := change(c); err != nil {
			back := j.putBack(b, b.Files[:i])
			b.Undone = true
			return 0, errors.Join(fmt.Errorf("%w; the files before it were put back", err), back, j.writeManifest(b))
		}
	}
	return number, nil
}

// save writes the backup's folder and flushes it.
func (j Journal) save(b *Backup, changes []Change) error {
	dir := j.folder(b.Number)
	if err := os.RemoveAll(dir); err != nil { // left by a start that did not get far
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for i, c := range changes {
		current, err := os.ReadFile(c.Path)
		switch {
		case err == nil && (!c.Existed || string(current) != c.Before),
			errors.Is(err, fs.ErrNotExist) && c.Existed:
			return fmt.Errorf("%s was changed in the meantime; run ztune again", c.Path)
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		}
		f := Saved{Path: c.Path, Existed: c.Existed}
		if !c.Remove {
			f.After = sum(c.After)
		}
		if folder := filepath.Dir(c.Path); !c.Remove {
			if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
				f.MadeFolder = folder
			}
		}
		if c.Existed {
			f.Copy = strconv.Itoa(i)
			if err := replace(filepath.Join(dir, f.Copy), c.Before, 0o600); err != nil {
				return err
			}
		}
		b.Files = append(b.Files, f)
	}
	return errors.Join(j.writeManifest(*b), syncFolder(j.dir))
}

func (j Journal) writeManifest(b Backup) error {
	text, err := json.MarshalIndent(b, "", "  ")
	if err != nil {
		return err
	}
	return replace(filepath.Join(j.folder(b.Number), "manifest.json"), string(text)+"\n", 0o600)
}

func change(c Change) error {
	if c.Remove {
		return remove(c.Path)
	}
	// Only the folder itself is made: one whose parent is missing is a wrong path.
	if err := os.Mkdir(filepath.Dir(c.Path), 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return replace(c.Path, c.After, c.Mode)
}

// putBack restores files of a backup, all that can be.
func (j Journal) putBack(b Backup, files []Saved) error {
	var failed []error
	for _, f := range slices.Backward(files) {
		if !f.Existed {
			failed = append(failed, remove(f.Path))
			if f.MadeFolder != "" {
				_ = os.Remove(f.MadeFolder) // stays if somebody put something there
			}
			continue
		}
		text, err := os.ReadFile(filepath.Join(j.folder(b.Number), f.Copy))
		if err == nil {
			err = replace(f.Path, string(text), 0o600)
		}
		failed = append(failed, err)
	}
	return errors.Join(failed...)
}

// Undo puts a backup back; number 0 is the last that has not been put back. Backups
// after it must be put back first, as they changed the same files.
func (j Journal) Undo(number int, force bool) (b Backup, err error) {
	unlock, err := j.lock()
	if err != nil {
		return b, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if b, err = j.pick(number); err != nil {
		return b, err
	}
	for _, f := range b.Files {
		text, err := os.ReadFile(f.Path)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return b, err
		}
		gone := errors.Is(err, fs.ErrNotExist)
		if !force && (gone != (f.After == "") || !gone && sum(string(text)) != f.After) {
			return b, fmt.Errorf("%s was changed after ztune wrote it; save what you need from it and use --force", f.Path)
		}
	}
	if err := j.putBack(b, b.Files); err != nil {
		return b, err
	}
	b.Undone = true
	return b, j.writeManifest(b)
}

// pick finds the backup to put back.
func (j Journal) pick(number int) (Backup, error) {
	all, err := j.List()
	if err != nil {
		return Backup{}, err
	}
	for _, b := range slices.Backward(all) {
		switch {
		case b.Undone:
		case number == 0 || b.Number == number:
			return b, nil
		case b.Number > number:
			return Backup{}, fmt.Errorf("backup %d was made after %d; put it back first: ztune undo %d", b.Number, number, b.Number)
		}
	}
	if number != 0 {
		return Backup{}, fmt.Errorf("there is no backup %d that could be put back; ztune undo --list shows what there is", number)
	}
	return Backup{}, errors.New("there is nothing to undo; ztune apply writes settings first")
}
