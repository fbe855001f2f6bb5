package main

import (
	"os/exec"
	"strings"
	"testing"
)

// The committed page must be what the program writes.
func TestManualPage(t *testing.T) {
	_, out, _ := ztune(t, "", "man")
	if read(t, "../../docs/ztune.8") != out {
		t.Error("docs/ztune.8 is out of date; run go generate ./cmd/ztune")
	}
	for _, c := range commands() {
		if !strings.Contains(out, ".SS "+c.name) {
			t.Errorf("%s is missing", c.name)
		}
	}
}

// The completion must be something that bash understands.
func TestBashCompletion(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("bash is not installed")
	}
	_, script, _ := ztune(t, "", "completion", "bash")
	for _, tt := range []struct{ words, want string }{
		{"ztune ins", "inspect"},
		{"ztune plan --us", "--users"},
		{"ztune plan --role s", "server"},
		{"ztune verify --engine s", "sqlite"},
		{"ztune verify --bud", "--budget"},
	} {
		n := len(strings.Fields(tt.words)) - 1
		cmd := exec.CommandContext(t.Context(), bash, "-c", script+"\nCOMP_WORDS=("+tt.words+"); COMP_CWORD="+string(rune('0'+n))+"; _ztune; echo \"${COMPREPLY[@]}\"")
		out, err := cmd.CombinedOutput()
		if err != nil || strings.TrimSpace(string(out)) != tt.want {
			t.Errorf("%s: %v, %s", tt.words, err, out)
		}
	}
	if status, _, errOut := ztune(t, "", "completion", "tcsh"); status != exitFailed || !strings.Contains(errOut, "bash, zsh or fish") {
		t.Errorf("status %d, %s", status, errOut)
	}
}
