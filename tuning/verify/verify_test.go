package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// actAs makes this test's program act as server or load generator. Its value is what goes wrong. A generator that never
// ends tells so at the socket that callAt names.
const (
	actAs  = "ZTUNE_VERIFY_TEST"
	callAt = "ZTUNE_VERIFY_TEST_CALL"
)

func TestMain(m *testing.M) {
	wrong, set := os.LookupEnv(actAs)
	switch {
	case !set:
		os.Exit(m.Run())
	case os.Args[1] == "-c":
		os.Exit(serve(os.Args[2], wrong))
	}
	os.Exit(generate(os.Args[1:], wrong))
}

// serve acts as a server, as far as verify sees it.
func serve(file, wrong string) int {
	text, err := os.ReadFile(file)
	if err != nil || wrong == "no start" {
		fmt.Println("something is amiss")
		return 1
	}
	_, rest, _ := strings.Cut(string(text), "status_listen = unix:")
	socket, _, _ := strings.Cut(rest, "\n")
	os.Remove(socket)
	l, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	_, rest, _ = strings.Cut(string(text), "sqlite_path = ")
	database, _, _ := strings.Cut(rest, "\n")
	if old, err := os.ReadFile(database); err == nil && string(old) != "filled" {
		fmt.Println("the data is not as it was after filling")
		return 1
	}
	go http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "zarafa_cell_cache_bytes 1000\nzarafa_view_cache_bytes %d\n", len(os.Getenv("GOMEMLIMIT")))
	}))
	end := make(chan os.Signal, 1)
	signal.Notify(end, syscall.SIGTERM)
	<-end
	return 0
}

// generate acts as the load generator. Tuned settings serve twice as many users.
func generate(args []string, wrong string) int {
	text, err := os.ReadFile("server.cfg")
	if err != nil {
		return 1
	}
	_, rest, _ := strings.Cut(string(text), "sqlite_path = ")
	database, _, _ := strings.Cut(rest, "\n")
	// What the generator does to the data must not reach the next turn.
	if err := os.WriteFile(database, []byte(map[bool]string{true: "filled", false: "used"}[args[0] == "fill"]), 0o600); err != nil {
		return 1
	}
	if args[0] == wrong {
		c, err := net.Dial("unix", os.Getenv(callAt))
		if err != nil {
			return 1
		}
		c.Read(make([]byte, 1)) // for ever
	}
	if args[0] == "fill" {
		return 0
	}
	if wrong == "wrong answer" {
		fmt.Println("item 17 is lost")
		return statusWrong
	}
	s := map[string]any{"started": time.Unix(1000, 0), "start": time.Unix(1003, 0), "all": map[string]any{"count": 7, "p99Nanoseconds": 9e6}, "passed": 20, "failed": 21, "trials": []any{map[string]any{"users": 20, "passed": true, "operationsPerSecond": 5.5, "count": 100}, map[string]any{"users": 21, "void": true}}}
	if strings.Contains(string(text), "tuned = yes") {
		s["passed"], s["failed"] = 40, 41
	}
	out, err := json.Marshal(s)
	if err != nil {
		return 1
	}
	if wrong == "bad result" {
		out = out[1:]
	}
	if os.WriteFile(args[slices.Index(args, "--json")+1], out, 0o600) != nil {
		return 1
	}
	return 0
}

func testOptions(t *testing.T, wrong string) Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(actAs, wrong)
	t.Setenv("GOMEMLIMIT", "1GiB") // of the shell; it is nobody's setting
	return Options{
		Programs: Programs{Server: self, Load: self}, Folder: t.TempDir(), Budget: time.Minute, SLO: "p99<1s", Mailboxes: 50,
		Tuned: Settings{Server: "tuned = yes\n", Environment: []string{"GOMEMLIMIT=123MiB"}},
	}
}

// left fails the test if something was left behind.
func left(t *testing.T, o Options) {
	t.Helper()
	if list, err := os.ReadDir(o.Folder); err != nil || len(list) > 0 {
		t.Errorf("left behind: %v, %v", list, err)
	}
}

