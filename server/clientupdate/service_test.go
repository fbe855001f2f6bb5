package clientupdate

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zarafa/mapi"
	"zarafa/server/internal/servicetest"
	"zarafa/server/session"
	"zarafa/wire"
)

// bench is a service with two users.
type bench struct {
	*servicetest.Bench
	svc        *Service
	alice, bob servicetest.Mailbox
	settings   Settings
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{Bench: servicetest.New(t)}
	b.settings = Settings{Enabled: true, Path: t.TempDir(), LogLevel: 3, LogPath: filepath.Join(t.TempDir(), "autoupdate")}
	b.svc = New(b.settings, b.Users, b.Store, slog.New(slog.NewTextHandler(t.Output(), nil)))
	b.alice, b.bob = b.NewMailbox("alice"), b.NewMailbox("bob")
	return b
}

func (b *bench) put(name, data string) {
	b.Helper()
	b.OK(os.WriteFile(filepath.Join(b.settings.Path, name), []byte(data), 0o600))
}

// from is a call without a session.
func (b *bench) from(source string) *session.Call {
	c := b.As(0)
	c.Session, c.Source = nil, source
	return c
}

// ask asks for an update and returns the installer.
func (b *bench) ask(source, version string, track uint32) (string, error) {
	b.Helper()
	c := b.from(source)
	var resp wire.ClientUpdateResponse
	err := b.svc.GetClientUpdate(c, &wire.GetClientUpdateRequest{ClientUpdateInfo: wire.ClientUpdateInfoRequest{
		TrackID: track, Username: wire.Text("alice"), ClientVersion: wire.Text(version), ComputerName: wire.Text("PC 1"),
	}}, &resp)
	if err != nil {
		return "", err
	}
	if len(c.Streams) != 1 || resp.StreamData.Href != c.Streams[0].ID || resp.LogLevel != 3 {
		b.Fatalf("answer %+v, %d streams", resp, len(c.Streams))
	}
	var out bytes.Buffer
	b.OK(c.Streams[0].Write(&out))
	return out.String(), nil
}

// report reports on an update. Parts are the contents of the files.
func (b *bench) report(source string, track, code uint32, names []string, parts ...string) error {
	c := b.from(source)
	if len(parts) > 0 {
		c.Attachment = &attachments{rest: parts[1:], Reader: strings.NewReader(parts[0])}
	}
	req := wire.SetClientUpdateStatusRequest{ClientUpdateStatus: wire.ClientUpdateStatusRequest{TrackID: track, LastErrorCode: code}}
	for _, n := range names {
		req.ClientUpdateStatus.Files = append(req.ClientUpdateStatus.Files, wire.Attachment{AttachmentName: wire.Text(n)})
	}
	return b.svc.SetClientUpdateStatus(c, &req, &wire.ClientUpdateStatusResponse{})
}

// attachments are the parts beside a request.
type attachments struct {
	io.Reader
	rest []string
}

func (a *attachments) NextPart() (string, error) {
	if len(a.rest) == 0 {
		return "", io.EOF
	}
	a.Reader, a.rest = strings.NewReader(a.rest[0]), a.rest[1:]
	return "", nil
}

func (b *bench) status(caller uint32, of servicetest.Mailbox) (*wire.UserClientUpdateStatusResponse, error) {
	var resp wire.UserClientUpdateStatusResponse
	user, err := b.Users.ByID(b.Context(), of.User)
	b.OK(err)
	return &resp, b.svc.GetUserClientUpdateStatus(b.As(caller), &wire.GetUserClientUpdateStatusRequest{UserID: b.Users.EntryID(user, mapi.CapMultiServer)}, &resp)
}

func (b *bench) kept() map[string]string {
	b.Helper()
	out := make(map[string]string)
	entries, err := os.ReadDir(b.settings.LogPath)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		b.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(b.settings.LogPath, e.Name()))
		b.OK(err)
		out[e.Name()] = string(data)
	}
	return out
}

func TestUpdate(t *testing.T) {
	b := newBench(t)
	_, err := b.ask("10.0.0.1", "7.1.0-1", 1)
	b.Fails(err, mapi.NotFound)
	b.put("zarafaclient-7.1.2-34567.msi", "old")
	b.put("zarafaclient-7.1.10-41000.msi", "new")
	b.put("readme-9.9.txt", "text")
	b.put("client.msi", "no version")
	b.OK(os.Mkdir(filepath.Join(b.settings.Path, "zarafaclient-99.msi"), 0o700))
	b.OK(os.Symlink("/etc/hostname", filepath.Join(b.settings.Path, "zarafaclient-98.msi")))
	got, err := b.ask("10.0.0.1", "7,1,2,34567", 1)
	b.OK(err)
	if got != "new" {
		t.Errorf("installer %q", got)
	}
	_, err = b.ask("10.0.0.1", "7.1.10-41000", 2)
	b.Fails(err, mapi.NotFound)
	_, err = b.ask("10.0.0.1", "new", 2)
	b.Fails(err, mapi.InvalidParameter)

	status, err := b.status(b.alice.User, b.alice)
	b.OK(err)
	if status.TrackID != 1 || status.Status != uint32(Pending) || status.Currentversion.String != "7.1.2.34567" || status.Latestversion.String != "7.1.10.41000" || status.Computername.String != "PC 1" {
		t.Errorf("status %+v", status)
	}
	b.OK(b.report("10.0.0.1", 1, 1603, []string{"setup.log", "msi.log"}, "first", "second"))
	if status, err = b.status(mapi.UserSystem, b.alice); err != nil || status.Status != uint32(Failed) {
		t.Errorf("status %+v, %v", status, err)
	}
	_, err = b.status(b.bob.User, b.alice)
	b.Fails(err, mapi.NoAccess)
	_, err = b.status(b.bob.User, b.bob)
	b.Fails(err, mapi.NotFound)
	stamp := b.Now.UTC().Format("20060102-150405")
	if kept := b.kept(); len(kept) != 2 || kept[stamp+"-00000001-0-setup.log"] != "first" || kept[stamp+"-00000001-1-msi.log"] != "second" {
		t.Errorf("kept %v", kept)
	}
}

