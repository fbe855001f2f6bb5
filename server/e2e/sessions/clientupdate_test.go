package sessions_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/mapi"
	"zarafa/server/e2e"
	"zarafa/server/servertest"
	"zarafa/wire"
	"zarafa/wire/soaphttp"
)

// A client without a session fetches an installer and sends its log; the user asks how it went.
func TestClientUpdate(t *testing.T) {
	folder, logs := t.TempDir(), filepath.Join(t.TempDir(), "autoupdate")
	installer := strings.Repeat("installer ", 100_000)
	if err := os.WriteFile(filepath.Join(folder, "zarafaclient-7.2.0-48204.msi"), []byte(installer), 0o600); err != nil {
		t.Fatal(err)
	}
	server := servertest.Start(t, "sqlite", "client_update_enabled = yes\nclient_update_path = "+folder+"\nclient_update_log_path = "+logs+"\n")
	box := e2e.AddMailbox(t, server, "alice")
	update := &wire.ClientUpdateResponse{}
	got := postRaw(t, server, &wire.GetClientUpdateRequest{ClientUpdateInfo: wire.ClientUpdateInfoRequest{
		TrackID: 7, Username: wire.Text("alice"), ClientVersion: wire.Text("7.1.0-1"),
	}}, update, "")
	if update.Er != mapi.OK || update.StreamData.Href == "" || string(got) != installer {
		t.Errorf("answer %+v, %d bytes of %d", update, len(got), len(installer))
	}
	status := &wire.ClientUpdateStatusResponse{}
	postRaw(t, server, &wire.SetClientUpdateStatusRequest{ClientUpdateStatus: wire.ClientUpdateStatusRequest{
		TrackID: 7, Files: []wire.Attachment{{AttachmentName: wire.Text("setup.log"), Data: wire.XOP{Href: "cid:id1"}}},
	}}, status, "all is well")
	if status.Er != mapi.OK {
		t.Errorf("the report: %v", status.Er)
	}
	names, err := filepath.Glob(filepath.Join(logs, "*-setup.log"))
	if err != nil || len(names) != 1 {
		t.Fatalf("reports %v, %v", names, err)
	}
	if data, err := os.ReadFile(names[0]); err != nil || string(data) != "all is well" {
		t.Errorf("report %q, %v", data, err)
	}
	var known wire.UserClientUpdateStatusResponse
	err = box.Session.Do(t.Context(), func(id uint64) wire.Request {
		return &wire.GetUserClientUpdateStatusRequest{SessionID: id, UserID: box.User.EntryID}
	}, &known, nil)
	if err != nil || known.Status != 1 || known.TrackID != 7 {
		t.Errorf("status %+v, %v", known, err)
	}
	other := &wire.UserClientUpdateStatusResponse{}
	postRaw(t, server, &wire.GetUserClientUpdateStatusRequest{SessionID: 1, UserID: box.User.EntryID}, other, "")
	if other.Er != mapi.EndOfSession {
		t.Errorf("without a session: %v", other.Er)
	}
}

// postRaw sends a request without a client's session, with an attachment if it is not empty, and returns what comes beside the answer.
func postRaw(t *testing.T, server *servertest.Instance, req wire.Request, resp wire.Response, attachment string) []byte {
	t.Helper()
	c, err := soaphttp.NewClient(soaphttp.ClientConfig{Endpoint: "http://" + server.TCPAddr + "/"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	message := soaphttp.Request{Body: wire.AppendRequest(nil, req)}
	if attachment != "" {
		message.Attachment = strings.NewReader(attachment)
	}
	answer, err := c.Do(t.Context(), message)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Close()
	d := wire.NewDecoder(wire.ClientLimits())
	d.Reset(bytes.Clone(answer.Body))
	if err := wire.DecodeResponse(d, resp); err != nil {
		t.Fatal(err)
	}
	_, part, err := answer.NextPart()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(part)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
