package build

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// stage makes a stage without compiling: the test itself is the program, since it has a list of modules in it too.
func stage(t *testing.T) (Options, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, program := range []string{"zarafa", "zarafa-pam", "ztune", "zload"} {
		if err := os.WriteFile(filepath.Join(dir, program), text, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	o := Options{Root: "../..", Out: t.TempDir(), Version: "1.2.3+abc", Date: time.Unix(1_700_000_000, 0).UTC()}
	if err := writeStage(o, dir); err != nil {
		t.Fatal(err)
	}
	return o, dir
}

// Everything that a package names is there, has an absolute path of its own, and is no file that two packages have.
func TestContents(t *testing.T) {
	o, dir := stage(t)
	owner := map[string]string{}
	for _, p := range packages() {
		for _, e := range p.entries {
			if other := owner[e.to]; other != "" || !filepath.IsAbs(e.to) {
				t.Errorf("%s of %s: it is %s's too, or no absolute path", e.to, p.name, other)
			}
			owner[e.to] = p.name
			path := filepath.Join(dir, e.from)
			switch {
			case e.kind == "dir":
				continue
			case e.kind == "symlink":
				continue // below, when all are known
			case strings.HasPrefix(e.from, "/"):
				path = o.Root + e.from
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s of %s: %v", e.to, p.name, err)
			}
		}
	}
	for _, p := range packages() {
		for _, e := range p.entries {
			if e.kind == "symlink" && owner[filepath.Join(filepath.Dir(e.to), e.from)] == "" {
				t.Errorf("%s of %s leads to %s, which no package has", e.to, p.name, e.from)
			}
		}
	}
}

var execStart = regexp.MustCompile(`(?m)^ExecStart=(\S+)(.*)$`)

// The units start what the packages have, with settings that they have, and wait for word from it. Where systemd is, it judges how much they are
// exposed: 2.0 at most.
func TestUnits(t *testing.T) {
	_, dir := stage(t)
	owner := map[string]bool{}
	for _, p := range packages() {
		for _, e := range p.entries {
			owner[e.to] = true
		}
	}
	for _, name := range units {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		start := execStart.FindSubmatch(text)
		if start == nil || !owner[string(start[1])] || bytes.Contains(text, []byte("@HARDENING@")) || !bytes.Contains(text, []byte("\nType=notify\n")) {
			t.Errorf("%s starts %q", name, start)
			continue
		}
		if _, file, ok := strings.Cut(string(start[2]), "-c "); ok && !owner[file] {
			t.Errorf("%s: no package has %s", name, file)
		}
		analyze, err := exec.LookPath("systemd-analyze")
		if err != nil {
			t.Logf("%s: systemd-analyze is not here, so how exposed it is was not judged", name)
			continue
		}
		cmd := exec.Command(analyze, "security", "--offline=yes", "--threshold=20", filepath.Join(dir, name))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}

// The settings of the package are the sample's, but for what the units decide; what the sample has not is an error.
func TestConffile(t *testing.T) {
	o, dir := stage(t)
	sample, err := os.ReadFile(o.Root + "/docs/server.cfg")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "server.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(string(sample), "\n#server_pipe_name = /var/run/zarafa\n", "\nserver_pipe_name = /run/zarafad/server.sock\n", 1)
	if string(text) != want || want == string(sample) {
		t.Errorf("server.cfg differs elsewhere")
	}
	if _, err := conffile(string(sample), map[string]string{"nonsense": "1"}); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Error(err)
	}
}

// What nfpm is told depends on source, version and date alone.
func TestConfiguration(t *testing.T) {
	o, dir := stage(t)
	for _, p := range packages() {
		text, err := configuration(o, p, "arm64", dir)
		if err != nil {
			t.Fatal(err)
		}
		var config struct {
			Version, Arch, MTime string
			Contents             []struct {
				FileInfo struct{ MTime string } `json:"file_info"`
			}
		}
		if err := json.Unmarshal(text, &config); err != nil {
			t.Fatal(err)
		}
		arch := map[bool]string{false: "arm64", true: "all"}[p.any]
		if config.Version != "1.2.3" || config.Arch != arch || config.MTime != "2023-11-14T22:13:20Z" {
			t.Errorf("%s: %+v", p.name, config)
		}
		for i, c := range config.Contents {
			if c.FileInfo.MTime != config.MTime {
				t.Errorf("%s: %s has a date of its own", p.name, p.entries[i].to)
			}
		}
	}
	for _, bad := range []Options{{}, {Version: "1"}, {Version: "1", Date: o.Date}} {
		if err := Run(t.Context(), bad); err == nil || !strings.Contains(err.Error(), "is missing") {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// The bill of materials names what is in the program.
func TestBOM(t *testing.T) {
	_, dir := stage(t)
	text, err := os.ReadFile(filepath.Join(dir, "sbom.cdx.json"))
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat, SpecVersion string
		Metadata               struct{ Component component }
		Components             []component
	}
	if err := json.Unmarshal(text, &bom); err != nil {
		t.Fatal(err)
	}
	if bom.BOMFormat != "CycloneDX" || bom.Metadata.Component.Version != "1.2.3+abc" || len(bom.Components) == 0 || !strings.HasPrefix(bom.Components[0].PURL, "pkg:golang/std@1.") {
		t.Errorf("%s", text)
	}
}

// The image is what an OCI image layout must be, and the same each time.
func TestImage(t *testing.T) {
	o, dir := stage(t)
	var first []byte
	for range 2 {
		if err := writeImage(o, "amd64", dir); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(o.Out, "zarafa-1.2.3-amd64.oci.tar"))
		if err != nil {
			t.Fatal(err)
		}
		if first != nil && !bytes.Equal(first, text) {
			t.Error("two images differ")
		}
		first = text
	}
	files := untar(t, bytes.NewReader(first))
	for name, data := range files {
		if sum, ok := strings.CutPrefix(name, "blobs/sha256/"); ok {
			if got := sha256.Sum256(data); hex.EncodeToString(got[:]) != sum {
				t.Errorf("%s has another digest", name)
			}
		}
	}
	blob := func(d descriptor) []byte {
		data, ok := files["blobs/sha256/"+strings.TrimPrefix(d.Digest, "sha256:")]
		if !ok || len(data) != d.Size {
			t.Fatalf("%+v: %d bytes", d, len(data))
		}
		return data
	}
	var index struct{ Manifests []descriptor }
	var manifest struct {
		Config descriptor
		Layers []descriptor
	}
	var config struct {
		RootFS struct {
			DiffIDs []string `json:"diff_ids"`
		}
	}
	for _, err := range []error{
		json.Unmarshal(files["index.json"], &index), json.Unmarshal(blob(index.Manifests[0]), &manifest), json.Unmarshal(blob(manifest.Config), &config),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	zip, err := gzip.NewReader(bytes.NewReader(blob(manifest.Layers[0])))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(plain); config.RootFS.DiffIDs[0] != "sha256:"+hex.EncodeToString(sum[:]) {
		t.Error("the layer has another digest than the configuration says")
	}
	if layer := untar(t, bytes.NewReader(plain)); len(layer["usr/bin/zarafa"]) == 0 {
		t.Error("the program is not in the layer")
	}
}

func untar(t *testing.T, r io.Reader) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for in := tar.NewReader(r); ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if files[h.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
}