// Reports that nobody asked for, or that mean other folders, are refused and leave nothing behind.
func TestReportsAreRefused(t *testing.T) {
	b := newBench(t)
	b.put("zarafaclient-8.msi", "new")
	b.Fails(b.report("10.0.0.1", 1, 0, nil), mapi.NoAccess)
	_, err := b.ask("10.0.0.1", "7", 1)
	b.OK(err)
	b.Fails(b.report("10.0.0.2", 1, 0, nil), mapi.NoAccess)
	b.Fails(b.report("10.0.0.1", 2, 0, nil), mapi.NoAccess)
	for _, name := range []string{"", "../x", "/etc/passwd", `..\x`, "a/b", ".hidden", "a\x00b", "ü.log", strings.Repeat("a", nameMax+1), "a b"} {
		b.Fails(b.report("10.0.0.1", 1, 0, []string{name}, "x"), mapi.InvalidParameter)
	}
	b.Fails(b.report("10.0.0.1", 1, 0, []string{"a.log"}), mapi.InvalidParameter)
	b.Fails(b.report("10.0.0.1", 1, 0, []string{"a.log"}, strings.Repeat("x", fileMax+1)), mapi.TooBig)
	if kept := b.kept(); len(kept) != 0 {
		t.Errorf("kept %d files", len(kept))
	}
	b.Fails(b.report("10.0.0.1", 1, 0, make([]string, filesMax+1)), mapi.InvalidParameter)
	names := []string{"1", "2", "3", "4", "5", "6", "7"}
	b.Fails(b.report("10.0.0.1", 1, 0, names, names...), mapi.NoAccess) // two have been refused before

	b.OK(os.MkdirAll(b.settings.LogPath, 0o700))
	full, err := os.Create(filepath.Join(b.settings.LogPath, "full"))
	b.OK(err)
	b.OK(errors.Join(full.Truncate(folderMax), full.Close()))
	b.Fails(b.report("10.0.0.1", 1, 0, []string{"a.log"}, "x"), mapi.TooBig)
}

// One address cannot ask without end, nor keep others from asking.
func TestAskingIsBounded(t *testing.T) {
	b := newBench(t)
	b.put("zarafaclient-8.msi", "new")
	for i := range uint32(askedPerSource) {
		_, err := b.ask("10.0.0.1", "7", i)
		b.OK(err)
	}
	_, err := b.ask("10.0.0.1", "7", askedPerSource)
	b.Fails(err, mapi.Busy)
	_, err = b.ask("10.0.0.1", "7", 0) // again
	b.OK(err)
	_, err = b.ask("10.0.0.2", "7", 0)
	b.OK(err)
	b.Now = b.Now.Add(askedFor + time.Second)
	_, err = b.ask("10.0.0.1", "7", askedPerSource)
	b.OK(err)
	b.Fails(b.report("10.0.0.1", 1, 0, nil), mapi.NoAccess) // too late
}

func TestSwitchedOff(t *testing.T) {
	b := newBench(t)
	b.svc.settings.Enabled = false
	_, err := b.ask("10.0.0.1", "7", 1)
	b.Fails(err, mapi.NoSupport)
	b.Fails(b.report("10.0.0.1", 1, 0, nil), mapi.NoSupport)
	_, err = b.status(b.alice.User, b.alice)
	b.Fails(err, mapi.NoSupport)
}

func TestVersions(t *testing.T) {
	for _, tc := range []struct {
		a, b string
		want int
	}{
		{"7.1.2-3", "7,1,2,3", 0}, {"7.1", "7.1.0.0", 0}, {"7.9", "7.10", -1}, {"8", "7.9.9.9", 1}, {"6.40.0-20653", "6.40.1", -1},
	} {
		v, ok1 := parseVersion(tc.a)
		w, ok2 := parseVersion(tc.b)
		if got := v.compare(w); !ok1 || !ok2 || got != tc.want {
			t.Errorf("%s and %s: %d, want %d", tc.a, tc.b, got, tc.want)
		}
	}
	for _, text := range []string{"", ".", "a", "7.x", "1.2.3.4.5", "99999999999", "-"} {
		if v, ok := parseVersion(text); ok {
			t.Errorf("%q is version %v", text, v)
		}
	}
	for name, want := range map[string]string{
		"zarafaclient-7.1.2-34567.msi": "7.1.2.34567", "KopanoClient-8.MSI": "8", "zarafaclient-7.1.exe": "", "7.1.msi": "", "client7.msi": "", "client-7-en.msi": "",
	} {
		if v, ok := installerVersion(name); ok != (want != "") || v.String() != want {
			t.Errorf("%s: version %v", name, v)
		}
	}
}

func FuzzVersion(f *testing.F) {
	f.Add("zarafaclient-7.1.2-34567.msi")
	f.Fuzz(func(t *testing.T, name string) {
		if v, ok := installerVersion(name); ok && (len(v) == 0 || len(v) > versionParts) {
			t.Errorf("%q has %d numbers", name, len(v))
		}
		if checkName(name) == nil && (filepath.Base(name) != name || !filepath.IsLocal(name)) {
			t.Errorf("%q is taken for a harmless name", name)
		}
	})
}
