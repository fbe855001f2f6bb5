package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/tuning/rules"
	"zarafa/tuning/verify"
)

func TestVerifyRefusals(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--budget 1s", "10s to 24h"},
		{"--engine postgres", "sqlite or mysql"},
		{"--limit 0", "1ms to 1m"},
		{"--compress -1", "--compress"},
		{"--mailboxes 100000", "1 to 10000"},
		{"--messages 0", "--messages"},
		{"--root /proc", "on the machine itself"},
		{"--engine sqlite --server /no/such/program", "--server"},
		{"--engine sqlite --server /bin/sh --zload /no/such/program", "--zload"},
		{"--engine sqlite --server /bin/sh --zload /bin/sh --folder /no/such/folder", "--folder"},
		{"--engine sqlite --role server", "--role both"},
		{"--fill-only", "--data"},
	} {
		status, _, errOut := ztune(t, "", append([]string{"verify"}, strings.Fields(tt.args)...)...)
		if status != exitFailed || !strings.Contains(errOut, tt.want) {
			t.Errorf("verify %s: status %d, %s", tt.args, status, errOut)
		}
	}
}

// TestVerify runs the programs themselves. How many users this machine serves is not known, only that they are counted.
func TestVerify(t *testing.T) {
	if testing.Short() {
		t.Skip("builds programs and puts load on the machine")
	}
	bin, folder := t.TempDir(), t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "zarafa/cmd/zarafa-server", "zarafa/cmd/zload")
	build.Env = append(os.Environ(), "CGO_ENABLED=0") // as "make build" does
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	status, out, errOut := ztune(t, "", "verify", "--engine", "sqlite", "--json", "--budget", "30s", "--mailboxes", "4", "--messages", "20", "--compress", "500",
		"--limit", "1m", "--folder", folder, "--server", filepath.Join(bin, "zarafa-server"), "--zload", filepath.Join(bin, "zload"), "--users", "4")
	var v verified
	if err := json.Unmarshal([]byte(out), &v); err != nil {
		t.Fatalf("status %d, %v\n%s\n%s", status, err, out, errOut)
	}
	if len(v.Defaults.Turns) == 0 || len(v.Tuned.Turns) != len(v.Defaults.Turns) || v.Tuned.Turns[0].Trials == 0 || v.Comparison.Outcome == "" {
		t.Errorf("got %+v", v.Report)
	}
	m := v.Memory.Server
	if m.Measured < 20<<20 || m.Predicted < 20<<20 || m.Planned < m.Predicted || v.Engine != "SQLite" {
		t.Errorf("memory of the server %+v", m)
	}
	if list, err := os.ReadDir(folder); err != nil || len(list) > 0 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}

