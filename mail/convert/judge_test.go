package convert

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zarafa/mail/tree"
	"zarafa/mapi"
)

// seenByPython is a mail as Python's package email sees it.
type seenByPython struct {
	Defects, Types, Names []string
	Subject               string
}

const pythonReader = `
import email, email.policy, json, sys
out = {}
for path in sys.argv[1:]:
    with open(path, "rb") as f:
        m = email.message_from_binary_file(f, policy=email.policy.default)
    seen = {"Defects": [], "Types": [], "Names": [], "Subject": str(m.get("Subject", ""))}
    for part in m.walk():
        seen["Defects"] += [str(type(d).__name__) for d in part.defects]
        seen["Types"].append(part.get_content_type())
        if part.get_filename():
            seen["Names"].append(part.get_filename())
        if not part.is_multipart():
            part.get_payload(decode=True)
    out[path] = seen
print(json.dumps(out))
`

// TestJudgePython: Python finds nothing wrong with the mails that we make, and reads subjects and file names as they were meant.
func TestJudgePython(t *testing.T) {
	if os.Getenv("ZARAFA_JUDGES") == "" {
		t.Skip("scripts/judges.sh formats runs this")
	}
	dir := t.TempDir()
	messages := make(map[string]*mapi.Message)
	args := []string{"-c", pythonReader}
	for name, mail := range corpus(t) {
		m := importMail(t, name, normal(t, mail), &ImportOptions{})
		if secured := strings.HasPrefix(m.Props.Str(mapi.PrMessageClass), classEncrypted); secured || internationalized(m) {
			continue // the first are sent as they came, whatever that is; Python knows no RFC 6532
		}
		file := filepath.Join(dir, strings.NewReplacer("/", "_", "..", "").Replace(name))
		if err := os.WriteFile(file, exportMail(t, name, m), 0o600); err != nil {
			t.Fatal(err)
		}
		messages[file] = m
		args = append(args, file)
	}
	answer, err := exec.CommandContext(t.Context(), "python3", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	seen := make(map[string]seenByPython)
	if err := json.Unmarshal(answer, &seen); err != nil {
		t.Fatal(err)
	}
	for file, m := range messages {
		s := seen[file]
		if slices.Contains(s.Types, "message/partial") || slices.Contains(s.Types, "message/http") {
			s.Defects = nil // it takes what is in them for whole mails
		}
		if len(s.Defects) > 0 || len(s.Types) == 0 {
			t.Errorf("%s: %v, %v", filepath.Base(file), s.Defects, s.Types)
		}
		if want := m.Props.Str(mapi.PrSubject); strings.Join(strings.Fields(s.Subject), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%s: the subject is %q, want %q", filepath.Base(file), s.Subject, want)
		}
		for _, a := range m.Attachments {
			if name := fileNameOf(a); a.Message == nil && !slices.Contains(s.Names, name) && !slices.Contains(s.Names, "winmail.dat") {
				t.Errorf("%s: a file %q is named %q", filepath.Base(file), name, s.Names)
			}
		}
	}
}

// TestJudgeOpenssl: a signature is still good after the mail was a message.
func TestJudgeOpenssl(t *testing.T) {
	if os.Getenv("ZARAFA_JUDGES") == "" {
		t.Skip("scripts/judges.sh formats runs this")
	}
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "openssl", args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("openssl %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	text := "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xC3\xBC\xC3\x9Fe  \r\n.\r\nFrom me\r\n" +
		"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\npdf\r\n--b--\r\n"
	if err := os.WriteFile(filepath.Join(dir, "text"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key", "-out", "certificate", "-days", "2", "-subj", "/CN=alice")
	for name, sign := range map[string][]string{"detached": nil, "opaque": {"-nodetach"}} {
		run(append([]string{"smime", "-sign", "-binary", "-in", "text", "-out", "signed", "-signer", "certificate", "-inkey", "key",
			"-from", "alice@example.com", "-to", "bob@example.com", "-subject", "signed"}, sign...)...)
		signed, err := os.ReadFile(filepath.Join(dir, "signed"))
		if err != nil {
			t.Fatal(err)
		}
		m, err := Import(tree.ParseBytes(normal(t, signed)), &ImportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := Export(&out, m, &ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "again"), out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Log(name)
		run("smime", "-verify", "-in", "again", "-CAfile", "certificate", "-out", "verified")
		if verified, err := os.ReadFile(filepath.Join(dir, "verified")); err != nil || !bytes.Contains(verified, []byte("From me")) {
			t.Errorf("%s: %q, %v", name, verified, err)
		}
	}
}
