package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zarafa/bench/gate"
)

func TestUsage(t *testing.T) {
	for _, tc := range []struct {
		args   []string
		status int
		want   string
	}{
		{nil, exitUsage, "usage"},
		{[]string{"--help"}, exitOK, "  ab OLD NEW "},
		{[]string{"--version"}, exitOK, "zbench"},
		{[]string{"walk"}, exitUsage, `no command "walk"`},
		{[]string{"ab", "HEAD"}, exitUsage, "1 argument in place of OLD NEW"},
		{[]string{"ab", "HEAD", "HEAD", "--rounds", "3"}, exitUsage, "fewer cannot prove anything"},
		{[]string{"ab", "HEAD", "HEAD", "--bench", "("}, exitUsage, "--bench"},
		{[]string{"ab", "HEAD", "HEAD", "--alpha", "2"}, exitUsage, "--alpha"},
		{[]string{"ab", "HEAD", "HEAD", "--budget", "0s"}, exitUsage, "--budget"},
		{[]string{"ab", "HEAD", "no-such-revision", "--quiet"}, exitFailed, `no revision "no-such-revision"`},
		{[]string{"selftest", "--times", "0"}, exitUsage, "--times"},
		{[]string{"selftest", "--slow-bench", "("}, exitUsage, "--slow-bench"},
		{[]string{"report", "--results", t.TempDir()}, exitEmpty, "--results"},
		{[]string{"run", "--turns", "0"}, exitUsage, "--turns"},
		{[]string{"ab", "--no-such-option"}, exitUsage, "no-such-option"},
		{[]string{"report", "--results", "/nonexistent"}, exitFailed, "no such file"},
	} {
		var out, problems bytes.Buffer
		if got := Run(t.Context(), tc.args, &out, &problems); got != tc.status {
			t.Errorf("%v: status %d, want %d: %s", tc.args, got, tc.status, problems.String())
		}
		if text := out.String() + problems.String(); !strings.Contains(text, tc.want) {
			t.Errorf("%v: %q is missing in %q", tc.args, tc.want, text)
		}
	}
}

// quick are options that measure almost nothing, quickly.
func quick(args ...string) []string {
	return append(args, "--bench", "^Wire/DecodeSmall$", "--rounds", "10", "--turns", "2", "--turn-time", "200us", "--quiet")
}

// TestAB compares the working tree with itself, for real but with few measurements.
func TestAB(t *testing.T) {
	dir := t.TempDir()
	var out, problems bytes.Buffer
	args := quick("ab", ".", ".", "--all", "--dir", dir, "--out", filepath.Join(dir, "out"), "--json", filepath.Join(dir, "r.json"),
		"--threshold", "1000") // so few turns are no ground for a verdict
	if got := Run(t.Context(), args, &out, &problems); got != exitOK {
		t.Fatalf("status %d: %s%s", got, out.String(), problems.String())
	}
	if !strings.Contains(out.String(), "Wire/DecodeSmall") || !strings.Contains(out.String(), "the same program, byte for byte") {
		t.Error(out.String())
	}
	for _, name := range []string{"out/old.txt", "out/new.txt"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || bytes.Count(text, []byte("\nBenchmarkWire/DecodeSmall")) != 10 {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
	out.Reset()
	if got := Run(t.Context(), []string{"report", "--results", dir}, &out, &problems); got != exitOK || !strings.Contains(out.String(), "Nothing is slower") {
		t.Errorf("status %d: %s", got, problems.String())
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("%v is left in the folder, %v", left, err)
	}
}

// TestSlower: a slow-down is found and told by the exit status, in the self-test as well.
func TestSlower(t *testing.T) {
	var out, problems bytes.Buffer
	args := quick("selftest", "--revision", ".", "--times", "1", "--slow", "300", "--slow-bench", "Wire", "--confirm-rounds", "10", "--threshold", "50")
	if got := Run(t.Context(), args, &out, &problems); got != exitOK || !strings.Contains(out.String(), "red so far: 1 of 1") {
		t.Errorf("status %d: %s%s", got, out.String(), problems.String())
	}
}

// TestVoid: without time for its rounds a comparison has no verdict.
func TestVoid(t *testing.T) {
	var out, problems bytes.Buffer
	if got := Run(t.Context(), quick("ab", ".", ".", "--budget", "1ns"), &out, &problems); got != exitVoid || !strings.Contains(problems.String(), "too few rounds") {
		t.Errorf("status %d: %s", got, problems.String())
	}
}

func TestRun(t *testing.T) {
	var out, problems bytes.Buffer
	if got := Run(t.Context(), append(quick("run"), "--rounds", "2"), &out, &problems); got != exitOK {
		t.Fatalf("status %d: %s", got, problems.String())
	}
	if text := out.String(); strings.Count(text, "\nBenchmarkWire/DecodeSmall") != 2 || !strings.Contains(text, "goos: ") {
		t.Error(text)
	}
}

// TestNothing: what compares or measures nothing is no good result, and has a status of its own.
func TestNothing(t *testing.T) {
	none := []string{"--bench", "^NoSuchBenchmark$"}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{append(quick("ab", ".", "."), none...), "NoSuchBenchmark"},
		{append(quick("run"), none...), "NoSuchBenchmark"},
		{append(quick("selftest", "--revision", ".", "--times", "1"), none...), "NoSuchBenchmark"},
		{quick("selftest", "--revision", ".", "--times", "1", "--slow", "5", "--slow-bench", "^NoSuchBenchmark$"), "--slow-bench"},
	} {
		var out, problems bytes.Buffer
		if got := Run(t.Context(), tc.args, &out, &problems); got != exitEmpty || !strings.Contains(problems.String(), tc.want) {
			t.Errorf("%v: status %d: %s%s", tc.args, got, out.String(), problems.String())
		}
	}
	if got := status(gate.ErrTooFewRounds); got != exitVoid {
		t.Errorf("too few rounds are told by status %d", got)
	}
}

// TestBenchmarkLines: lines are counted however they are cut into pieces.
func TestBenchmarkLines(t *testing.T) {
	for _, tc := range []struct {
		pieces []string
		want   int
	}{
		{[]string{"PASS\nok  \tx\t0.1s\n"}, 0},
		{[]string{"goos: linux\nBenchmarkA 1 2 ns/op\nBench", "markB 1 2 ns/op\n", "PASS\n"}, 2},
		{[]string{"x Benchmark\n"}, 0},
	} {
		var out bytes.Buffer
		l := &benchmarkLines{w: &out}
		for _, p := range tc.pieces {
			if _, err := io.WriteString(l, p); err != nil {
				t.Fatal(err)
			}
		}
		if l.count != tc.want || out.String() != strings.Join(tc.pieces, "") {
			t.Errorf("%q: %d lines, passed on %q", tc.pieces, l.count, out.String())
		}
	}
}
