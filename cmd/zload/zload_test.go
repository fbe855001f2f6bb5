package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"zarafa/loadgen/capacity"
	"zarafa/loadgen/report"
	"zarafa/server/config"
	"zarafa/server/servertest"
)

// zload runs a command line and returns its status and output.
func zload(t *testing.T, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, complaints strings.Builder
	status = Run(t.Context(), args, &out, &complaints)
	return status, out.String(), complaints.String()
}

func TestCommandLines(t *testing.T) {
	for _, test := range []struct {
		args   string
		status int
		says   string
	}{
		{"", exitUsage, "  fill "},
		{"--help", exitOK, "  fill "},
		{"--version", exitOK, "zload unknown"},
		{"dance", exitUsage, `no command "dance"`},
		{"fill --help", exitOK, "--messages"},
		{"fill --dance", exitUsage, "--dance"},
		{"fill x", exitUsage, `"x"`},
		{"fill --until never", exitUsage, "--until"},
		{"fill --users 0 --admin-url /nowhere", exitUsage, "--users"},
		{"run --profile dancer", exitUsage, "very-heavy"},
		{"run --profile dancer.json", exitUsage, "no such file"},
		{"run --profile ../../profiles/users/data/phones.json --users 0", exitUsage, "--users"},
		{"run --pids 2147483647", exitUsage, "--pids"},
		{"run --json /no/such/folder/x", exitUsage, "--json"},
		{"run --part 3/2", exitUsage, "2/3"},
		{"run --part 1", exitUsage, "2/3"},
		{"run --part 1/20 --users 10", exitUsage, "too few for 20 machines"},
		{"run --start-at noon", exitUsage, "--start-at"},
		{"run --start-at 2020-01-01T00:00:00Z", exitUsage, "is over"},
		{"merge", exitUsage, "FILE FILE..."},
		{"merge one", exitUsage, "FILE FILE..."},
		{"merge /no/such/file /nor/this", exitFailed, "/no/such/file"},
		{"merge zload_test.go zload_test.go", exitFailed, "no result"},
		{"capacity --slo fast", exitUsage, "--slo"},
		{"capacity --start 5 --max-users 4", exitUsage, "--max-users"},
		{"capacity --max-slip 0s", exitUsage, "--max-slip"},
		{"capacity --url /nowhere", exitFailed, "logging on"},
		{"fill --messages -1", exitUsage, "--messages"},
		{"fill --workers 0", exitUsage, "--workers"},
		{"fill --prefix=", exitUsage, "--prefix"},
		{"run --duration 0s", exitUsage, "--duration"},
		{"run --compress 0", exitUsage, "--compress"},
		{"run --interval 0s", exitUsage, "--interval"},
		{"run --notify-grace 0s", exitUsage, "--notify-grace"},
		{"run --prefix=", exitUsage, "--prefix"},
		{"capacity --duration 0s", exitUsage, "--duration"},
		{"capacity --max-users 100001", exitUsage, "--users"},
		{"capacity --url /nowhere --budget 1ns", exitVoid, "--budget"},
		{"run --users 0", exitUsage, "--users"},
		{"run --url /nowhere", exitFailed, "logging on"},
		{"fill --users 1 --admin-url /nowhere", exitFailed, "--admin-url"},
	} {
		status, stdout, stderr := zload(t, strings.Fields(test.args)...)
		if status != test.status || !strings.Contains(stdout+stderr, test.says) {
			t.Errorf("zload %s: status %d\n%s%s", test.args, status, stdout, stderr)
		}
	}
}

func TestFillAndRun(t *testing.T) {
	dir := t.TempDir()
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	status, stdout, stderr := zload(t, "fill", "--admin-url", i.Endpoint(), "--users", "2", "--messages", "20")
	if status != exitOK || !strings.Contains(stdout, "filled 2 mailboxes with 16 folders and 40 items") {
		t.Fatalf("status %d\n%s%s", status, stdout, stderr)
	}
	status, stdout, stderr = zload(t, "run", "--admin-url", i.Endpoint(), "--url", "http://"+i.TCPAddr+"/", "--users", "2",
		"--duration", "1s", "--compress", "1000", "--interval", "500ms",
		"--json", dir+"/r.json", "--html", dir+"/r.html", "--pids", strconv.Itoa(os.Getpid()))
	if status != exitOK && status != exitVoid || !strings.Contains(stdout, "2 users of profile medium") || !strings.Contains(stdout, " op/s ") {
		t.Errorf("run: status %d\n%s%s", status, stdout, stderr)
	}
	for name, want := range map[string]string{"r.json": `"profile": "medium"`, "r.html": "Processors"} {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s has no %q, %v", name, want, err)
		}
	}
	status, _, stderr = zload(t, "fill", "--admin-url", i.Endpoint(), "--users", "2", "--messages", "20")
	if status != exitFailed || !strings.Contains(stderr, "--keep-existing") {
		t.Errorf("a second time: status %d\n%s", status, stderr)
	}
}

