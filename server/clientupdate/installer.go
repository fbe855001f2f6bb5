package clientupdate

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"zarafa/mapi"
)

// installersMax is how many entries of the folder are looked at.
const installersMax = 1000

// installer is a file that brings a client to a version.
type installer struct {
	name    string
	version version
}

// newest finds the newest installer of the folder; NOT_FOUND if there is none. Files behind links that lead out of the folder are
// not there.
func newest(folder string) (found installer, err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return found, mapi.Errorf(mapi.NotFound, "getClientUpdate", "the folder of client_update_path: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	dir, err := root.Open(".")
	if err != nil {
		return found, err
	}
	entries, err := dir.ReadDir(installersMax)
	if err := errors.Join(err, dir.Close()); err != nil && !errors.Is(err, io.EOF) {
		return found, err
	}
	for _, e := range entries {
		v, ok := installerVersion(e.Name())
		if !ok || v.compare(found.version) <= 0 && found.name != "" {
			continue
		}
		if info, err := root.Stat(e.Name()); err == nil && info.Mode().IsRegular() {
			found = installer{e.Name(), v}
		}
	}
	if found.name == "" {
		return found, mapi.Errorf(mapi.NotFound, "getClientUpdate", "no installer is in the folder of client_update_path")
	}
	return found, nil
}

// send writes an installer.
func (i installer) send(folder string, w io.Writer) (err error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	f, err := root.Open(i.name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return errors.Join(err, fs.ErrInvalid)
	}
	_, err = io.Copy(w, f)
	return err
}