func TestVerifiedText(t *testing.T) {
	v := verified{Report: &verify.Report{
		SLO: "p99<250ms", Profile: "heavy", Compress: 2000,
		Defaults: verify.Side{Users: 120, PerSecond: 900, Turns: []verify.Turn{{Passed: 118, Failed: 122, Trials: 5}, {Passed: 122, Failed: 126, Trials: 4, Late: 1}}},
		Tuned:    verify.Side{Users: 340, PerSecond: 2500, Turns: []verify.Turn{{Passed: 340, Failed: 350, Trials: 5}, {Passed: 341}}},
	}, Engine: "MariaDB 10.11.19"}
	v.DataBytes = 2 << 30
	v.Defaults.Cold, v.Defaults.Pages = verify.Start{Users: 25, Ready: 7.25, P99: 123, Processors: 4.5, Read: 777}, verify.Pages{Read: 250, Written: 50, Operations: 100}
	v.Defaults.Memory.PoolSize, v.Tuned.Memory.PoolSize = 128<<20, 6<<30
	v.Memory.Server = prediction{Planned: 8 << 30, Predicted: 300 << 20, Measured: 290 << 20}
	v.Memory.Database = prediction{Planned: 6 << 30, Predicted: 300 << 20, Measured: 400 << 20}
	for _, tt := range []struct {
		c     verify.Comparison
		other float64
		worse bool
		want  []string
	}{
		{verify.Comparison{Outcome: verify.More, Ratio: 2.83, Low: 2.5, High: 3.2}, 0, true, // the database's memory
			[]string{"defaults    120 users       900", "tuned       340 users", "at least 341", "more users: +183 %", "+150 % and +220 %", "more than predicted", "1 of 14 trials", "larger than the default buffer pool (128 MB), and fit", "25 users come", "7.2 s", "123 ms", "4.50 s", "777", "2.50 read", "0.50 written"}},
		{verify.Comparison{Outcome: verify.Noise, Ratio: 1, Low: 0.05, High: 20}, 1.5, true, []string{"No difference", "less than 1/10 and more than 10 times as many", "1.5 processors"}},
		{verify.Comparison{Outcome: verify.Fewer, Ratio: 0.5, Low: 0.4, High: 0.6}, 0, true, []string{"FEWER users: -50 %"}},
		{verify.Comparison{Outcome: verify.Unknown, Why: "so it is"}, 0, true, []string{"cannot be compared: so it is."}},
	} {
		v.Comparison, v.OtherPrograms = tt.c, tt.other
		var b strings.Builder
		if err := printVerified(&b, v); err != nil {
			t.Fatal(err)
		}
		for _, want := range tt.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in\n%s", want, b.String())
			}
		}
		if v.Worse() != tt.worse {
			t.Errorf("%v: worse is %v", tt.c, v.Worse())
		}
	}
	v.Memory.Database.Measured = 310 << 20
	v.Comparison = verify.Comparison{Outcome: verify.Noise}
	if v.Worse() {
		t.Error("noise is called worse")
	}
}

// With full caches what is expected is what was planned; with empty ones it is far less.
func TestExpectedMemory(t *testing.T) {
	root := unpackMachine(t, "bare-64g")
	s := &session{options: options{root: root, users: 100, database: "mariadb-10.11.6", serverCfg: "/etc/zarafa/server.cfg", state: "/var/lib/ztune"}}
	if err := s.check(); err != nil {
		t.Fatal(err)
	}
	p, err := s.makePlan(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	full := p.plan.Planned(rules.Server)
	expected := func(users int, caches int64) int64 {
		return p.plan.ExpectedServer(rules.Load{Users: users, Caches: caches, Data: 1 << 30})
	}
	if got := expected(100, 20<<30); got > full || got < full*95/100 {
		t.Errorf("with full caches %d is expected, %d was planned", got, full)
	}
	if got := expected(100, 0); got > full/20 || got < 64<<20 {
		t.Errorf("with empty caches %d is expected", got)
	}
	if more, less := expected(1000, 1<<30), expected(10, 1<<30); more <= less {
		t.Errorf("%d is expected with many users, %d with few", more, less)
	}
	if got, planned := p.plan.ExpectedDatabase(16<<30), p.plan.Planned(rules.DB); got > planned || got < planned*9/10 {
		t.Errorf("with a full pool %d is expected, %d was planned", got, planned)
	}
}

func TestDataSentence(t *testing.T) {
	var v verified
	v.Report = &verify.Report{}
	if got := v.dataSentence(); !strings.Contains(got, "SQLite has no settings") {
		t.Error(got)
	}
	v.Memory.Database.Planned = 1
	v.Defaults.Memory.PoolSize, v.Tuned.Memory.PoolSize = 128<<20, 6<<30
	for bytes, want := range map[int64]string{100 << 20: "can only find what settings other than", 1 << 30: "fit into the planned", 8 << 30: "and the planned one (6 GB)"} {
		v.DataBytes = bytes
		if got := v.dataSentence(); !strings.Contains(got, want) {
			t.Errorf("%d: %s", bytes, got)
		}
	}
}