// TestParts plays the users from two machines at one time.
func TestParts(t *testing.T) {
	dir := t.TempDir()
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	if status, _, stderr := zload(t, "fill", "--admin-url", i.Endpoint(), "--users", "5", "--messages", "20"); status != exitOK {
		t.Fatal(stderr)
	}
	// How long logging on takes depends on the machine.
	for ahead := 4 * time.Second; !playParts(t, i, dir, time.Now().Add(ahead)); ahead *= 2 {
		if ahead > time.Minute {
			t.Fatal("the users are never ready")
		}
	}
	status, stdout, stderr := zload(t, "merge", dir+"/2", dir+"/1", "--json", dir+"/all.json", "--html", dir+"/all.html")
	if status != exitOK && status != exitVoid || !strings.Contains(stdout, "5 users of profile heavy") || !strings.Contains(stdout, "users 3 to 5") {
		t.Errorf("status %d\n%s%s", status, stdout, stderr)
	}
	if strings.Contains(stdout, "not of the same run") || strings.Contains(stdout, "apart") {
		t.Errorf("the parts do not fit:\n%s", stdout)
	}
	if status, _, stderr := zload(t, "merge", dir+"/all.json", dir+"/1"); status != exitFailed || !strings.Contains(stderr, "merged already") {
		t.Errorf("status %d, %s", status, stderr)
	}
	if status, stdout, _ := zload(t, "merge", dir+"/1", dir+"/1"); status != exitFailed {
		t.Errorf("one part twice: status %d\n%s", status, stdout)
	}
}

// playParts is a run from two machines. It returns false if one of them was not ready at the start.
func playParts(t *testing.T, i *servertest.Instance, dir string, at time.Time) bool {
	t.Helper()
	var late atomic.Bool
	var machines sync.WaitGroup
	for n := 1; n <= 2; n++ {
		machines.Go(func() {
			status, stdout, stderr := zload(t, "run", "--admin-url", i.Endpoint(), "--url", "http://"+i.TCPAddr+"/", "--users", "5", "--profile", "heavy",
				"--part", fmt.Sprint(n, "/2"), "--start-at", at.Format(time.RFC3339Nano), "--duration", "1s", "--compress", "1000", "--interval", "250ms", "--json", fmt.Sprint(dir, "/", n))
			switch {
			case strings.Contains(stderr, "later time"):
				late.Store(true)
			case status != exitOK && status != exitVoid:
				t.Errorf("part %d: status %d\n%s%s", n, status, stdout, stderr)
			}
		})
	}
	machines.Wait()
	return !late.Load()
}

func TestCapacity(t *testing.T) {
	i := servertest.Start(t, config.EngineSQLite, "createuser_script =\n")
	if status, _, stderr := zload(t, "fill", "--admin-url", i.Endpoint(), "--users", "2", "--messages", "20"); status != exitOK {
		t.Fatal(stderr)
	}
	for text, want := range map[string]string{"p50<1m": "all 2 users meet p50<1m0s", "p99<1ns": "not even 1 user meets p99<1ns"} {
		slo, err := capacity.ParseSLO(text)
		if err != nil {
			t.Fatal(err)
		}
		o := capacityOptions{slo: slo, start: 1, max: 2}
		o.define(pflag.NewFlagSet("test", pflag.ContinueOnError)) // takes the defaults
		o.profile = "medium"
		o.URL, o.AdminURL = "http://"+i.TCPAddr+"/", i.Endpoint()
		o.Duration, o.Interval, o.Compress, o.MaxSlip = 10*time.Second, 100*time.Millisecond, 1000, time.Hour // however busy this machine is
		if err := o.finish(); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		var found report.Capacity
		status, err := findCapacity(t.Context(), &o, &out, &found)
		if status != exitOK || err != nil || !strings.Contains(out.String(), want) {
			t.Errorf("%s: status %d, %v\n%s", text, status, err, out.String())
		}
		if last := found.Trials[len(found.Trials)-1]; last.Count == 0 || found.Passed > 0 != found.Trials[0].Passed || last.P99 == 0 {
			t.Errorf("%s: %+v", text, found)
		}
		o.MaxSlip = 1
		if status, err := findCapacity(t.Context(), &o, &out, &found); status != exitVoid || !errors.Is(err, errVoid) {
			t.Errorf("with a generator that is always too late: status %d, %v", status, err)
		}
		o.lateIsMissed, o.json = true, filepath.Join(t.TempDir(), "c.json")
		if status, err := searchCapacity(t.Context(), &o, &out); status != exitOK || err != nil || !strings.Contains(out.String(), "not even 1") {
			t.Errorf("when late is missed: status %d, %v\n%s", status, err, out.String())
		}
		if text, err := os.ReadFile(o.json); err != nil || !strings.Contains(string(text), `"passed": 0`) || !strings.Contains(string(text), `"void": true`) {
			t.Errorf("%v in %s", err, text)
		}
		o.budget = 1
		if status, err := searchCapacity(t.Context(), &o, &out); status != exitVoid || !errors.Is(err, errVoid) || !strings.Contains(err.Error(), "no time for a single trial") {
			t.Errorf("without time: status %d, %v\n%s", status, err, out.String())
		}
	}
}
