package build

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Media types of the OCI image specification 1.1.
const (
	indexType    = "application/vnd.oci.image.index.v1+json"
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar+gzip"
)

// imageUser is who the programs of the image run as: nobody that another image or the host is likely to have.
const imageUser = "65532"

// descriptor refers to a blob.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Platform    map[string]string `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

// image is an OCI image layout in the making.
type image struct {
	out  *tar.Writer
	date time.Time
}

// writeImage writes an image for containers, without a base: the program, and links under its names. It is a tar of an OCI image layout, as
// "podman load" and "skopeo copy oci-archive:" take it.
func writeImage(o Options, arch, stage string) (err error) {
	path := filepath.Join(o.Out, fmt.Sprintf("zarafa-%s-%s.oci.tar", o.PackageVersion(), arch))
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	i := &image{out: tar.NewWriter(f), date: o.Date}
	layer, plain, err := i.layer(filepath.Join(stage, "zarafa"))
	if err != nil {
		return err
	}
	config, err := i.json(configType, map[string]any{
		"created": o.Date.Format(time.RFC3339), "architecture": arch, "os": "linux",
		"config": map[string]any{
			"User": imageUser, "Entrypoint": []string{"/usr/bin/zarafa"}, "Cmd": []string{"serve", "/data"}, "WorkingDir": "/",
			"Env": []string{"PATH=/usr/bin"}, "Volumes": map[string]any{"/data": map[string]any{}},
			"Labels": map[string]string{"org.opencontainers.image.version": o.Version, "org.opencontainers.image.licenses": "MIT"},
		},
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{plain}},
		"history": []any{map[string]any{"created": o.Date.Format(time.RFC3339), "created_by": "make packages"}},
	})
	if err != nil {
		return err
	}
	manifest, err := i.json(manifestType, map[string]any{"schemaVersion": 2, "mediaType": manifestType, "config": config, "layers": []descriptor{layer}})
	if err != nil {
		return err
	}
	manifest.Platform = map[string]string{"architecture": arch, "os": "linux"}
	manifest.Annotations = map[string]string{"org.opencontainers.image.ref.name": "zarafa:" + o.PackageVersion()}
	index, err := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": []descriptor{manifest}})
	if err != nil {
		return err
	}
	return errors.Join(i.file("index.json", index), i.file("oci-layout", []byte(`{"imageLayoutVersion":"1.0.0"}`)), i.out.Close())
}

// layer writes the files of the image. Plain is the digest without compression.
func (i *image) layer(program string) (d descriptor, plain string, err error) {
	text, err := os.ReadFile(program)
	if err != nil {
		return d, "", err
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed) // with no name and no time in its header
	sum := sha256.New()
	t := tar.NewWriter(io.MultiWriter(zip, sum))
	add := func(h tar.Header, data []byte) {
		h.ModTime, h.Size, h.Format = i.date, int64(len(data)), tar.FormatPAX
		err = errors.Join(err, t.WriteHeader(&h))
		_, failed := t.Write(data)
		err = errors.Join(err, failed)
	}
	for _, dir := range []string{"etc/", "usr/", "usr/bin/"} {
		add(tar.Header{Typeflag: tar.TypeDir, Name: dir, Mode: 0o755}, nil)
	}
	add(tar.Header{Typeflag: tar.TypeDir, Name: "data/", Mode: 0o700, Uid: 65532, Gid: 65532}, nil)
	add(tar.Header{Typeflag: tar.TypeDir, Name: "tmp/", Mode: 0o1777}, nil)
	add(tar.Header{Name: "etc/passwd", Mode: 0o644}, []byte("zarafa:x:"+imageUser+":"+imageUser+"::/data:/bin/false\n"))
	add(tar.Header{Name: "etc/group", Mode: 0o644}, []byte("zarafa:x:"+imageUser+":\n"))
	add(tar.Header{Name: "usr/bin/zarafa", Mode: 0o755}, text)
	for _, name := range []string{"admin", "dagent", "gateway", "migrate", "monitor", "server", "spooler"} {
		add(tar.Header{Typeflag: tar.TypeSymlink, Name: "usr/bin/zarafa-" + name, Linkname: "zarafa", Mode: 0o777}, nil)
	}
	if err = errors.Join(err, t.Close(), zip.Close()); err != nil {
		return d, "", err
	}
	d, err = i.blob(layerType, packed.Bytes())
	return d, "sha256:" + hex.EncodeToString(sum.Sum(nil)), err
}

func (i *image) json(mediaType string, value any) (descriptor, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return descriptor{}, err
	}
	return i.blob(mediaType, text)
}

// blob writes a blob under its digest.
func (i *image) blob(mediaType string, data []byte) (descriptor, error) {
	sum := sha256.Sum256(data)
	name := hex.EncodeToString(sum[:])
	return descriptor{MediaType: mediaType, Digest: "sha256:" + name, Size: len(data)}, i.file("blobs/sha256/"+name, data)
}

func (i *image) file(name string, data []byte) error {
	h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(data)), ModTime: i.date, Format: tar.FormatPAX}
	if err := i.out.WriteHeader(h); err != nil {
		return err
	}
	_, err := i.out.Write(data)
	return err
}
