package tnef

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/mail/rtf"
	"zarafa/mapi"
)

// TestJudgeTNEF: the program tnef takes our streams apart, with rich text that we have compressed in them. It refuses wrong checksums.
func TestJudgeTNEF(t *testing.T) {
	if os.Getenv("ZARAFA_JUDGES") == "" {
		t.Skip("scripts/judges.sh formats runs this")
	}
	m := sample()
	const body = "{\\rtf1\\ansi\\ansicpg1252\\pard the body the body the body\\par}"
	m.Props.Set(mapi.Binary(mapi.PrRTFCompressed, rtf.Compress([]byte(body))))
	folder := t.TempDir()
	stream := filepath.Join(folder, "winmail.dat")
	if err := os.WriteFile(stream, write(t, m, Options{Recipients: true}), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "tnef", "--debug", "--save-body=body", "--body-pref=r", "-C", folder, stream).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{"IPM.Appointment", "Keywords", "日本"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("tnef does not show %q:\n%s", want, out)
		}
	}
	for name, want := range map[string]string{"na*file.txt": "contents", "body*": body} {
		files, err := filepath.Glob(filepath.Join(folder, name))
		if err != nil || len(files) != 1 {
			t.Errorf("%s: %v, %v", name, files, err)
			continue
		}
		if got, err := os.ReadFile(files[0]); err != nil || strings.Trim(string(got), "\x00") != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