func TestRun(t *testing.T) {
	o := testOptions(t, "")
	var order []string
	o.Say = func(format string, args ...any) {
		line := fmt.Sprintf(format, args...)
		if strings.Contains(line, "meet ") {
			order = append(order, strings.Fields(line)[0])
		}
	}
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for n := range maxPairs {
		want = append(want, []string{"defaults", "tuned"}[n%2], []string{"tuned", "defaults"}[n%2])
	}
	// How many there are depends on how long starting programs takes.
	if len(order) < 4 || len(order)%2 != 0 || !slices.Equal(order, want[:len(order)]) {
		t.Errorf("the order was %v", order)
	}
	if r.Defaults.Users != 20 || r.Tuned.Users != 40 || r.Defaults.PerSecond != 5.5 || r.Defaults.Turns[0].Late != 1 || r.Defaults.Turns[0].Most != 21 {
		t.Errorf("got %+v", r)
	}
	if c := r.Tuned.Cold; c.Users != o.Mailboxes/startShare || math.Abs(c.Ready-3) > 1e-6 || math.Abs(c.P99-9) > 1e-6 {
		t.Errorf("cold start %+v", c)
	}
	if n := int64(len(r.Tuned.Turns)); r.Tuned.Pages.Operations != 114*n || r.DataBytes != int64(len("filled")) {
		t.Errorf("%+v in %d turns, %d bytes of data", r.Tuned.Pages, n, r.DataBytes)
	}
	if r.Comparison.Outcome != More {
		t.Errorf("got %+v", r.Comparison)
	}
	if d, u := r.Defaults.Memory, r.Tuned.Memory; d.Caches != 1000 || u.Caches != 1000+int64(len("123MiB")) || d.Server < 1<<20 {
		t.Errorf("memory %+v and %+v", d, u)
	}
	left(t, o)
}

func TestRunFails(t *testing.T) {
	for wrong, want := range map[string]string{
		"no start":     "something is amiss",
		"wrong answer": "item 17 is lost",
		"bad result":   "same version",
	} {
		o := testOptions(t, wrong)
		if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", wrong, err)
		}
		left(t, o)
	}
}

// However a run is interrupted, its programs end and its folders go.
func TestInterrupt(t *testing.T) {
	for _, during := range []string{"fill", "capacity"} {
		o := testOptions(t, during)
		calls := listen(t)
		stopped := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			if c, err := calls.Accept(); err == nil {
				defer c.Close()
			}
			cancel(stopped)
			<-t.Context().Done()
		}()
		if _, err := Run(ctx, o); !errors.Is(err, stopped) {
			t.Errorf("%s: %v", during, err)
		}
		left(t, o)
		cancel(nil)
	}
}

// listen waits for a generator that never ends.
func listen(t *testing.T) net.Listener {
	t.Helper()
	dir, err := os.MkdirTemp("", "ztv") // t.TempDir's names are too long for sockets
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	l, err := net.Listen("unix", filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	t.Setenv(callAt, l.Addr().String())
	return l
}

func TestFillTakesTooLong(t *testing.T) {
	o := testOptions(t, "fill")
	listen(t) // and never accepts
	o.Budget = 500 * time.Millisecond
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--budget") {
		t.Error(err)
	}
	left(t, o)
}

// Data that is kept is filled once, and not taken for other mailboxes.
func TestData(t *testing.T) {
	o := testOptions(t, "")
	o.Data = filepath.Join(t.TempDir(), "data")
	o.FillOnly = true
	fills := 0
	o.Say = func(format string, _ ...any) {
		if strings.HasPrefix(format, "filling") {
			fills++
		}
	}
	if r, err := Run(t.Context(), o); err != nil || r.DataBytes != int64(len("filled")) || fills != 1 {
		t.Fatalf("%+v, %v, filled %d times", r, err, fills)
	}
	o.FillOnly, o.Budget = false, time.Second
	if r, err := Run(t.Context(), o); err != nil || len(r.Tuned.Turns) == 0 || fills != 1 {
		t.Fatalf("%+v, %v, filled %d times", r, err, fills)
	}
	left(t, o)
	o.Messages++
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "--messages") {
		t.Error(err)
	}
	if err := os.Remove(filepath.Join(o.Data, filledFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Error(err)
	}
}

// If data that is to be kept cannot be filled, nothing is left of it.
func TestDataFails(t *testing.T) {
	o := testOptions(t, "no start")
	o.Data = filepath.Join(t.TempDir(), "data")
	if _, err := Run(t.Context(), o); err == nil {
		t.Error("no error")
	}
	if _, err := os.Stat(o.Data); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
