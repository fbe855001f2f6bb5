package webaccess

import (
	"bytes"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// App are the files of the client that runs in the browser.
type App struct {
	// Index is the page that everything begins with. basePlaceholder in it stands for the path of the program, with a slash at both ends.
	Index []byte
	// Editor is the page of the frame in which mails are written.
	Editor []byte
	// Assets are files whose names change with their contents, so that browsers keep them for ever; they are at assets/NAME.
	Assets fs.FS
}

// Pages is the client in a folder as the bundler writes it. Without an index.html it has no pages.
func Pages(files fs.FS) (App, error) {
	index, err := fs.ReadFile(files, "index.html")
	if errors.Is(err, fs.ErrNotExist) {
		return App{}, nil
	}
	if err != nil {
		return App{}, err
	}
	editor, err := fs.ReadFile(files, "editor.html")
	if err != nil {
		return App{}, err
	}
	assets, err := fs.Sub(files, strings.TrimSuffix(assetsPath, "/"))
	return App{Index: index, Editor: editor, Assets: assets}, err
}

const (
	basePlaceholder = "__BASE__"
	assetsPath      = "assets/"
)

// missing is what there is to see without the client's files.
const missing = "The web client's files are not in this program: it was built without them. See docs/webaccess.md.\n"

// serveIndex shows the page. Links into the client, such as to a folder, are addresses without a dot; it finds its way from the address by itself.
func (w *Web) serveIndex(rw http.ResponseWriter, r *http.Request) {
	if strings.Contains(path.Base(r.URL.Path), ".") {
		http.NotFound(rw, r)
		return
	}
	app := w.cfg.Start.App
	if app.Index == nil {
		rw.Header().Set("Content-Type", "text/plain; charset=utf-8")
		rw.WriteHeader(http.StatusServiceUnavailable)
		_, _ = rw.Write([]byte(missing)) // the browser may be gone
		return
	}
	h := rw.Header()
	h.Set("Content-Security-Policy", appPolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	_, _ = rw.Write(bytes.ReplaceAll(app.Index, []byte(basePlaceholder), []byte(w.cfg.Path)))
}

// serveEditor shows the page of the frame in which mails are written.
func (w *Web) serveEditor(rw http.ResponseWriter, _ *http.Request) {
	h := rw.Header()
	h.Set("Content-Security-Policy", editorPolicy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = rw.Write(w.cfg.Start.App.Editor) // the browser may be gone
}

// serveAsset shows one of the files.
func (w *Web) serveAsset(rw http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	assets := w.cfg.Start.App.Assets
	if assets == nil || !fs.ValidPath(name) {
		http.NotFound(rw, r)
		return
	}
	data, err := fs.ReadFile(assets, name)
	if err != nil {
		http.NotFound(rw, r)
		return
	}
	if kind := mime.TypeByExtension(path.Ext(name)); kind != "" {
		rw.Header().Set("Content-Type", kind)
	}
	rw.Header().Set("Content-Security-Policy", appPolicy) // of workers
	rw.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = rw.Write(data)
}
